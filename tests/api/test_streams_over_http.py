"""Subscriptions, and other operations, as server-sent events and as parts of a response."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, suppress

import httpx
import pytest
from starlette.applications import Starlette

from persistence.memory.store import MemoryStore
from tests.api.conftest import OpenSocket
from tests.api.test_subscriptions import PATIENCE
from tests.support.api import Answer, Api, Socket, Value, until, until_shared
from tests.support.backends import Opener

pytestmark = pytest.mark.asyncio

EVENTS = {"Accept": "text/event-stream"}
PARTS = {"Accept": "multipart/mixed;subscriptionSpec=1.0, application/json"}
CHANGES = """
    subscription ($after: String) {
      item: runChanges(after: $after, bookmarks: true) { __typename cursor ... on RunChange { runId } }
    }
"""
SHARED = "subscription { item: runChanges(bookmarks: true) { __typename ... on RunChange { runId run { metadata } } } }"
HANDSHAKE = (
    "{} /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


async def events(response: httpx.Response) -> AsyncIterator[Answer | None]:
    """Yield the results of `next`, None for `complete`; comments are left out."""
    event = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield json.loads(value) if event == "next" else None


async def parts(response: httpx.Response) -> AsyncIterator[Answer | None]:
    """Yield the payloads of the parts, None for the end; heartbeats are left out."""
    async for line in response.aiter_lines():
        if line == "--graphql--":
            yield None
        elif line.startswith("{") and line != "{}":
            body = json.loads(line)
            assert body.keys() == {"payload"}
            yield body["payload"]


Read = Callable[[httpx.Response], AsyncIterator[Answer | None]]
FORMS = pytest.mark.parametrize(("accept", "read"), [(EVENTS, events), (PARTS, parts)])


def body(document: str, **variables: object) -> Answer:
    return {"query": document, "variables": variables}


async def whole(http: httpx.AsyncClient, accept: Mapping[str, str], read: Read, document: str) -> list[Value]:
    """Return all that is answered to an operation which ends by itself."""
    async with http.stream("POST", "/graphql", json=body(document), headers=accept) as response:
        assert response.status_code == 200
        return [item async for item in read(response)]


@FORMS
async def test_a_reader_goes_on_from_its_cursor(
    api: Api, http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    cursor = None
    for _ in range(2):
        async with http.stream("POST", "/graphql", json=body(CHANGES, after=cursor), headers=accept) as response:
            results = read(response)
            first = await anext(results)
            assert first is not None
            assert first["data"]["item"]["__typename"] == "Bookmark"
            assert cursor in {None, first["data"]["item"]["cursor"]}
            run_id, item = await api.run(), first["data"]["item"]
            while item["__typename"] == "Bookmark":
                result = await anext(results)
                assert result is not None
                item = result["data"]["item"]
            assert item["runId"] == run_id
            cursor = item["cursor"]
            await until(lambda: api.index.tailer.watches == 1)
        await until(lambda: api.index.tailer.watches == 0)


@FORMS
@pytest.mark.parametrize(
    ("document", "code"),
    [
        ('subscription { runChanges(after: "x") { cursor } }', "BAD_USER_INPUT"),
        ("subscription { runChanges { nope } }", "BAD_USER_INPUT"),
        ("subscription { runChanges(filter: {nope: 1}) { cursor } }", "BAD_USER_INPUT"),
        ('subscription { runEvents(runId: "nope") { cursor } }', "NOT_FOUND"),
    ],
)
async def test_an_error_ends_a_stream(
    http: httpx.AsyncClient, accept: Mapping[str, str], read: Read, document: str, code: str
) -> None:
    failed, end = await whole(http, accept, read, document)
    assert failed.keys() == {"errors"}
    assert [error["extensions"]["code"] for error in failed["errors"]] == [code]
    assert end is None


@FORMS
async def test_an_unforeseen_error_is_not_told(
    api: Api, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, accept: Mapping[str, str], read: Read
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(api.store, "group_runs", broken, raising=False)
    failed, end = await whole(http, accept, read, "subscription { runCounts { count } }")
    assert failed["errors"][0]["message"] == "internal error"
    assert failed["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert end is None


@FORMS
async def test_a_stream_that_is_over_is_completed(
    http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    assert await whole(http, accept, read, 'subscription { run(id: "nope") { id } }') == [None]


@FORMS
async def test_a_stream_ends_when_the_server_stops(
    api: Api, app: Starlette, http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    async with http.stream("POST", "/graphql", json=body(CHANGES), headers=accept) as response:
        assert await anext(read(response))
        app.state.going_away.set()
        await until(lambda: api.index.tailer.watches == 0)


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ("{ runCount }", {"data": {"runCount": 1}}),
        ("mutation { createRun(input: {}) { __typename } }", {"data": {"createRun": {"__typename": "RunPayload"}}}),
    ],
)
async def test_events_carry_every_operation(http: httpx.AsyncClient, document: str, answer: Answer) -> None:
    assert await whole(http, EVENTS, events, document) == [answer, None]


@pytest.mark.parametrize(
    "document", ["{", "{ nope }", "query A { runCount } query B { runCount }", "fragment F on Run { id }"]
)
async def test_a_document_that_is_not_executed_is_refused_in_the_stream(http: httpx.AsyncClient, document: str) -> None:
    failed, end = await whole(http, EVENTS, events, document)
    assert failed.keys() == {"errors"}
    assert {error["extensions"]["code"] for error in failed["errors"]} == {"BAD_USER_INPUT"}
    assert end is None


async def test_parts_are_for_subscriptions_only(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json=body("{ runCount }"), headers=PARTS)
    assert response.json() == {"data": {"runCount": 1}}


async def test_a_subscription_may_be_asked_by_get(http: httpx.AsyncClient) -> None:
    async with http.stream("GET", "/graphql", params={"query": CHANGES}, headers=EVENTS) as response:
        item = await anext(events(response))
        assert item is not None
        assert item["data"]["item"]["__typename"] == "Bookmark"


@FORMS
async def test_head_tells_how_a_stream_would_begin(
    api: Api, http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    del read
    for _ in range(2):  # on one connection
        response = await http.head("/graphql", params={"query": CHANGES}, headers=accept)
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith(accept["Accept"].partition(";")[0])
        assert (response.content, api.index.tailer.watches) == (b"", 0)
        assert "Content-Length" not in response.headers


@pytest.mark.parametrize(
    ("method", "request_", "status"),
    [
        ("GET", {"params": {"query": "mutation { createRun(input: {}) { __typename } }"}}, 405),
        ("GET", {}, 400),
        ("PUT", {}, 405),
        ("DELETE", {}, 405),
        ("POST", {"json": {}}, 400),
        ("POST", {"json": []}, 400),
        ("POST", {"content": b"{"}, 415),
    ],
)
async def test_a_request_that_is_not_well_formed_is_refused(
    api: Api, http: httpx.AsyncClient, method: str, request_: Answer, status: int
) -> None:
    response = await http.request(method, "/graphql", headers=EVENTS, **request_)
    assert response.status_code == status
    assert response.json().keys() == {"errors"}
    assert (await api.ask("{ runCount }"))["runCount"] == 1


@pytest.mark.parametrize("accept", ["*/*", "application/json", "multipart/mixed", "text/event-stream;q=0"])
async def test_a_subscription_without_a_stream_is_told_how_to_subscribe(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.post("/graphql", json=body(CHANGES), headers={"Accept": accept})
    assert response.status_code == 400
    message = response.json()["errors"][0]["message"]
    assert all(way in message for way in ("graphql-transport-ws", "text/event-stream", "subscriptionSpec=1.0"))


async def test_streams_share_a_connection_with_what_comes_after(api: Api, http: httpx.AsyncClient) -> None:
    assert await whole(http, EVENTS, events, "{ runCount }")
    await asyncio.gather(*(whole(http, EVENTS, events, "{ runCount }") for _ in range(20)))
    assert (await http.post("/graphql", json=body("{ runCount }"))).json() == {"data": {"runCount": 1}}
    assert api.index.tailer.watches == 0


async def test_what_many_follow_alike_is_executed_once_whatever_the_transport(
    api: Api, app: Starlette, http: httpx.AsyncClient, sockets: OpenSocket
) -> None:
    async with AsyncExitStack() as stack:
        streams = []
        for accept, read in ((EVENTS, events), (PARTS, parts), (EVENTS, events)):
            streaming = http.stream("POST", "/graphql", json=body(SHARED), headers=accept)
            streams.append(_items(read(await stack.enter_async_context(streaming))))
        socket = await sockets()
        await socket.subscribe("1", SHARED)
        streams.append(_items_of(socket))
        for stream in streams:
            assert (await anext(stream))["__typename"] == "Bookmark"

        async def executions() -> int:
            api.store.asked.clear()
            run_id = await api.run()
            assert [(await _change(stream))["runId"] for stream in streams] == [run_id] * 4
            return api.store.methods.count("find_runs")

        await until_shared(app, 4)
        async with asyncio.timeout(PATIENCE):
            assert [await executions() for _ in range(3)] == [1, 1, 1]


async def _items(results: AsyncIterator[Answer | None]) -> AsyncIterator[Answer]:
    async for result in results:
        assert result is not None
        yield result["data"]["item"]


async def _items_of(socket: Socket) -> AsyncIterator[Answer]:
    while True:
        yield await socket.next("1")


async def _change(stream: AsyncIterator[Answer]) -> Answer:
    """Return the next item that is no bookmark."""
    while (item := await anext(stream))["__typename"] == "Bookmark":
        pass
    return item


async def test_a_client_that_leaves_with_more_asked_behind_its_stream_leaves_nothing(api: Api, port: int) -> None:
    text = json.dumps(body(CHANGES))
    stream = "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    behind = "GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{stream}Content-Length: {len(text)}\r\n\r\n{text}{behind}".encode())
        await until(lambda: api.index.tailer.watches > 0)
        writer.transport.abort()
        await until(lambda: api.index.tailer.watches == 0)


async def test_a_connection_whose_stream_is_not_over_becomes_no_socket(api: Api, port: int) -> None:
    text = json.dumps(body(CHANGES))
    head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}Content-Length: {len(text)}\r\n\r\n{text}{HANDSHAKE.format('GET')}".encode())
    answer = b""
    with suppress(ConnectionError):
        while data := await asyncio.wait_for(reader.read(1024), PATIENCE):
            answer += data
    assert b" 101 " not in answer
    await until(lambda: api.index.tailer.watches == 0)
    writer.close()


@pytest.mark.parametrize(
    ("handshake", "status"),
    [
        (HANDSHAKE.format("POST"), b"405"),
        (HANDSHAKE.format("POST")[:-2] + "Content-Length: 3\r\n\r\nabc", b"40"),
        (HANDSHAKE.format("GET")[:-2] + "X: y\r\n" * 300 + "\r\n", b"431"),
    ],
)
async def test_a_handshake_that_cannot_be_read_is_refused(port: int, handshake: str, status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(handshake.encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    assert answer.startswith(b"HTTP/1.1 " + status)
    writer.close()
