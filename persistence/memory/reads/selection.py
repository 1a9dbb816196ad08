"""Selection of runs by a filter."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from persistence.memory.tables.runs import RunTable
from runindex.domain.runs.filters import Predicate, RunFilter, predicate
from runindex.domain.runs.run import Run

# A long scan yields to the event loop after so many runs, every few milliseconds.
CHUNK: Final = 1000


async def in_chunks(runs: Sequence[Run]) -> AsyncIterator[Sequence[Run]]:
    """Yield runs in chunks, with the event loop running in between."""
    for start in range(0, len(runs), CHUNK):
        if start:
            await asyncio.sleep(0)
        yield runs[start : start + CHUNK]


def predicate_on(table: RunTable, run_filter: RunFilter) -> Predicate:
    """Compile a filter; the descendants of its ancestors are looked up now, not for each run."""
    below = {
        ancestor: frozenset(run.id for generation in table.generations_below(ancestor) for run in generation)
        for ancestor in set(_ancestors_in(run_filter))
    }
    return predicate(run_filter, lambda run, ancestor: run.id in below[ancestor], table.last_activity)


def few_candidates(table: RunTable, run_filter: RunFilter) -> list[Run] | None:
    """Return the runs, in no order, that the filter may match; None when that may be any."""
    if run_filter.ids is not None:
        found = (table.by_id.get(run_id) for run_id in dict.fromkeys(run_filter.ids))
        return [run for run in found if run is not None]
    if run_filter.parent_id is not None:
        return table.children_of(run_filter.parent_id)
    if run_filter.ancestor_id is not None:
        return [run for generation in table.generations_below(run_filter.ancestor_id) for run in generation]
    narrowed = (few_candidates(table, part) for part in run_filter.and_ or ())
    return min((runs for runs in narrowed if runs is not None), key=len, default=None)


def candidates(table: RunTable, run_filter: RunFilter) -> list[Run]:
    """Return the runs, in no order, that the filter may match."""
    few = few_candidates(table, run_filter)
    return table.oldest_first() if few is None else few


async def matching(table: RunTable, run_filter: RunFilter) -> AsyncIterator[list[Run]]:
    """Yield the runs that the filter matches, as they are now, in no order, in chunks."""
    matches = predicate_on(table, run_filter)
    async for chunk in in_chunks(candidates(table, run_filter)):
        yield [run for run in chunk if matches(run)]


def _ancestors_in(run_filter: RunFilter) -> Iterator[str]:
    if run_filter.ancestor_id is not None:
        yield run_filter.ancestor_id
    for part in run_filter.parts:
        yield from _ancestors_in(part)
