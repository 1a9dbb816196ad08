"""The seven works at 1 and 32 in flight, RunIndex beside bare in one run: medians of five with their range.

BENCH_ROUNDS, BENCH_SECONDS (of a round), BENCH_RUNS and BENCH_STORAGES (Postgres,SQLite) make it shorter.
"""

import asyncio
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from bench.floor.clients import Client, loaded
from bench.floor.filling import MOVED
from bench.floor.servers import STORAGES, Beside, Server
from bench.floor.works import Work, works
from bench.samples import Samples

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS: Final = float(os.environ.get("BENCH_SECONDS", "0.5"))
RUNS: Final = int(os.environ.get("BENCH_RUNS", "10000"))
CHOSEN: Final = os.environ.get("BENCH_STORAGES", "Postgres,SQLite").split(",")
IN_FLIGHT: Final = (32, 1)
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """What a request cost in a round: CPU milliseconds, and latencies in milliseconds."""

    server: float
    database: float
    p50: float
    p99: float


async def measure() -> None:
    """Measure on each storage."""
    for name in CHOSEN:
        async with STORAGES[name](RUNS) as beside:
            await _measure(name, beside)


async def _measure(storage: str, beside: Beside) -> None:
    _measure_starts(storage, beside)
    columns = ("server CPU ms", "database CPU ms", "p50 ms", "p99 ms")
    print(f"{f'{storage}, {RUNS:,} runs x 5 tags':30}" + "".join(f"  {title:>24}" for title in columns))
    # Each has its own, as each has its own rows.
    kinds = {server.name: works(beside.ids, beside.ids[:MOVED]) for server in beside.servers}
    for place, work in enumerate(kinds["bare"]):
        for number in IN_FLIGHT:
            print(f"{work.title}, {number} in flight")
            await _measure_work({name: each[place] for name, each in kinds.items()}, number, beside)


async def _measure_work(kinds: dict[str, Work], number: int, beside: Beside) -> None:
    figures: dict[str, list[Figures]] = defaultdict(list)
    for server in beside.servers:
        await _round(server, kinds[server.name], number, beside, SECONDS / 4)  # to warm up
    for _ in range(ROUNDS):
        for server in beside.servers:
            figures[server.name].append(await _round(server, kinds[server.name], number, beside, SECONDS))
    for name, rounds in figures.items():
        print(f"  {name:28}" + "".join(f"  {_shown(rounds, each):>24}" for each in Figures.__slots__))
    (bare, own) = (_sums(figures[server.name]) for server in beside.servers)
    ratios = "server x {:.2f}, server + database x {:.2f}, p50 x {:.2f}"
    print("  " + ratios.format(*(mine / other for mine, other in zip(own, bare, strict=True))), flush=True)


async def _round(server: Server, work: Work, number: int, beside: Beside, seconds: float) -> Figures:
    clients = [await Client.open(server.port) for _ in range(number)]
    nexts = [work.requests(client, is_bare=server.is_bare) for client in range(number)]
    used, of_database = server.cpu(), beside.database_cpu()
    took = await loaded(clients, nexts, seconds)
    used, of_database = server.cpu() - used, beside.database_cpu() - of_database
    for client in clients:
        client.close()
    each = 1000 / len(took)
    return Figures(each * used, each * of_database, 1000 * took[len(took) // 2], 1000 * took[len(took) * 99 // 100])


def _shown(rounds: list[Figures], column: str) -> str:
    values = [getattr(each, column) for each in rounds]
    return f"{Samples(values).median:.2f} ({min(values):.2f} to {max(values):.2f})"


def _sums(rounds: list[Figures]) -> tuple[float, float, float]:
    """Return the medians that are compared."""
    server, total, p50 = zip(*((each.server, each.server + each.database, each.p50) for each in rounds), strict=True)
    return Samples(server).median, Samples(total).median, Samples(p50).median


def _measure_starts(storage: str, beside: Beside) -> None:
    print(f"{storage}: start to first answer, s, and memory after it, MiB")
    for server in beside.servers:
        starts, sizes = [], []
        for _ in range(ROUNDS):
            server.stop()
            starts.append(server.start())
            sizes.append(server.memory() / MIB)
        start, size = Samples(starts), Samples(sizes)
        print(f"  {server.name:28}{start.median:.2f} ({min(starts):.2f} to {max(starts):.2f})   {size.median:.0f} MiB")


if __name__ == "__main__":
    asyncio.run(measure())
