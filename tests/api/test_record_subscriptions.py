"""Streams of results and events: each one once, in order, from the first one or from a cursor."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette

from resolvers.loading import followed
from resolvers.paging.lists import RESULT_STREAM, event_cursor
from runindex.domain.errors import UnavailableError
from runindex.ports.store import Store
from runindex.streams.cursors import binding_of, list_cursor
from runindex.streams.records import Followed, find_followed
from tests.api.conftest import OpenSocket
from tests.api.test_subscriptions import PATIENCE, RUN
from tests.support.api import Answer, Api, Socket, until, until_shared
from tests.support.stores import settled

pytestmark = pytest.mark.asyncio

RESULTS = """
    subscription ($id: ID!, $after: String) {
      resultRecorded(runId: $id, after: $after) { cursor node { id itemId retryCount scores { value } run { status } } }
    }
"""
EVENTS = """
    subscription ($id: ID!, $stream: String, $after: String) {
      runEvents(runId: $id, stream: $stream, after: $after) { cursor node { sequence stream payload hash } }
    }
"""
LISTED = """
    query ($id: ID!, $stream: String, $after: String) { run(id: $id) {
      events(stream: $stream, after: $after) { edges { cursor node { sequence stream payload hash } } }
    } }
"""
FOLLOWED = """
    subscription ($id: ID!) { run(id: $id) { version dataset { succeededCount failedCount } resultSummary { total } } }
"""
PROGRESS = "subscription ($ids: [ID!]!) { runProgress(ids: $ids) { id dataset { succeededCount } } }"
UNKNOWN = "00000000-0000-4000-8000-000000000001"
DATASET = {
    "datasetId": "d",
    "datasetVersion": "2026-01-01T00:00:00Z",
    "targetType": "AGENT",
    "targetId": "t",
    "totalItems": 2,
}


async def received(socket: Socket, count: int, operation: str = "1") -> list[Answer]:
    return [await socket.next(operation) for _ in range(count)]


async def write_to(api: Api, run_id: str, document: str) -> None:
    """Record a result, or append an event: what the document follows."""
    await (api.record(run_id, str(api.clock.now())) if document == RESULTS else api.append(run_id, "s"))


async def test_results_are_delivered_from_the_first_one(api: Api, sockets: OpenSocket) -> None:
    run_id, other = await api.runs(2)
    await api.record(run_id, "a", scores=[{"scorerId": "s", "value": 0.5}])
    socket = await sockets()
    await socket.subscribe("1", RESULTS, id=run_id.upper())
    (first,) = await received(socket, 1)
    assert first["node"]["scores"] == [{"value": 0.5}]
    await api.record(other, "x")
    await api.record(run_id, "b")
    await api.record(run_id, "a", retryCount=1, error="broken")
    await api.record(run_id, "a", retryCount=1, error="broken")
    await api.record(run_id, "c")
    rest = await received(socket, 3)
    seen = [(edge["node"]["itemId"], edge["node"]["retryCount"]) for edge in (first, *rest)]
    assert seen == [("a", 0), ("b", 0), ("a", 1), ("c", 0)]
    assert {edge["node"]["run"]["status"] for edge in rest} == {"ACTIVE"}


async def test_a_reader_of_results_goes_on_from_its_cursor(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    # Started in another order than they are recorded: a stream goes by the record.
    for item, second in (("a", 5), ("b", 3), ("c", 4)):
        at = f"2026-11-21T09:30:0{second}Z"
        await api.record(run_id, item, startedAt=at, completedAt=at)
    first, second_socket = await sockets(), await sockets()
    await first.subscribe("1", RESULTS, id=run_id)
    cursor = (await received(first, 2))[1]["cursor"]
    await first.connection.close()
    await api.do("deleteResults", runId=run_id)
    await api.record(run_id, "b")
    await second_socket.subscribe("1", RESULTS, id=run_id, after=cursor)
    assert [edge["node"]["itemId"] for edge in await received(second_socket, 1)] == ["b"]
    await second_socket.subscribe("2", RESULTS, id=run_id)
    assert [edge["node"]["itemId"] for edge in await received(second_socket, 1, "2")] == ["b"]


async def test_every_result_is_delivered_once(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    socket = await sockets()
    await socket.subscribe("1", RESULTS, id=run_id)
    await until(lambda: api.index.heads.watches == 1)
    await asyncio.gather(*(api.record(run_id, f"{number:03}") for number in range(250)))
    first = await received(socket, 100)
    await socket.subscribe("2", RESULTS, id=run_id, after=first[49]["cursor"])
    whole = [edge["node"]["itemId"] for edge in first + await received(socket, 150)]
    assert sorted(whole) == [f"{number:03}" for number in range(250)]
    assert [edge["node"]["itemId"] for edge in await received(socket, 200, "2")] == whole[50:]


async def test_events_are_delivered_from_the_first_one(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    await api.append(run_id, "a", "b")
    socket = await sockets()
    await socket.subscribe("1", EVENTS, id=run_id)
    await socket.subscribe("2", EVENTS, id=run_id, stream="a")
    await received(socket, 2)
    await received(socket, 1, "2")
    await api.append(run_id, "b")
    await api.append(run_id, "a", "a", "b")
    assert [edge["node"]["sequence"] for edge in await received(socket, 4)] == [2, 3, 4, 5]
    assert [edge["node"]["sequence"] for edge in await received(socket, 2, "2")] == [3, 4]


async def test_cursors_of_lists_and_streams_of_events_are_the_same(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    await api.append(run_id, *"abab")
    socket = await sockets()
    for stream in (None, "a"):
        listed = (await api.ask(LISTED, id=run_id, stream=stream))["run"]["events"]["edges"]
        await socket.subscribe(f"of {stream}", EVENTS, id=run_id, stream=stream)
        assert await received(socket, len(listed), f"of {stream}") == listed
        await socket.subscribe(f"behind {stream}", EVENTS, id=run_id, stream=stream, after=listed[0]["cursor"])
        assert await received(socket, len(listed) - 1, f"behind {stream}") == listed[1:]
        rest = (await api.ask(LISTED, id=run_id, stream=stream, after=listed[0]["cursor"]))["run"]["events"]["edges"]
        assert rest == listed[1:]
    # A place among all events is one in each stream.
    whole = (await api.ask(LISTED, id=run_id))["run"]["events"]["edges"]
    await socket.subscribe("b", EVENTS, id=run_id, stream="b", after=whole[1]["cursor"])
    assert [edge["node"]["sequence"] for edge in await received(socket, 1, "b")] == [3]


async def test_every_event_is_delivered_once(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    socket = await sockets()
    await socket.subscribe("1", EVENTS, id=run_id)
    await asyncio.gather(*(api.append(run_id, *["s"] * 10) for _ in range(30)))
    assert [edge["node"]["sequence"] for edge in await received(socket, 300)] == list(range(300))


@pytest.mark.parametrize("document", [RESULTS, EVENTS])
async def test_a_stream_ends_with_its_run(api: Api, sockets: OpenSocket, document: str) -> None:
    run_id = await api.run()
    await api.record(run_id, "a")
    await api.append(run_id, "s")
    socket = await sockets()
    await socket.subscribe("1", document, id=run_id)
    cursor = (await received(socket, 1))[0]["cursor"]
    await api.do("deleteRun", id=run_id)
    assert (await socket.message("1"))["type"] == "complete"
    await socket.subscribe("2", document, id=run_id)
    assert await socket.error("2") == ("NOT_FOUND", f"run {run_id} does not exist")
    # Under the same id another run may begin; the former one's places are none of its.
    await api.do("createRun", id=run_id)
    await socket.subscribe("3", document, id=run_id, after=cursor)
    assert (await socket.error("3"))[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize("document", [RESULTS, EVENTS])
async def test_what_cannot_be_followed_is_refused(api: Api, sockets: OpenSocket, document: str) -> None:
    socket = await sockets()
    for operation, variables, code in (
        ("1", {"id": UNKNOWN}, "NOT_FOUND"),
        ("2", {"id": "no"}, "NOT_FOUND"),
        ("3", {"id": "default", "after": "x"}, "BAD_USER_INPUT"),
        ("4", {"id": "default", "after": ""}, "BAD_USER_INPUT"),
        ("5", {"id": "default", "after": (await api.ask("{ changeCursor }"))["changeCursor"]}, "BAD_USER_INPUT"),
    ):
        await socket.subscribe(operation, document, **variables)
        assert (await socket.error(operation))[0] == code, variables
    await socket.subscribe("6", EVENTS, id="default", stream="\0")
    assert (await socket.error("6"))[0] == "BAD_USER_INPUT"


async def test_a_place_that_was_never_reached_is_of_another_history(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    await api.record(run_id, "a")
    await api.append(run_id, "s")
    owner = (await api.index.store.find_runs([run_id], frozenset({"incarnation"})))[run_id]["incarnation"]
    socket = await sockets()
    for operation, document, cursor in (
        ("1", EVENTS, event_cursor(owner, 1, None)),
        ("2", RESULTS, list_cursor(binding_of(RESULT_STREAM, owner), (2,))),
    ):
        await socket.subscribe(operation, document, id=run_id, after=cursor)
        assert (await socket.error(operation))[0] == "CURSOR_EXPIRED"


async def test_an_archived_run_is_followed_like_any_other(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    await api.append(run_id, "s")
    await api.do("archiveRun", id=run_id)
    socket = await sockets()
    await socket.subscribe("1", EVENTS, id=run_id)
    assert (await received(socket, 1))[0]["node"]["payload"] == {"n": 0}


async def test_a_followed_run_tells_its_results(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run(dataset=DATASET)
    await api.do("startRun", id=run_id)
    socket = await sockets()
    await socket.subscribe("1", FOLLOWED, id=run_id)
    seen = await received(socket, 1)
    for item, error in (("a", "broken"), ("b", None)):
        await api.record(run_id, item, error=error)
        seen += await received(socket, 1)
    # What is no result is no reason to tell the run again.
    await api.append(run_id, "s")
    await api.do("closeRun", id=run_id)
    seen += await received(socket, 1)
    assert [(run["version"], run["resultSummary"]["total"]) for run in seen] == [(2, 0), (2, 1), (2, 2), (3, 2)]
    assert seen[-1]["dataset"] == {"succeededCount": 1, "failedCount": 1}


async def test_streams_that_are_completed_leave_nothing_behind(api: Api, sockets: OpenSocket) -> None:
    run_id = await api.run()
    await api.record(run_id, "a")
    await api.append(run_id, "s")
    socket = await sockets()
    for operation, document in (("1", RESULTS), ("2", EVENTS), ("3", RUN)):
        await socket.subscribe(operation, document, id=run_id)
        await received(socket, 1, operation)
    await until(lambda: api.index.heads.watches == 3)
    for operation in "123":
        await socket.complete(operation)
    await until(lambda: api.index.heads.watches == 0)


async def test_idle_streams_ask_together(api: Api, sockets: OpenSocket) -> None:
    runs = await api.runs(5)
    socket = await sockets()
    for run_id in runs:
        await api.append(run_id, "s")
        await socket.subscribe(run_id, EVENTS, id=run_id)
        await received(socket, 1, run_id)

    async def asked_together() -> bool:
        api.store.asked.clear()
        await api.append("default", "s")
        await until(lambda: "find_runs" in api.store.methods)
        sizes = {len(arguments[1]) for name, arguments in api.store.asked if name == "find_records"}
        return sizes == {5} and "list_records" not in api.store.methods

    async with asyncio.timeout(PATIENCE):
        # Nothing tells when they have caught up.
        while not await asked_together():
            await settled()


@pytest.mark.parametrize("document", [RESULTS, EVENTS])
async def test_what_many_follow_alike_is_read_once(
    api: Api, app: Starlette, sockets: OpenSocket, document: str
) -> None:
    async def write() -> None:
        await write_to(api, run_id, document)

    async def reads() -> int:
        api.store.asked.clear()
        await write()
        edges = [(await received(socket, 1))[0] for socket in followers[1:]]
        assert len({edge["cursor"] for edge in edges}) == 1
        return api.store.methods.count("list_records")

    run_id = await api.run()
    await write()
    followers = [await sockets() for _ in range(5)]
    cursor = None
    for socket in followers:
        await socket.subscribe("1", document, id=run_id, after=cursor)
        if cursor is None:
            cursor = (await received(socket, 1))[0]["cursor"]
    await until_shared(app, 5)
    async with asyncio.timeout(PATIENCE):
        assert [await reads() for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("document", [RESULTS, EVENTS])
async def test_a_shared_stream_ends_with_its_run_though_another_has_its_id(
    api: Api, app: Starlette, sockets: OpenSocket, document: str
) -> None:
    run_id = await api.run()
    followers = [await sockets() for _ in range(3)]
    for socket in followers:
        await socket.subscribe("1", document, id=run_id)
    await write_to(api, run_id, document)
    for socket in followers:
        await received(socket, 1)  # it has begun
    await until_shared(app, 3)
    await api.do("deleteRun", id=run_id)
    await api.run(id=run_id)
    await api.append(run_id, "s")
    await api.record(run_id, "a")
    for socket in followers:
        assert await socket.message("1") == {"id": "1", "type": "complete"}


@pytest.mark.parametrize("document", [RESULTS, EVENTS])
@pytest.mark.parametrize("while_away", [0, 1])
async def test_a_shared_stream_that_cannot_begin_costs_nothing(
    api: Api, sockets: OpenSocket, monkeypatch: pytest.MonkeyPatch, document: str, while_away: int
) -> None:
    async def write() -> None:
        await write_to(api, run_id, document)

    async def find(store: Store, text: str) -> Followed:
        found.append(text)
        if len(found) == 2:  # the first of them is the subscriber's own stream
            for _ in range(while_away):
                await write()
            raise UnavailableError("the storage does not answer")
        return await find_followed(store, text)

    found: list[str] = []
    run_id = await api.run()
    monkeypatch.setattr(followed, "find_followed", find)
    socket = await sockets()
    await socket.subscribe("1", document, id=run_id)
    await until(lambda: len(found) >= 3)
    await write()
    await write()
    edges = await received(socket, while_away + 2)
    if document == EVENTS:
        assert [edge["node"]["sequence"] for edge in edges] == list(range(while_away + 2))
    else:
        assert len({edge["node"]["itemId"] for edge in edges}) == while_away + 2


async def test_the_progress_of_runs_is_told_whenever_one_has_new_results(api: Api, sockets: OpenSocket) -> None:
    first, second, other = [await api.run(dataset=DATASET) for _ in range(3)]
    socket = await sockets()
    await socket.subscribe("1", PROGRESS, ids=[second.upper(), UNKNOWN, first, second, "x"])
    seen: Any = await socket.next("1")
    assert [(run["id"], run["dataset"]["succeededCount"]) for run in seen] == [(second, 0), (first, 0)]
    await api.record(other, "a")
    await api.record(first, "a")
    seen = await socket.next("1")
    assert [run["dataset"]["succeededCount"] for run in seen] == [0, 1]
    await api.do("deleteRun", id=second)
    await api.record(first, "b")
    seen = await socket.next("1")
    while len(seen) == 2:  # the run may be found deleted in an item of its own
        seen = await socket.next("1")
    while seen[0]["dataset"]["succeededCount"] < 2:
        seen = await socket.next("1")
    assert [run["id"] for run in seen] == [first]
    await api.do("deleteRun", id=first)
    kinds = [(await socket.message("1"))["type"]]
    while kinds[-1] == "next":
        kinds.append((await socket.message("1"))["type"])
    assert kinds[-1] == "complete"


async def test_only_so_many_runs_are_followed_at_once(sockets: OpenSocket) -> None:
    socket = await sockets()
    await socket.subscribe("1", PROGRESS, ids=[UNKNOWN] * 201)
    code, message = await socket.error("1")
    assert (code, "at most 200" in message) == ("LIMIT_EXCEEDED", True)
