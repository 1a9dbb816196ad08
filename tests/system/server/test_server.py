"""How the server stops."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
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

from runindex.server.process import DRAIN_SECONDS
from tests.support.api import Socket
from tests.support.servers.served import PATIENCE, Served

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


@asynccontextmanager
async def stopped_while_writing(server: Served) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Hold up all writes for what is done here, and give a way to ask the server to stop meanwhile."""
    stopping: list[asyncio.Task[int]] = []

    async def stop() -> None:
        """Return once the server takes no more connections: it then tells all who are connected."""
        stopping.append(asyncio.create_task(asyncio.to_thread(server.stop)))
        with suppress(ConnectionError):
            while True:
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.close()

    with locked(server.directory / "runindex.db"):
        yield stop
        assert not stopping[0].done()
    assert await stopping[0] == 0


async def arrived(socket: Socket) -> None:
    """Return when all that was sent has been taken, which goes by the order."""
    await socket.connection.send(json.dumps({"type": "ping"}))
    assert json.loads(await socket.connection.recv())["type"] == "pong"


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
            await arrived(socket)
            await stop()
            await socket.subscribe("2", CREATE)
            await arrived(socket)
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
    begun = asyncio.Event()

    async def create() -> str:
        async with (
            httpx.AsyncClient(timeout=PATIENCE) as client,
            client.stream(
                "POST", served.url, json={"query": CREATE}, headers={"Accept": "text/event-stream"}
            ) as answer,
        ):
            begun.set()
            return (await answer.aread()).decode()

    async with stopped_while_writing(served) as stop:
        creating = asyncio.create_task(create())
        await begun.wait()
        await stop()
        assert not creating.done()
    text = await creating
    _, event, completion = text.split("event: ")
    assert "cursor" in json.loads(event.removeprefix("next\ndata: "))["data"]["createRun"]
    assert completion.startswith("complete")


@pytest.mark.asyncio
@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_a_stream_that_nobody_reads_does_not_hold_up_the_end(served: Served, accept: str) -> None:
    create = "mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { __typename } }"
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    body = json.dumps({"query": "subscription { runChanges { ... on RunChange { run { metadata } } } }"})
    head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert await reader.readuntil(b"\r\n\r\n")
    cast("asyncio.Transport", writer.transport).pause_reading()
    for _ in range(60):
        await asyncio.to_thread(served.execute, create, metadata={"text": "x" * 200_000})
    begin = time.monotonic()
    assert await asyncio.to_thread(served.stop) == 0
    assert time.monotonic() - begin < DRAIN_SECONDS
    assert "ERROR" not in served.log
    writer.close()
