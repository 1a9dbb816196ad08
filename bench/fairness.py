"""What one client's flood costs another's wait: the median of small queries, in quiet and in the flood.

The flood, the other client and the server are processes of their own. Client and flood come from two addresses of this
machine (127.0.0.2 and 127.0.0.3), and then from one, as they do behind a proxy that does not tell addresses.
"""

import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from tests.support.servers.served import serving

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Flood: TypeAlias = Callable[[int, str], Awaitable[None]]
PROBES: Final = 100
PAUSE: Final = 0.01
CONNECTIONS: Final = 100
PIPELINED: Final = 10_000
BACKENDS: Final = ("memory", "sqlite")
OWN, OTHER = "127.0.0.2", "127.0.0.3"
GET: Final = b"GET /graphql?query=%7BrunCount%7D HTTP/1.1\r\nHost: localhost\r\n\r\n"
CREATE: Final = "mutation { createRun(input: {}) { __typename } }"
PAGE: Final = "{ runs(first: 100) { nodes { id name status createdAt tags } } }"
UPGRADE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
PING: Final = b"\x89\x80\0\0\0\0"


async def measure() -> None:
    """Measure each kind of flood on each storage that needs no server of its own."""
    print(f"wait of a client, ms, median of {PROBES}\n  storage  flood                  from      quiet  flood   cost")
    for backend in BACKENDS:
        with TemporaryDirectory() as directory, serving(Path(directory), STORAGE_BACKEND=backend) as server:
            for name in FLOODS:
                for source in (OTHER, OWN):
                    quiet, flooded = await _waits(server.port, name, source)
                    print(
                        f"  {backend:8} {name:22} {'elsewhere' if source == OTHER else 'there too'}"
                        f" {quiet:6.1f} {flooded:6.1f} {flooded - quiet:6.1f}",
                        flush=True,
                    )


async def _waits(port: int, name: str, source: str) -> tuple[float, float]:
    """Return the median wait in quiet and in a flood, ms."""
    quiet = await _median(port)
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    flood = context.Process(target=run_flood, args=(name, port, source, begun), daemon=True)
    flood.start()
    await asyncio.to_thread(begun.wait, 30)
    await asyncio.sleep(1)
    try:
        return quiet, await _median(port)
    finally:
        flood.kill()
        flood.join()
        await asyncio.sleep(1)


async def _median(port: int) -> float:
    reader, writer = await _open(port, OWN)
    waits = []
    for _ in range(PROBES):
        began = time.perf_counter()
        writer.write(GET)
        await _answer(reader)
        waits.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(PAUSE)
    writer.close()
    return statistics.median(waits)


def run_flood(name: str, port: int, source: str, begun: Event) -> None:
    """Send a flood until the process is killed."""

    async def run() -> None:
        begun.set()
        await FLOODS[name](port, source)

    asyncio.run(run())


async def _ask_again_and_again(port: int, source: str, request: bytes, count: int = CONNECTIONS) -> None:
    async def repeat() -> None:
        reader, writer = await _open(port, source)
        while True:
            writer.write(request)
            await _answer(reader)

    await asyncio.gather(*(repeat() for _ in range(count)))


async def _query(port: int, source: str) -> None:
    await _ask_again_and_again(port, source, GET)


async def _create(port: int, source: str) -> None:
    await _ask_again_and_again(port, source, _post(CREATE))


async def _list(port: int, source: str) -> None:
    await _ask_again_and_again(port, source, _post(PAGE))


async def _query_in_crowds(port: int, source: str) -> None:
    await _ask_again_and_again(port, source, GET, 10 * CONNECTIONS)


async def _pipeline(port: int, source: str) -> None:
    while True:
        reader, writer = await _open(port, source)
        writer.write(GET * PIPELINED)
        for _ in range(PIPELINED):
            await _answer(reader)
        writer.close()


async def _ping(port: int, source: str) -> None:
    reader, writer = await _socket(port, source)
    await _send_and_discard(reader, writer, PING * 1000)


async def _subscribe(port: int, source: str) -> None:
    reader, writer = await _socket(port, source)
    writer.write(_frame({"type": "connection_init"}))
    messages = (
        _frame({"type": "subscribe", "id": str(number), "payload": {"query": "{ runCount }"}})
        for number in range(1_000_000)
    )
    reading = asyncio.create_task(_discard(reader))
    for message in messages:
        writer.write(message)
        await writer.drain()
    await reading


async def _send_and_discard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_discard(reader))
        while True:
            writer.write(data)
            await writer.drain()


async def _discard(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


def _post(document: str) -> bytes:
    body = json.dumps({"query": document}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


async def _open(port: int, source: str) -> Streams:
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))


async def _socket(port: int, source: str) -> Streams:
    reader, writer = await _open(port, source)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))


def _frame(message: object) -> bytes:
    """Return a masked text frame (with a mask of zeros) of a short message."""
    text = json.dumps(message).encode()
    return b"\x81" + bytes((0x80 | len(text),)) + bytes(4) + text


FLOODS: Final[dict[str, Flood]] = {
    "pings": _ping,
    "100 connections query": _query,
    "100 connections write": _create,
    "100 connections list": _list,  # of the runs that the flood before has written
    "1,000 connections": _query_in_crowds,
    "subscribe": _subscribe,
    "10,000 GETs pipelined": _pipeline,
}
