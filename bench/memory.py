"""Memory under a mixed load: the resident set of one server every ten seconds, and the plans that it keeps.

All works of the floor at once, documents and values that never come again, and subscribers that come and go. It should
be flat after the first minute. BENCH_MEMORY_SECONDS, BENCH_RUNS and BENCH_STORAGES (Postgres,SQLite) make it shorter.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from typing import Final

from bench.floor.clients import Client
from bench.floor.filling import MOVED
from bench.floor.measure import CHOSEN, MIB, RUNS
from bench.floor.servers import STORAGES, Beside, Server
from bench.floor.works import RARE, request_of, works
from bench.listeners import Listener
from tests.support.servers.served import HTTP

SECONDS: Final = float(os.environ.get("BENCH_MEMORY_SECONDS", "300"))
WARM: Final = min(60.0, SECONDS / 5)
EVERY: Final = SECONDS / 30
CLIENTS: Final = 8
PAUSE: Final = 0.01  # between two requests of a client
LISTENERS: Final = 20
# Each leaves, and another comes, in so many seconds.
STAYING: Final = 2.0
CHANGES: Final = """subscription ($tag: String!) {
  runChanges(filter: { tags: { all: [$tag] } }, bookmarks: true) { cursor ... on RunChange { runId version } } }"""
_PLANS: Final = re.compile(r"^runindex_plans (\S+)$", re.MULTILINE)


async def measure() -> None:
    """Measure on each storage."""
    for name in CHOSEN:
        async with STORAGES[name](RUNS) as beside:
            server = beside.servers[1]
            server.stop()  # what filling took is none of it
            server.start()
            await _measure(name, server, beside)


async def _measure(storage: str, server: Server, beside: Beside) -> None:
    print(f"{storage}, {RUNS:,} runs x 5 tags, {SECONDS:.0f} s: memory, MiB")
    end = time.perf_counter() + SECONDS
    sizes: list[tuple[float, float]] = []
    asked = count()
    loads = [_ask(server.port, _requests(beside, client), end, asked) for client in range(CLIENTS)]
    await asyncio.gather(
        _watch(server, end, sizes), *loads, *(_listen(server.port, at, end) for at in range(LISTENERS))
    )
    warm, later = ([size for at, size in sizes if (at <= WARM) == is_warm] for is_warm in (True, False))
    plans = _PLANS.search(HTTP.get(f"http://127.0.0.1:{server.port}/metrics").text)
    print(
        f"  most in the first {WARM:.0f} s {max(warm):.1f}, later {min(later):.1f} to {max(later):.1f}, at the end",
        end="",
    )
    print(f" {later[-1]:.1f}; {next(asked):,} requests, {plans[1] if plans else 'no'} plans kept", flush=True)


async def _watch(server: Server, end: float, sizes: list[tuple[float, float]]) -> None:
    began = time.perf_counter()
    while (now := time.perf_counter()) < end:
        sizes.append((now - began, server.memory() / MIB))
        print(f"  {sizes[-1][0]:6.0f} s  {sizes[-1][1]:6.1f}", flush=True)
        await asyncio.sleep(EVERY)


async def _ask(port: int, requests: Iterator[bytes], end: float, asked: Iterator[int]) -> None:
    client = await Client.open(port)
    while time.perf_counter() < end:
        await client.ask(next(requests))
        next(asked)
        await asyncio.sleep(PAUSE)
    client.close()


def _requests(beside: Beside, client: int) -> Iterator[bytes]:
    """Yield requests of all kinds in turn; of new documents and new values each has its number."""
    kinds: list[Callable[[], bytes]] = [
        work.requests(client, is_bare=False) for work in works(beside.ids, beside.ids[:MOVED])
    ]
    for number, kind in zip(count(client, CLIENTS), cycle(range(len(kinds) + 2))):
        if kind < len(kinds):
            yield kinds[kind]()
        elif kind == len(kinds):
            yield request_of(RARE, {"tag": f"none {number}", "status": "FAILED"})
        else:
            yield request_of(f"{{ all{number}: runs(first: 5) {{ nodes {{ id name }} }} }}", {})


async def _listen(port: int, place: int, end: float) -> None:
    """Subscribe again and again, with another tag each time: no two share what they follow."""
    for number in count(place, LISTENERS):
        if time.perf_counter() > end:
            return
        tag = "usual" if number % 2 else f"tag {number}"
        listener = Listener(f"http://127.0.0.1:{port}/graphql", CHANGES, {"tag": tag})
        await listener.open()
        await asyncio.sleep(STAYING)
        listener.close()


if __name__ == "__main__":
    asyncio.run(measure())
