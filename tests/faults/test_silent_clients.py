"""Clients that send and never read: they cost no more than their buffers, and delay no other, nor the stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
import websockets

from tests.support.api import Socket
from tests.support.servers.served import Served, serving

CHANGES = "subscription { runChanges(bookmarks: true) { cursor ... on RunChange { version run { metadata } } } }"
RUN = "subscription ($id: ID!) { run(id: $id) { version metadata } }"
CREATE = "mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { ... on RunPayload { run { id } } } }"
TOUCH = 'mutation ($id: ID!) { addRunTags(input: {id: $id, tags: ["t"]}) { ... on RunPayload { version } } }'
MEBIBYTE = 1024 * 1024
PING = bytes([0x89, 0x80 | 125]) + bytes(4) + bytes(125)
CLOSE = bytes([0x88, 0x82]) + bytes(4) + (1000).to_bytes(2)

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


@asynccontextmanager
async def opened(server: Served) -> AsyncIterator[websockets.ClientConnection]:
    """Open a socket, and break it off in the end."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    # A client that does not read would miss the answers to its own pings, and close the connection.
    connection = await websockets.connect(server.ws_url, subprotocols=[protocol], ping_interval=None)
    try:
        yield connection
    finally:
        connection.transport.abort()
        await connection.wait_closed()


async def close_code(socket: Socket) -> int | None:
    """Read to the end and return the code of the close frame."""
    with suppress(websockets.ConnectionClosed):
        while True:
            await socket.connection.recv()
    return socket.connection.close_code


async def version(socket: Socket, operation: str) -> int:
    """Return the version of the next item that is no bookmark."""
    while "version" not in (item := await socket.next(operation)):
        pass
    found: int = item["version"]
    return found


async def test_a_client_that_reads_nothing_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(serving(tmp_path))
        run = await asyncio.to_thread(server.execute, CREATE, metadata={"text": "x" * 100_000})
        silent, other = [await Socket.open(await stack.enter_async_context(opened(server))) for _ in range(2)]
        for socket in (silent, other):
            await socket.subscribe("1", CHANGES)
            await socket.next("1")
        silent.connection.transport.pause_reading()
        for _ in range(100):
            await asyncio.to_thread(server.execute, TOUCH, id=run["createRun"]["run"]["id"])
            await other.next("1")
        # It sends a close frame, and reads nothing of what it was sent before.
        silent.connection.transport.write(CLOSE)
        await asyncio.sleep(0.2)
        assert await asyncio.to_thread(server.stop) == 0
        assert await close_code(other) == 1001
        assert "Traceback" not in server.log


async def test_pings_whose_answers_nobody_reads_fill_no_memory(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        async with opened(server) as connection:
            connection.transport.pause_reading()
            before = process.memory_info().rss
            for _ in range(40):
                connection.transport.write(PING * (MEBIBYTE // len(PING)))
                while connection.transport.get_write_buffer_size():  # noqa: ASYNC110 - nothing tells
                    await asyncio.sleep(0.005)
            assert process.memory_info().rss - before < 20 * MEBIBYTE  # half of what was sent
            await asyncio.to_thread(server.execute, "{ runCount }")


async def test_a_client_that_reads_nothing_has_nothing_made_ready_for_it(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        created = await asyncio.to_thread(server.execute, CREATE, metadata={"text": "x" * 250_000})
        run_id = created["createRun"]["run"]["id"]
        async with opened(server) as connection:
            socket = await Socket.open(connection)
            for operation in range(50):
                await socket.subscribe(f"all-{operation}", CHANGES)
                await socket.next(f"all-{operation}")
                await socket.subscribe(f"one-{operation}", RUN, id=run_id)
                await socket.next(f"one-{operation}")
            await asyncio.sleep(0.2)
            connection.transport.pause_reading()
            before = process.memory_info().rss
            for _ in range(3):
                await asyncio.to_thread(server.execute, TOUCH, id=run_id)
                await asyncio.sleep(0.2)
            assert process.memory_info().rss - before < 12 * MEBIBYTE
            connection.transport.resume_reading()
            for operation in range(50):
                versions = [await version(socket, f"all-{operation}") for _ in range(3)]
                assert versions == [2, 3, 4]
                while (await socket.next(f"one-{operation}"))["version"] < 4:
                    pass
