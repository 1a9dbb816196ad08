"""How the server stops."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest
import websockets
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from tests.support.api import Socket
from tests.support.served import Served

CREATE: Final = 'mutation { createRun(input: {name: "run"}) { ... on RunPayload { cursor } } }'
CHANGES: Final = "subscription ($after: String) { runChanges(after: $after, bookmarks: true) { __typename cursor } }"


def listen(session: AsyncClientSession, after: str | None = None) -> AsyncGenerator[dict[str, Any], None]:
    return session.subscribe(GraphQLRequest(CHANGES, variable_values={"after": after}))


@pytest.mark.asyncio
async def test_streams_are_closed_as_going_away_and_go_on_from_their_cursor(served: Served) -> None:
    async with Client(transport=WebsocketsTransport(served.ws_url)) as session:
        changes = listen(session)
        assert (await anext(changes))["runChanges"]["__typename"] == "Bookmark"
        await asyncio.to_thread(served.execute, CREATE)
        cursor = (await anext(changes))["runChanges"]["cursor"]
        assert await asyncio.to_thread(served.stop) == 0
        with pytest.raises(TransportConnectionFailed) as failure:
            await anext(changes)
    closed = failure.value.__cause__
    assert isinstance(closed, ConnectionClosed)
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1001
    await asyncio.to_thread(served.start)
    created = await asyncio.to_thread(served.execute, CREATE)
    # The client waits long for what its subscriptions do not let go of.
    async with (
        Client(transport=WebsocketsTransport(served.ws_url)) as session,
        aclosing(listen(session, cursor)) as changes,
    ):
        assert (await anext(changes))["runChanges"] == {"__typename": "Bookmark", "cursor": cursor}
        assert (await anext(changes))["runChanges"] == {
            "__typename": "RunChange",
            "cursor": created["createRun"]["cursor"],
        }


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let nobody else write to an SQLite file."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def stopped(server: Served, stop: asyncio.Event) -> int:
    """Ask the server to stop when the event is set, and what was sent before has arrived; return its exit code."""
    await stop.wait()
    await asyncio.sleep(0.2)
    return await asyncio.to_thread(server.stop)


@asynccontextmanager
async def stopped_while_writing(server: Served) -> AsyncIterator[asyncio.Event]:
    """Hold up all writes for what is done here, ask the server to stop, and only then let them go on.

    The server is asked at the end, or when the event is set.
    """
    with locked(server.directory / "runindex.db"):
        stop = asyncio.Event()
        stopping = asyncio.create_task(stopped(server, stop))
        yield stop
        stop.set()
        await asyncio.sleep(0.3)
        assert not stopping.done()
    assert await stopping == 0


@pytest.mark.asyncio
async def test_a_mutation_on_a_socket_is_answered_before_the_server_stops(served: Served) -> None:
    async with websockets.connect(
        served.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
    ) as connection:
        socket = await Socket.open(connection)
        await socket.subscribe("stream", CHANGES)
        assert (await socket.next("stream"))["__typename"] == "Bookmark"
        async with stopped_while_writing(served) as stop:
            await socket.subscribe("1", CREATE)
            stop.set()
            await asyncio.sleep(0.5)
            await socket.subscribe("2", CREATE)
        cursors = []
        for operation in "12":
            cursors.append((await socket.next(operation))["cursor"])
            assert (await socket.message(operation))["type"] == "complete"
        await connection.wait_closed()
        assert connection.close_code == 1001
    await asyncio.to_thread(served.start)
    assert await asyncio.to_thread(served.execute, "{ changeCursor }") == {"changeCursor": cursors[-1]}


@pytest.mark.asyncio
async def test_a_mutation_whose_answer_is_an_event_is_answered_before_the_server_stops(served: Served) -> None:
    async def create() -> str:
        async with httpx.AsyncClient(timeout=20) as client:
            response = await client.post(served.url, json={"query": CREATE}, headers={"Accept": "text/event-stream"})
            return response.text

    async with stopped_while_writing(served):
        creating = asyncio.create_task(create())
    _, event, completion = (await creating).split("event: ")
    assert "cursor" in json.loads(event.removeprefix("next\ndata: "))["data"]["createRun"]
    assert completion.startswith("complete")


@pytest.mark.asyncio
@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_a_stream_that_nobody_reads_does_not_hold_up_the_end(served: Served, accept: str) -> None:
    create = "mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { __typename } }"
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    body = json.dumps({"query": "subscription { runChanges { ... on RunChange { run { metadata } } } }"})
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert await reader.readuntil(b"\r\n\r\n")
    cast("asyncio.Transport", writer.transport).pause_reading()
    for _ in range(60):
        await asyncio.to_thread(served.execute, create, metadata={"text": "x" * 200_000})
    begin = time.monotonic()
    assert await asyncio.to_thread(served.stop) == 0
    assert time.monotonic() - begin < 6
    assert "ERROR" not in served.log
    writer.close()
