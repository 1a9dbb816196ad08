"""Shorthands for the commands and reads of a store of any kind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from runindex.commands import AnyCommand
from runindex.commands.outcomes import BulkApplied, Outcome, RunApplied
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.problems import PROBLEMS
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import EVERYTHING, RunFilter
from runindex.domain.runs.run import Run
from runindex.index import RunIndex, open_index
from runindex.ports.queries import ALL_COLUMNS, NEWEST_FIRST, RunGroupKey, RunOrder, RunQuery, Window
from runindex.ports.rows import run_of
from runindex.ports.store import ChangeQuery, Store
from tests.support.clock import StandingClock

PLENTY = 10_000
MADE = RunFilter(include_archived=True, not_=RunFilter(ids=(DEFAULT_RUN,)))


async def settled(turns: int = 200) -> None:
    """Let all tasks go on until each waits for another: on a memory store, nothing waits for more than a few turns."""
    for _ in range(turns):
        await asyncio.sleep(0)


@asynccontextmanager
async def open_memory_index() -> AsyncIterator[RunIndex]:
    """Open a new index in memory, for tests that do not depend on the storage."""
    async with MemoryStore.open(StandingClock()) as store, open_index(store, MemoryFeed()) as index:
        yield index


async def apply(store: Store, *batch: AnyCommand) -> list[Outcome]:
    """Apply a batch and return its outcomes; an error of any is raised."""
    outcomes: list[Outcome] = []
    for outcome in (await store.apply(batch)).outcomes:
        if isinstance(outcome, Exception):
            raise outcome
        outcomes.append(outcome)
    assert len(outcomes) == len(batch)
    return outcomes


async def do(store: Store, command: AnyCommand) -> Outcome:
    """Apply one command and return its outcome."""
    return (await apply(store, command))[0]


async def made(store: Store, *batch: AnyCommand) -> Run:
    """Apply commands that succeed, one after the other, and return the run as the last one left it."""
    outcome: Outcome | None = None
    for command in batch:
        outcome = await do(store, command)
        assert not isinstance(outcome, PROBLEMS), outcome
    assert isinstance(outcome, RunApplied)
    return outcome.run


async def bulk(store: Store, command: AnyCommand) -> BulkApplied:
    """Apply a bulk command and return its outcome."""
    outcome = await do(store, command)
    assert isinstance(outcome, BulkApplied), outcome
    return outcome


async def find(store: Store, run_id: str) -> Run | None:
    """Return a run, or None."""
    row = (await store.find_runs([run_id], ALL_COLUMNS)).get(run_id)
    return None if row is None else run_of(row)


async def get(store: Store, run_id: str) -> Run:
    """Return a run that exists."""
    run = await find(store, run_id)
    assert run is not None
    return run


async def listed(
    store: Store, run_filter: RunFilter = EVERYTHING, order: RunOrder = NEWEST_FIRST, window: Window | None = None
) -> list[Run]:
    """Return the runs of a list, by default all of them."""
    rows = await store.list_runs(RunQuery(run_filter, window or Window(PLENTY), ALL_COLUMNS, order))
    return [run_of(row) for row in rows]


async def listed_ids(store: Store, run_filter: RunFilter = EVERYTHING, order: RunOrder = NEWEST_FIRST) -> list[str]:
    """Return the ids of a list's runs."""
    return [run.id for run in await listed(store, run_filter, order)]


async def log_of(store: Store, after: int = 0, run_filter: RunFilter | None = None) -> list[Change]:
    """Return the log's entries behind a sequence number."""
    return await store.list_changes(ChangeQuery(after, PLENTY, run_filter))


async def history_of(store: Store, run_id: str, window: Window | None = None) -> Sequence[Change]:
    """Return a run's own entries."""
    return (await store.list_history([run_id], window or Window(PLENTY))).get(run_id, ())


async def counted_by_status(store: Store) -> dict[str, int]:
    """Return the groups of all runs by status."""
    return dict(await store.group_runs(EVERYTHING, RunGroupKey.STATUS, None))
