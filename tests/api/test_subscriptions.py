"""What subscribers get: lossless changes, the newest state of a run, groups at a measured pace."""

import asyncio
import gc

import pytest
from graphql.execution.collect_fields import FieldDetails

from resolvers.execution.context import StreamTimings
from runindex.domain.ids import DEFAULT_RUN
from runindex.streams.cursors import log_cursor
from tests.api.conftest import OpenSocket
from tests.support.api import Answer, Api, Socket, until
from tests.support.commands import add_tags

pytestmark = pytest.mark.asyncio

CHANGES = """
    subscription ($filter: RunFilter, $after: String, $bookmarks: Boolean! = true) {
      runChanges(filter: $filter, after: $after, bookmarks: $bookmarks) {
        __typename cursor
        ... on RunChange { runId version kind membership run { status } }
        ... on Bookmark { at }
      }
    }
"""
RUN = "subscription ($id: ID!) { run(id: $id) { id version status tags metadata parent { id } } }"
COUNTS = "subscription ($filter: RunFilter) { runCounts(filter: $filter) { key count } }"
PATIENCE = 30


async def change(socket: Socket, operation: str = "1") -> Answer:
    """Return the next item that is no bookmark."""
    while True:
        item: Answer = await socket.next(operation)
        if item["__typename"] == "RunChange":
            return item


async def test_the_first_bookmark_says_where_the_stream_starts(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES)
    start = await socket.next("1")
    assert start["__typename"] == "Bookmark"
    assert start["cursor"] == (await api.ask("{ changeCursor }"))["changeCursor"]
    run_id = await api.run()
    created = await change(socket)
    assert (created["runId"], created["kind"], created["membership"]) == (run_id, "CREATED", "ENTERED")
    # Silence is broken by bookmarks, at the last item's place.
    assert (await socket.next("1"))["cursor"] == created["cursor"]


async def test_a_reader_goes_on_from_its_cursor(api: Api, sockets: OpenSocket) -> None:
    first, second = await sockets(), await sockets()
    await first.subscribe("1", CHANGES)
    assert (await first.next("1"))["__typename"] == "Bookmark"
    run_id = await api.run()
    cursor = (await change(first))["cursor"]
    await first.connection.close()
    await api.do("pauseRun", id=run_id)
    await api.do("deleteRun", id=run_id)
    await second.subscribe("1", CHANGES, after=cursor, bookmarks=False)
    seen = [await second.next("1") for _ in range(2)]
    assert [(item["kind"], item["membership"], item["version"]) for item in seen] == [
        ("STATUS", "UPDATED", 2),
        ("DELETED", "LEFT", 3),
    ]
    assert seen[1]["run"] is None


async def test_a_filter_sees_what_enters_and_leaves(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES, filter={"tags": {"all": ["mine"]}})
    assert (await socket.next("1"))["__typename"] == "Bookmark"
    run_id = await api.run()
    await api.do("addRunTags", id=run_id, tags=["mine"])
    await api.do("renameRun", id=run_id, name="n")
    await api.do("archiveRun", id=run_id)
    await api.do("deleteRun", id=run_id)
    other = await api.run(tags=["mine"])
    seen = [await change(socket) for _ in range(4)]
    assert [(item["runId"], item["membership"]) for item in seen] == [
        (run_id, "ENTERED"),
        (run_id, "UPDATED"),
        (run_id, "LEFT"),
        (other, "ENTERED"),
    ]


async def test_unseen_changes_do_not_keep_bookmarks_back(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES, filter={"tags": {"all": ["mine"]}})
    start = (await socket.next("1"))["cursor"]

    async def traffic() -> None:
        while True:
            await api.do("renameRun", id="default", name="n")

    busy = asyncio.create_task(traffic())
    moved = start
    async with asyncio.timeout(PATIENCE):
        while moved == start:
            moved = (await socket.next("1"))["cursor"]
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)


@pytest.mark.parametrize("after", ["", "x", "AAAA"])
async def test_a_text_that_is_no_cursor_ends_the_stream(sockets: OpenSocket, after: str) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES, after=after)
    assert (await socket.error("1"))[0] == "BAD_USER_INPUT"


async def test_an_expired_cursor_ends_the_stream(api: Api, sockets: OpenSocket) -> None:
    state = await api.index.log_state()
    socket = await sockets()
    for operation, cursor in (("1", log_cursor("another", 1)), ("2", log_cursor(state.epoch, state.head + 1))):
        await socket.subscribe(operation, CHANGES, after=cursor)
        assert (await socket.error(operation))[0] == "CURSOR_EXPIRED"


async def test_what_cannot_be_streamed_is_refused(sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES, filter={"or": [{"ancestorId": "default"}]})
    assert (await socket.error("1"))[0] == "BAD_USER_INPUT"
    await socket.subscribe("2", CHANGES, filter={"metadata": [{"path": "a", "op": "LT", "value": None}]})
    assert (await socket.error("2"))[0] == "BAD_USER_INPUT"
    await socket.subscribe("3", "subscription { nope }")
    assert (await socket.error("3"))[0] == "BAD_USER_INPUT"
    # The socket lives on.
    await socket.subscribe("4", COUNTS)
    assert await socket.next("4") == [{"key": "ACTIVE", "count": 1}]


async def test_every_change_is_delivered_once_and_in_order(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES, bookmarks=False)
    await until(lambda: api.index.tailer.watches == 1)
    await asyncio.gather(*(api.do("addRunTags", id="default", tags=[str(number)]) for number in range(300)))
    assert [(await socket.next("1"))["version"] for _ in range(300)] == list(range(2, 302))


async def test_a_run_is_followed_until_it_is_deleted(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run(parentId="default", metadata={"a": 1.50})
    socket = await sockets()
    await socket.subscribe("1", RUN, id=run_id.upper())
    seen = [await socket.next("1")]
    await api.run()
    await api.do("addRunTags", id=run_id, tags=["t"])
    seen.append(await socket.next("1"))
    await api.do("closeRun", id=run_id)
    seen.append(await socket.next("1"))
    assert [(run["version"], run["status"], run["tags"]) for run in seen] == [
        (1, "ACTIVE", []),
        (2, "ACTIVE", ["t"]),
        (3, "COMPLETED", ["t"]),
    ]
    assert all(run["parent"] == {"id": "default"} and run["metadata"] == {"a": 1.5} for run in seen)
    await api.do("deleteRun", id=run_id)
    assert (await socket.message("1"))["type"] == "complete"


async def test_no_run_is_an_empty_stream(sockets: OpenSocket) -> None:
    socket = await sockets()
    for operation, run_id in (("1", "no"), ("2", "00000000-0000-4000-8000-000000000001")):
        await socket.subscribe(operation, RUN, id=run_id)
        assert (await socket.message(operation))["type"] == "complete"


async def test_a_followed_run_shows_its_newest_state(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    socket = await sockets()
    await socket.subscribe("1", RUN, id=run_id)
    assert (await socket.next("1"))["version"] == 1
    await asyncio.gather(*(api.do("addRunTags", id=run_id, tags=[str(number)]) for number in range(300)))
    versions: list[int] = []
    while not versions or versions[-1] < 301:
        versions.append((await socket.next("1"))["version"])
    assert versions == sorted(set(versions))


async def test_a_followed_run_is_not_lost_in_a_flood_of_others(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    socket = await sockets()
    await socket.subscribe("1", RUN, id=run_id)
    assert (await socket.next("1"))["version"] == 1
    # More at once than the admission lets in.
    others = (api.index.submit(add_tags(DEFAULT_RUN, str(number))) for number in range(600))
    await asyncio.gather(api.do("closeRun", id=run_id), *others)
    assert (await socket.next("1"))["version"] == 2


async def test_groups_are_told_when_they_change(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", COUNTS)
    await socket.subscribe("2", COUNTS, filter={"ancestorId": "default"})
    assert await socket.next("1") == [{"key": "ACTIVE", "count": 1}]
    assert await socket.next("2") == []
    run_id = await api.run(parentId="default")
    assert await socket.next("1") == [{"key": "ACTIVE", "count": 2}]
    assert await socket.next("2") == [{"key": "ACTIVE", "count": 1}]
    await api.do("renameRun", id=run_id, name="n")
    await api.do("archiveRun", id=run_id)
    assert await socket.next("1") == [{"key": "ACTIVE", "count": 1}, {"key": "ARCHIVED", "count": 1}]
    await api.do("deleteRun", id=run_id)
    assert await socket.next("1") == [{"key": "ACTIVE", "count": 1}]


async def test_an_operation_that_is_completed_leaves_nothing_behind(api: Api, sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", CHANGES)
    await socket.subscribe("2", RUN, id="default")
    await socket.subscribe("3", COUNTS)
    for operation in "123":
        await socket.next(operation)
    await until(lambda: api.index.tailer.watches == 3)
    for operation in "123":
        await socket.complete(operation)
    await until(lambda: api.index.tailer.watches == 0)


async def test_queries_and_mutations_run_over_the_socket(sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", "{ runCount }")
    assert await socket.next("1") == 1
    assert (await socket.message("1"))["type"] == "complete"
    await socket.subscribe("2", "mutation { createRun(input: {}) { __typename } }")
    assert await socket.next("2") == {"__typename": "RunPayload"}
    await socket.subscribe("3", "{ runs(first: 0) { totalCount } }")
    assert (await socket.error("3"))[0] == "BAD_USER_INPUT"


class TestPace:
    """Groups, when they may be told only once in a long while."""

    @pytest.fixture
    def timings(self) -> StreamTimings:
        return StreamTimings(counts=0.4)

    async def test_groups_are_not_told_more_often_than_the_pace(self, api: Api, sockets: OpenSocket) -> None:
        socket = await sockets()
        began = asyncio.get_running_loop().time()  # no later than the first are told
        await socket.subscribe("1", COUNTS)
        assert await socket.next("1") == [{"key": "ACTIVE", "count": 1}]
        await api.runs(20)
        seen: list[object] = []
        while not seen or seen[-1] != [{"key": "ACTIVE", "count": 21}]:
            seen.append(await socket.next("1"))
        took = asyncio.get_running_loop().time() - began
        assert len(seen) <= 1 + took / 0.4


async def test_a_stream_keeps_nothing_of_what_it_has_delivered(api: Api, sockets: OpenSocket) -> None:
    async def kept_after(changes: int) -> int:
        for run_id in await api.runs(changes):
            assert (await change(socket))["runId"] == run_id
        gc.collect()
        return sum(isinstance(kept, FieldDetails) for kept in gc.get_objects())

    socket = await sockets()
    await socket.subscribe("1", CHANGES)
    assert (await socket.next("1"))["__typename"] == "Bookmark"
    few = await kept_after(5)
    # Some belong to the event that is being executed.
    assert await kept_after(50) < few + 20
