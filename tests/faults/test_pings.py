"""Pings: a client that answers in time stays connected, one that does not is disconnected."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from websockets.frames import CloseCode, Opcode

from tests.api.test_metrics import scraped
from tests.faults.frames import INIT, LIVE, framed
from tests.support.servers.served import Served, serving

PING: Final = 0.2
PONG: Final = 4.0
SLACK: Final = 30.0
# The server as it is, but for its figures.
QUICK: Final = f"""
from runindex.cli.main import main
from runindex.server import process
process.PING_SECONDS, process.PONG_SECONDS = {PING}, {PONG}
main()
"""
UPGRADE: Final = """\
GET /graphql HTTP/1.1
Host: localhost
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==
Sec-WebSocket-Protocol: graphql-transport-ws

"""

pytestmark = pytest.mark.asyncio


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """Run a server that pings often and waits for a short time."""
    with serving(tmp_path, sys.executable, "-c", QUICK) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Client:
    """A client that reads everything, and answers nothing by itself."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def frame(self) -> tuple[int, bytes]:
        """Return what the next frame is, and what is in it."""
        head, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2))
        return head & 0x0F, await self.reader.readexactly(length)

    async def next(self, opcode: Opcode) -> bytes:
        """Return what is in the next frame of a kind."""
        while True:
            found, data = await self.frame()
            if found == opcode:
                return data

    def send(self, opcode: Opcode, data: bytes) -> None:
        """Send a frame."""
        self.writer.write(framed(opcode, data))


@asynccontextmanager
async def following(server: Served) -> AsyncIterator[Client]:
    """Open a socket that follows the log."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        client = Client(reader, writer)
        writer.write(UPGRADE.replace("\n", "\r\n").encode())
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        for message in (INIT, {"type": "subscribe", "id": "1", "payload": {"query": LIVE}}):
            client.send(Opcode.TEXT, json.dumps(message).encode())
        await watches(server, 1)
        yield client
    finally:
        writer.transport.abort()


async def watches(server: Served, count: int) -> None:
    """Return when so many watch the log."""
    while (await asyncio.to_thread(scraped, server))["runindex_watches"] != count:
        pass


async def still_follows(server: Served, client: Client) -> bool:
    """Tell whether a client gets what happens."""
    client.send(Opcode.TEXT, b'{"type": "ping"}')
    await asyncio.to_thread(server.execute, "mutation { createRun(input: {}) { __typename } }")
    received: set[str] = set()
    while received < {"pong", "next"}:
        received.add(json.loads(await client.next(Opcode.TEXT))["type"])
    return True


async def test_a_client_that_answers_is_pinged_again_and_again(server: Served) -> None:
    began = time.monotonic()  # the first ping may be there before the socket is known to follow
    async with asyncio.timeout(PONG + SLACK), following(server) as client:
        for _ in range(5):
            client.send(Opcode.PONG, await client.next(Opcode.PING))
        assert time.monotonic() - began > 4 * PING
        assert await still_follows(server, client)


async def test_a_client_that_answers_late_stays(server: Served) -> None:
    began = time.monotonic()
    async with asyncio.timeout(2 * PONG + SLACK), following(server) as client:
        while time.monotonic() < began + PONG + 1:
            ping = await client.next(Opcode.PING)
            await asyncio.sleep(PONG / 4)
            client.send(Opcode.PONG, ping)
        assert await still_follows(server, client)


async def test_a_client_that_does_not_answer_is_disconnected(server: Served) -> None:
    began = time.monotonic()
    async with asyncio.timeout(PONG + SLACK), following(server) as client:
        client.send(Opcode.PONG, b"what nobody asked for")
        closed = await client.next(Opcode.CLOSE)
        assert int.from_bytes(closed[:2]) == CloseCode.INTERNAL_ERROR
        assert time.monotonic() - began > PONG
        await watches(server, 0)
        assert await client.reader.read() == b""
    assert "Traceback" not in server.log
