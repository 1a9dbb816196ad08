"""Transitions a second through the writer, against one transaction with its own NOTIFY for each transition.

Both run on the same Postgres with fsync on, with the same number in flight, in turn, so that a machine that slows down
slows both. Both lock the run, update its row, append to the log and notify; the one-by-one side does so in a single
statement, with far fewer columns and no counts to move (those would make all its writers wait for each other), which is
the best case for it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg

from bench.samples import Samples
from persistence import migrations
from persistence.feeds.postgres import PostgresFeed
from persistence.postgres import PostgresStore
from runindex.commands import CreateRun, TransitionRun
from runindex.domain.lifecycle import RunStatus
from runindex.index import RunIndex, open_index
from runindex.outcomes import RunApplied
from runindex.ports import SystemClock
from tests.support.postgres import postgres_server, psql

IN_FLIGHT = 64
RUNS = 512
ROUNDS = 5
SECONDS = 3.0

# A log, head and counters of its own, laid out like the index's: nothing is shared but the server.
ONE_BY_ONE_TABLES = """
create table solo_runs (id text primary key, status text not null, version int not null, updated_at bigint not null);
create table solo_changes (seq bigserial primary key, run_id text not null, version int not null,
                           former_status text not null, status text not null, at bigint not null);
"""
ONE_BY_ONE = """
with run as (select id, status, version from solo_runs where id = $1 for update),
moved as (update solo_runs r set status = $2, version = r.version + 1, updated_at = $3
          from run where r.id = run.id and run.status <> $2
          returning r.id, r.version, run.status as former_status),
logged as (insert into solo_changes (run_id, version, former_status, status, at)
           select id, version, former_status, $2, $3 from moved returning seq)
select logged.seq, pg_notify('solo', '') from logged
"""


async def measure() -> None:
    """Measure both sides in turn and print what came out."""
    with postgres_server(fsync=True) as server:
        psql(server.url(), "create database bench")
        url = server.url("bench")
        await asyncio.to_thread(migrations.upgrade, url)
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            store = await stack.enter_async_context(PostgresStore.open(url, clock))
            feed = await stack.enter_async_context(PostgresFeed(url))
            index = await stack.enter_async_context(open_index(store, feed, clock=clock))
            pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=IN_FLIGHT, max_size=IN_FLIGHT))
            writer_ids = await _create_runs(index)
            solo_ids = await _create_solo_runs(pool)
            writer, solo = await _alternate(
                lambda run_id, target: _through_writer(index, run_id, target),
                lambda run_id, target: _one_by_one(pool, run_id, target),
                writer_ids,
                solo_ids,
            )
            _report(index, writer, solo)


async def _alternate(
    through_writer: Callable[[str, RunStatus], Awaitable[None]],
    one_by_one: Callable[[str, RunStatus], Awaitable[None]],
    writer_ids: list[str],
    solo_ids: list[str],
) -> tuple[Samples, Samples]:
    writer, solo = [], []
    await _rate(through_writer, writer_ids, 0.5)
    await _rate(one_by_one, solo_ids, 0.5)
    for _ in range(ROUNDS):
        writer.append(await _rate(through_writer, writer_ids, SECONDS))
        solo.append(await _rate(one_by_one, solo_ids, SECONDS))
    return Samples(writer), Samples(solo)


async def _rate(move: Callable[[str, RunStatus], Awaitable[None]], run_ids: list[str], seconds: float) -> float:
    """Return moves a second with `IN_FLIGHT` callers, each moving its own runs to and fro."""
    begin = time.perf_counter()
    end = begin + seconds

    async def caller(own: list[str]) -> int:
        moves = 0
        while time.perf_counter() < end:
            for target in (RunStatus.PAUSED, RunStatus.ACTIVE):
                for run_id in own:
                    await move(run_id, target)
                    moves += 1
        return moves

    counts = await asyncio.gather(*(caller(run_ids[place::IN_FLIGHT]) for place in range(IN_FLIGHT)))
    return sum(counts) / (time.perf_counter() - begin)


async def _through_writer(index: RunIndex, run_id: str, target: RunStatus) -> None:
    outcome = await index.submit(TransitionRun(mutation="transitionRun", id=run_id, to=target))
    if not isinstance(outcome, RunApplied):
        raise TypeError(outcome)


async def _one_by_one(pool: "asyncpg.Pool[asyncpg.Record]", run_id: str, target: RunStatus) -> None:
    async with pool.acquire() as connection:
        row = await connection.fetchrow(ONE_BY_ONE, run_id, target.value, time.time_ns() // 1000)
    if row is None:
        raise LookupError(run_id)


async def _create_runs(index: RunIndex) -> list[str]:
    outcomes = await asyncio.gather(*(index.submit(CreateRun(mutation="createRun")) for _ in range(RUNS)))
    return [outcome.run.id for outcome in outcomes if isinstance(outcome, RunApplied)]


async def _create_solo_runs(pool: "asyncpg.Pool[asyncpg.Record]") -> list[str]:
    run_ids = [f"{place:032x}" for place in range(RUNS)]
    await pool.execute(ONE_BY_ONE_TABLES)
    await pool.executemany("insert into solo_runs values ($1, 'ACTIVE', 1, 0)", [(run_id,) for run_id in run_ids])
    return run_ids


def _report(index: RunIndex, writer: Samples, solo: Samples) -> None:
    statistics = index.writer.statistics
    print(f"Transitions a second, {IN_FLIGHT} in flight, Postgres with fsync; median of {ROUNDS} (range)")
    print(f"  through the writer             {writer}")
    print(f"  one transaction and NOTIFY each{solo}")
    print(f"  ratio                          {writer.median / solo.median:>10.1f}")
    print(f"  commands a batch               {statistics.commands / statistics.batches:>10.1f}")
