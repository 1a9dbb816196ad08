"""A run with 1,000,000 results is deleted while other clients write: the latency of their writes, and memory."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from bench.processes import resident
from bench.storages import STORAGES, Bench
from runindex.commands import AddTags, CreateRun, DeleteRun
from runindex.commands.outcomes import RunApplied, RunDeleted
from runindex.domain.records.results import Item, Result
from runindex.domain.records.totals import Tombstone, Totals
from runindex.ports.maintenance import Restored, Scan

RESULTS: Final = 1_000_000
A_WRITE: Final = 500
WRITERS: Final = 8
QUIET_SECONDS: Final = 3.0
_TOMBSTONES: Final = Scan(Tombstone, ("owner", "generation"), 1)
OUTPUT: Final = f'{{"answer":"{"x" * 200}"}}'


async def measure() -> None:
    """Measure on SQLite and on Postgres, one after the other."""
    print(f"A run with {RESULTS:,} results is deleted while {WRITERS} others write")
    for open_bench in STORAGES:
        async with open_bench() as bench:
            await _measure(bench)


@dataclass(slots=True)
class _Load:
    """Writers that go on all the time; `waits` has when each write began and how long it took, in seconds."""

    bench: Bench
    run_id: str
    waits: list[tuple[float, float]] = field(default_factory=list)
    peak: int = 0

    async def write(self) -> None:
        """Make one write after the other, for ever."""
        while True:
            began = time.perf_counter()
            await self.bench.index.submit(AddTags(mutation="addRunTags", id=self.run_id, tags=("again",)))
            self.waits.append((began, time.perf_counter() - began))
            await asyncio.sleep(0.002)

    async def watch(self) -> None:
        """Sample the process's memory, for ever."""
        while True:
            self.peak = max(self.peak, resident(os.getpid()))
            await asyncio.sleep(0.02)

    def told(self, begin: float, end: float) -> str:
        """Return the latencies of writes that began between two times."""
        waits = sorted(1000 * wait for began, wait in self.waits if begin <= began < end)
        return f"p50 {waits[len(waits) // 2]:.1f} ms, p99 {waits[int(0.99 * len(waits))]:.1f}, longest {waits[-1]:.1f}"


@asynccontextmanager
async def _under_load(bench: Bench, run_id: str) -> AsyncIterator[_Load]:
    load = _Load(bench, run_id)
    async with asyncio.TaskGroup() as group:
        tasks = [*(group.create_task(load.write()) for _ in range(WRITERS)), group.create_task(load.watch())]
        yield load
        for task in tasks:
            task.cancel()


async def _measure(bench: Bench) -> None:
    doomed, other = await _create(bench), await _create(bench)
    await _fill(bench, doomed)
    async with _under_load(bench, other) as load:
        begin = time.perf_counter()
        await asyncio.sleep(QUIET_SECONDS)
        load.peak = before = resident(os.getpid())
        deleted = time.perf_counter()
        outcome = await bench.index.submit(DeleteRun(mutation="deleteRun", id=doomed))
        answered = time.perf_counter() - deleted
        if not isinstance(outcome, RunDeleted) or outcome.results != RESULTS:
            raise TypeError(outcome)
        while not await _is_swept(bench):  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(1)
        swept = time.perf_counter()
        print(f"  {bench.name}: answered after {1000 * answered:.0f} ms, swept after {swept - deleted:.0f} s")
        print(f"    writes before      {load.told(begin, deleted)}")
        print(f"    writes meanwhile   {load.told(deleted, swept)}")
        print(f"    memory             {before >> 20} MiB before, {load.peak >> 20} MiB at most", flush=True)


async def _create(bench: Bench) -> str:
    outcome = await bench.index.submit(CreateRun(mutation="createRun"))
    if not isinstance(outcome, RunApplied):
        raise TypeError(outcome)
    return outcome.run.id


async def _fill(bench: Bench, run_id: str) -> None:
    """Write a run's results as an import does, in an order other than the items'."""
    owner = (await bench.storage.find_runs([run_id], frozenset({"incarnation"})))[run_id]["incarnation"]
    async with bench.storage.restoration() as restoration:
        await restoration.log_state()
        for start in range(0, RESULTS, A_WRITE):
            records = [_record(owner, run_id, number) for number in range(start, start + A_WRITE)]
            await restoration.write(Restored(records=[record for pair in records for record in pair]))
        await restoration.write(Restored(records=[Totals(owner, run_id, 0, RESULTS, RESULTS + 1, RESULTS, RESULTS, 0)]))


def _record(owner: int, run_id: str, number: int) -> tuple[Result, Item]:
    item = f"item-{number * 7919 % RESULTS:07}"
    result_id = str(UUID(int=(7 << 76) + number))
    result = Result(
        owner, 0, item, 0, result_id, run_id, number + 1, None, '{"q":1}', OUTPUT, None, 12.5, None, 1, 2, 3, "[]"
    )
    return result, Item(owner, 0, item, 1, 1, 0)


async def _is_swept(bench: Bench) -> bool:
    async with bench.storage.snapshot() as snapshot:
        return not await snapshot.read(_TOMBSTONES)
