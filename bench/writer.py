"""Transitions a second through the writer, against one transaction with its own NOTIFY for each transition.

There are two such baselines: the index's own transaction with a single command in it, on 64 connections at once, which
does the same work; and a bare statement on minimal tables, which does less.

All run on the same Postgres with fsync on, with the same number in flight, in turn, so that a machine that slows down
slows all of them. The bare statement locks the run, updates its row, appends to a log and notifies, with far fewer
columns and no counters to update (they would make its writers wait for each other): its best case.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import TypeAlias

import asyncpg

from bench.samples import Samples
from persistence import migrations
from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.store import PostgresStore
from runindex.commands import CreateRun, TransitionRun
from runindex.commands.outcomes import RunApplied
from runindex.domain.lifecycle import RunStatus
from runindex.index import RunIndex, open_index
from tests.support.databases.postgres import postgres_server, psql

Move: TypeAlias = Callable[[str, RunStatus], Awaitable[None]]

IN_FLIGHT = 64
RUNS = 512
ROUNDS = 5
SECONDS = 2.0

# A log, head and counters of its own, laid out like the index's: only the server is shared.
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
    """Measure all sides in turn and print the figures."""
    with postgres_server(fsync=True) as server:
        psql(server.url(), "create database bench")
        url = server.url("bench")
        await asyncio.to_thread(migrations.upgrade, url)
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(PostgresStore.open(url))
            feed = await stack.enter_async_context(PostgresFeed(url))
            index = await stack.enter_async_context(open_index(store, feed))
            pool = await stack.enter_async_context(asyncpg.create_pool(url, min_size=IN_FLIGHT, max_size=IN_FLIGHT))
            writer_ids = await _create_runs(index)
            solo_ids = await _create_solo_runs(pool)
            stores = [await stack.enter_async_context(PostgresStore.open(url)) for _ in range(IN_FLIGHT)]
            single_ids = await _create_runs(index)
            of = {run_id: stores[place % IN_FLIGHT] for place, run_id in enumerate(single_ids)}
            sides = {
                "through the writer": (lambda run_id, to: _through_writer(index, run_id, to), writer_ids),
                "the same, one transaction and NOTIFY each": (
                    lambda run_id, to: _singly(of[run_id], run_id, to),
                    single_ids,
                ),
                "a bare statement and NOTIFY each": (lambda run_id, to: _one_by_one(pool, run_id, to), solo_ids),
            }
            _report(await _alternate(sides))


async def _alternate(sides: Mapping[str, tuple[Move, list[str]]]) -> dict[str, Samples]:
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for move, run_ids in sides.values():
        await _rate(move, run_ids, 0.5)
    for _ in range(ROUNDS):
        for name, (move, run_ids) in sides.items():
            rates[name].append(await _rate(move, run_ids, SECONDS))
    return {name: Samples(values) for name, values in rates.items()}


async def _rate(move: Move, run_ids: list[str], seconds: float) -> float:
    """Return transitions a second with `IN_FLIGHT` callers, each of which moves its own runs to and fro."""
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


async def _singly(store: PostgresStore, run_id: str, target: RunStatus) -> None:
    (outcome,) = (await store.apply([TransitionRun(mutation="transitionRun", id=run_id, to=target).checked()])).outcomes
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


def _report(rates: Mapping[str, Samples]) -> None:
    writer = next(iter(rates.values()))
    print(f"Transitions a second, {IN_FLIGHT} in flight, Postgres with fsync; median of {ROUNDS} (range)")
    for name, rate in rates.items():
        print(f"  {name:42}{rate}   the writer is {writer.median / rate.median:.1f} x this")
