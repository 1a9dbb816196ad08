"""One change to 1,000 subscribers of one document, against a bare broadcast of the same bytes to as many sockets.

With `send` the broadcast is sent as by any ASGI application; with `write` one frame, made once, is written to each
transport, so that only system calls are left.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import httpx

from bench.changes import CREATE, MOVE
from bench.listeners import Listener, open_all
from bench.processes import cpu_seconds, pid_of, replicas_on_postgres
from bench.samples import Samples
from tests.support.servers.ports import free_port

LISTENERS: Final = 1000
CHANGES: Final = 50
ROUNDS: Final = 5
DOCUMENT: Final = (
    "subscription { runChanges(bookmarks: true) { cursor ... on RunChange { runId version status kind } } }"
)


@dataclass(slots=True)
class Side:
    """A server with its sockets, and a function that makes it send one change."""

    name: str
    pid: int
    listeners: list[Listener]
    change: Callable[[int], Awaitable[None]]
    cpu: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)

    async def burst(self) -> None:
        """Make changes one after the other; note the CPU time for each delivery, the first arrival and the last."""
        before = cpu_seconds(self.pid)
        firsts, lasts = [], []
        for _ in range(CHANGES):
            expected = len(self.listeners[0].arrivals) + 1
            begin = time.monotonic()
            await self.change(expected)
            while any(len(listener.arrivals) < expected for listener in self.listeners):  # noqa: ASYNC110 - 1,000 of them
                await asyncio.sleep(0.001)
            arrivals = [listener.arrivals[-1].at - begin for listener in self.listeners]
            firsts.append(min(arrivals))
            lasts.append(max(arrivals))
        self.cpu.append((cpu_seconds(self.pid) - before) / (CHANGES * len(self.listeners)) * 1e6)
        self.first.append(sorted(firsts)[CHANGES // 2] * 1e3)
        self.last.append(sorted(lasts)[CHANGES // 2] * 1e3)

    @property
    def spread(self) -> float:
        """Return the time from the first arrival to the last, milliseconds."""
        return Samples(self.last).median - Samples(self.first).median


async def measure() -> None:
    """Measure all sides in turn and print the figures."""
    async with _index_sides() as indexes, _bare_side("send") as sends, _bare_side("write") as writes:
        bares = (sends, writes)
        for _ in range(ROUNDS):
            for side in (*indexes, *bares):
                await side.burst()
    print(f"One change to {LISTENERS:,} subscribers of one document; median of {ROUNDS} (range)")
    for side in (*indexes, *bares):
        cpu, first, last = Samples(side.cpu), Samples(side.first), Samples(side.last)
        print(f"  {side.name:28} CPU a delivery, us {cpu}   request to first arrival, ms {first}, to the last {last}")
    for side in indexes:
        for bare in bares:
            cpu_ratio = Samples(side.cpu).median / Samples(bare.cpu).median
            last_ratio = Samples(side.last).median / Samples(bare.last).median
            print(
                f"  {side.name:28} against {bare.name}: {cpu_ratio:.2f} x the CPU, "
                f"{last_ratio:.2f} x the time to the last, {side.spread / bare.spread:.2f} x from the first to the last"
            )


@asynccontextmanager
async def _index_sides() -> AsyncIterator[tuple[Side, Side]]:
    """Serve the same subscribers changes made at their own server, and changes made at another server."""
    with replicas_on_postgres(2) as (server, other):
        run_id = server.execute(CREATE)["createRun"]["run"]["id"]
        async with httpx.AsyncClient() as client:
            body = {"query": MOVE, "variables": {"id": run_id}}

            async def change(url: str, _: int) -> None:
                (await client.post(url, json=body)).raise_for_status()

            listeners = await _listen(server.url, {})
            yield (
                Side("the index, mutation included", pid_of(server), listeners, partial(change, server.url)),
                Side("the index, changed elsewhere", pid_of(server), listeners, partial(change, other.url)),
            )
            _close(listeners)


@asynccontextmanager
async def _bare_side(way: str) -> AsyncIterator[Side]:
    with _bare_server(way) as (pid, url):
        async with httpx.AsyncClient() as client:

            async def change(number: int) -> None:
                await client.post(url, content=_message(number))

            listeners = await _listen(url, {})
            yield Side(f"a bare broadcast by {way}", pid, listeners, change)
            _close(listeners)


async def _listen(url: str, variables: Mapping[str, object]) -> list[Listener]:
    listeners = [Listener(url, DOCUMENT, variables) for _ in range(LISTENERS)]
    await open_all(listeners)
    await asyncio.sleep(0.5)
    return listeners


def _close(listeners: list[Listener]) -> None:
    for listener in listeners:
        listener.close()


@contextmanager
def _bare_server(way: str) -> Iterator[tuple[int, str]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.bare", str(port), way])
    try:
        url = f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                httpx.post(url, content=b"")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process.pid, url
    finally:
        process.kill()
        process.wait()


def _message(number: int) -> str:
    """Return a message of as many bytes as the index sends."""
    change = f'{{"cursor":"{"c" * 64}","runId":"{"0" * 36}","version":{number},"status":"ACTIVE","kind":"TAGS"}}'
    return f'{{"id":"1","type":"next","payload":{{"data":{{"runChanges":{change}}}}}}}'
