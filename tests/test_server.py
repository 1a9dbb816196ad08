"""How the server stops."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

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
async def stopped_while_writing(server: Served) -> AsyncIterator[None]:
    """Hold up all writes for what is done here, then ask the server to stop, and only then let them go on."""
    with locked(server.directory / "runindex.db"):
        yield
        await asyncio.sleep(0.2)
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
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
        async with stopped_while_writing(served):
            await socket.subscribe("1", CREATE)
        cursor = (await socket.next("1"))["cursor"]
        assert (await socket.message("1"))["type"] == "complete"
        await connection.wait_closed()
        assert connection.close_code == 1001
    await asyncio.to_thread(served.start)
    assert await asyncio.to_thread(served.execute, "{ changeCursor }") == {"changeCursor": cursor}


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
