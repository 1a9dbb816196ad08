"""Event streams as a browser's `EventSource` reads them: each event has its cursor as id, and readers go on from it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette

from persistence.memory.store import MemoryStore
from runindex.domain.errors import UnavailableError
from runindex.streams.cursors import log_cursor
from tests.support.api import Answer, Api, Value, until, until_shared
from tests.support.backends import Opener

pytestmark = pytest.mark.asyncio

CHANGES = "subscription { item: runChanges { __typename cursor ... on RunChange { runId } } }"
MARKED = "subscription { item: runChanges(bookmarks: true) { __typename cursor ... on RunChange { runId } } }"
AFTER = "subscription ($after: String) { item: runChanges(after: $after) { cursor ... on RunChange { runId } } }"
RESULTS = "subscription ($id: ID!) { item: resultRecorded(runId: $id) { cursor node { itemId } } }"
EVENTS = "subscription ($id: ID!) { item: runEvents(runId: $id, stream: null) { cursor node { payload } } }"
ONE_STREAM = 'subscription ($id: ID!) { item: runEvents(runId: $id, stream: "a") { cursor node { payload } } }'


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


@dataclass
class EventSource:
    """Reads as the HTML standard says: an id stays until the next one, also that of an event without data."""

    http: httpx.AsyncClient
    document: str
    variables: Mapping[str, object] = field(default_factory=dict)
    last_event_id: str = ""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Connect as at first, or again; give the kinds and data of the events."""
        headers = {"Accept": "text/event-stream"}
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        parameters = {"query": self.document, "variables": json.dumps(self.variables)}
        async with self.http.stream("GET", "/graphql", params=parameters, headers=headers) as response:
            assert response.status_code == 200
            assert response.headers["Content-Type"].startswith("text/event-stream")
            async with aclosing(self._events(response)) as events:
                yield events

    async def _events(self, response: httpx.Response) -> AsyncGenerator[tuple[str, str], None]:
        kind, data, last_id = "message", list[str](), self.last_event_id
        async for line in response.aiter_lines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                last_id = value
            elif not line:
                self.last_event_id = last_id
                if data:
                    yield kind, "\n".join(data)
                kind, data = "message", []

    async def take(self, count: int) -> list[Value]:
        """Connect, read so many items and go away."""
        async with self.connected() as events:
            return [await self.item(events) for _ in range(count)]

    async def item(self, events: AsyncIterator[tuple[str, str]]) -> Value:
        """Read the next item, whose id is its cursor."""
        kind, data = await anext(events)
        assert kind == "next"
        item = json.loads(data)["data"]["item"]
        assert self.last_event_id == item["cursor"]
        return item

    async def refusal(self) -> str:
        """Connect, and return the code of the error by which the stream ends at once."""
        async with self.connected() as events:
            (kind, data), (end, _) = [event async for event in events]
        assert (kind, end) == ("next", "complete")
        answer = json.loads(data)
        assert answer.keys() == {"errors"}
        code: str = answer["errors"][0]["extensions"]["code"]
        return code

    async def is_told_to_stop(self) -> bool:
        """Connect again, and tell whether the answer is the one after which no browser does."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self.last_event_id}
        parameters = {"query": self.document, "variables": json.dumps(self.variables)}
        for method in ("GET", "HEAD", "POST"):
            response = await self.http.request(method, "/graphql", params=parameters, headers=headers)
            assert (response.status_code, response.content) == (204, b"")
        return True


@pytest.mark.parametrize("document", [CHANGES, MARKED])
@pytest.mark.parametrize("steps", [(1, 1, 1, 1), (2, 3), (0, 4), (0, 0, 1, 0, 2)])
async def test_each_change_arrives_once_however_often_the_connection_breaks(
    api: Api, http: httpx.AsyncClient, document: str, steps: tuple[int, ...]
) -> None:
    """From the first connection on: also the changes before the first event."""
    source = EventSource(http, document)
    async with source.connected() as events:
        if document == MARKED:
            assert (await source.item(events))["__typename"] == "Bookmark"
        else:  # an event of an id alone
            reading = asyncio.ensure_future(anext(events))
            await until(lambda: source.last_event_id != "")
            run_id = await api.run()
            assert json.loads((await reading)[1])["data"]["item"]["runId"] == run_id
    made: list[str] = []
    seen: list[str] = []
    for step in steps:
        made += await api.runs(step + 1)
        async with source.connected() as events:
            taken = 0
            while taken < step + 1:
                item = await source.item(events)
                if item["__typename"] == "RunChange":
                    seen.append(item["runId"])
                    taken += 1
        made += await api.runs(1)  # while nobody is connected
        async with source.connected() as events:
            while (item := await source.item(events))["__typename"] == "Bookmark":
                pass
            seen.append(item["runId"])
        await until(lambda: api.index.tailer.watches == 0)
    assert seen == made


async def test_a_stream_without_bookmarks_says_where_it_begins(api: Api, http: httpx.AsyncClient) -> None:
    source = EventSource(http, CHANGES)
    parameters = {"query": CHANGES}
    async with http.stream("GET", "/graphql", params=parameters, headers={"Accept": "text/event-stream"}) as response:
        async for line in response.aiter_lines():
            if line.startswith("id: "):
                source.last_event_id = line.removeprefix("id: ")
                break
    assert [source.last_event_id] == list((await api.ask("{ changeCursor }")).values())
    made = await api.runs(2)
    assert [item["runId"] for item in await source.take(2)] == made


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (AFTER, ("after",)),
        ("subscription ($a: String = null) { item: runChanges(after: $a) { cursor ... on RunChange { runId } } }", "a"),
        ('subscription { item: runChanges(after: "FIRST") { cursor ... on RunChange { runId } } }', ()),
        ("subscription { item: runChanges { cursor ... on RunChange { runId } } }", ()),
        ("subscription { ...F } fragment F on Subscription { item: runChanges { cursor } }", ()),
    ],
)
async def test_the_last_id_goes_before_any_argument(
    api: Api, http: httpx.AsyncClient, document: str, names: tuple[str, ...]
) -> None:
    first = (await api.ask("{ changeCursor }"))["changeCursor"]
    cursors = [(await api.do("createRun"))["cursor"] for _ in range(3)]
    source = EventSource(http, document.replace("FIRST", first), dict.fromkeys(names, first), cursors[1])
    assert [item["cursor"] for item in await source.take(1)] == cursors[2:]


@pytest.mark.parametrize("last_event_id", ["", None])
async def test_without_a_last_id_the_argument_counts(
    api: Api, http: httpx.AsyncClient, last_event_id: str | None
) -> None:
    first = (await api.ask("{ changeCursor }"))["changeCursor"]
    made = await api.runs(2)
    headers = {"Accept": "text/event-stream"} | ({} if last_event_id is None else {"Last-Event-ID": last_event_id})
    parameters = {"query": AFTER, "variables": json.dumps({"after": first})}
    async with http.stream("GET", "/graphql", params=parameters, headers=headers) as response:
        lines = response.aiter_lines()
        for run_id in made:
            while not (line := await anext(lines)).startswith("data: "):
                pass
            assert json.loads(line.removeprefix("data: "))["data"]["item"]["runId"] == run_id


async def test_results_and_events_of_a_run_go_on_from_their_ids(api: Api, http: httpx.AsyncClient) -> None:
    run_id = await api.run()
    await api.do("startRun", id=run_id)
    for number in range(4):
        await api.record(run_id, f"i{number}")
        await api.append(run_id, "a", "b")
    results, events, ones = (EventSource(http, document, {"id": run_id}) for document in (RESULTS, EVENTS, ONE_STREAM))
    seen = [item["node"]["itemId"] for count in (1, 2, 1) for item in await results.take(count)]
    assert seen == ["i0", "i1", "i2", "i3"]
    assert [len({item["cursor"] for item in await events.take(count)}) for count in (3, 5)] == [3, 5]
    assert [item["node"]["payload"] for count in (1, 3) for item in await ones.take(count)] == [{"n": 0}] * 4
    await api.record(run_id, "i4")
    assert [item["node"]["itemId"] for item in await results.take(1)] == ["i4"]


@pytest.mark.parametrize(
    "document", ["subscription { run(id: ID) { id } }", "subscription { runCounts { key count } }", "{ runCount }"]
)
async def test_what_has_no_cursor_has_no_id(api: Api, http: httpx.AsyncClient, document: str) -> None:
    run_id = await api.run()
    cursor = (await api.ask("{ changeCursor }"))["changeCursor"]
    source = EventSource(http, document.replace("ID", f'"{run_id}"'), last_event_id=cursor)
    async with source.connected() as events:
        assert (await anext(events))[0] == "next"
        assert source.last_event_id == cursor


async def test_an_id_costs_no_execution_of_its_own(api: Api, app: Starlette, http: httpx.AsyncClient) -> None:
    """Readers that began in different places, in different ways, share a stream; the ids are still their cursors."""
    document = AFTER.replace("runId", "runId run { metadata }")
    first = (await api.ask("{ changeCursor }"))["changeCursor"]
    await api.runs(2)
    sources = [
        EventSource(http, document),
        EventSource(http, document, {"after": first}),
        EventSource(http, document, {"after": "no cursor"}, first),
    ]
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(source.connected()) for source in sources]
        for source, events in list(zip(sources, streams, strict=True))[1:]:
            assert len([await source.item(events) for _ in range(2)]) == 2
        await until_shared(app, 3)
        for _ in range(3):
            api.store.asked.clear()
            run_id = await api.run()
            found = [await source.item(events) for source, events in zip(sources, streams, strict=True)]
            assert [item["runId"] for item in found] == [run_id] * 3
            assert api.store.methods.count("find_runs") == 1
            assert len({source.last_event_id for source in sources}) == 1


@pytest.mark.parametrize(
    ("document", "last_event_id", "code"),
    [
        (CHANGES, "no cursor", "BAD_USER_INPUT"),
        (CHANGES, log_cursor("another history", 1), "CURSOR_EXPIRED"),
        ('subscription { item: resultRecorded(runId: "nope") { cursor } }', "", "NOT_FOUND"),
        ("subscription { item: nope }", "", "BAD_USER_INPUT"),
    ],
)
async def test_a_stream_that_is_refused_is_not_asked_for_again(
    http: httpx.AsyncClient, document: str, last_event_id: str, code: str
) -> None:
    source = EventSource(http, document, last_event_id=last_event_id)
    assert await source.refusal() == code
    assert await source.is_told_to_stop()


async def test_the_message_names_what_was_wrong(http: httpx.AsyncClient) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "x"}
    response = await http.get("/graphql", params={"query": CHANGES}, headers=headers)
    assert "`Last-Event-ID` is not a cursor of the change log" in response.text


async def test_a_stream_that_is_over_is_not_asked_for_again(api: Api, http: httpx.AsyncClient) -> None:
    run_id = await api.run()
    source = EventSource(http, RESULTS, {"id": run_id})
    async with source.connected() as events:
        await api.do("deleteRun", id=run_id)
        assert [event async for event in events] == [("complete", "")]
    assert await source.is_told_to_stop()


@pytest.mark.parametrize(
    ("error", "code"), [(UnavailableError("away"), "UNAVAILABLE"), (ZeroDivisionError(), "INTERNAL")]
)
async def test_a_fault_that_passes_leaves_the_reader_where_it_was(
    api: Api, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    source = EventSource(http, MARKED)
    await source.take(1)
    seen, made = source.last_event_id, await api.runs(1)
    with monkeypatch.context() as broken:

        async def away(*_: object) -> Answer:
            raise error

        broken.setattr(api.store, "log_state", away, raising=False)
        assert await source.refusal() == code
    assert source.last_event_id == seen
    assert [item.get("runId") for item in await source.take(2)] == [None, *made]


@pytest.mark.parametrize("accept", ["application/json", "multipart/mixed;subscriptionSpec=1.0, application/json"])
async def test_the_last_id_means_nothing_to_other_clients(http: httpx.AsyncClient, accept: str) -> None:
    headers = {"Accept": accept, "Last-Event-ID": "complete"}
    response = await http.post("/graphql", json={"query": "{ runCount }"}, headers=headers)
    assert response.json() == {"data": {"runCount": 1}}
