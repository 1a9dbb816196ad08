"""Lists of runs."""

from collections.abc import Sequence
from heapq import nlargest
from typing import Final

from persistence.memory.reads.pages import WindowEntries, page_of, run_order
from persistence.memory.reads.search import SearchTexts
from persistence.memory.reads.selection import few_candidates, in_chunks, matching, predicate_on
from persistence.memory.tables.runs import RunTable, place_of
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.ports.queries import NEWEST_FIRST, OrderDirection, RunOrder, RunQuery, Window

BY_AGE: Final = (NEWEST_FIRST, RunOrder(direction=OrderDirection.ASC))


async def list_runs(table: RunTable, query: RunQuery) -> list[Run]:
    """Return a window of a list of runs."""
    few = few_candidates(table, query.filter)
    if few is not None:
        return page_of(filter(predicate_on(table, query.filter), few), query.window, run_order(query.order))
    if query.order in BY_AGE:
        return await _list_by_age(table, query)
    page = WindowEntries(query.window, run_order(query.order))
    async for runs in matching(table, query.filter):
        page.offer(runs)
    return page.entries()


async def _list_by_age(table: RunTable, query: RunQuery) -> list[Run]:
    """Read from the window's start until it is full."""
    matches = predicate_on(table, query.filter)
    page = WindowEntries(query.window, run_order(query.order))
    async for runs in in_chunks(_walk(table, query.order, query.window)):
        page.offer(run for run in runs if matches(run))
        if page.is_full:
            break
    return page.entries()


def _walk(table: RunTable, order: RunOrder, window: Window) -> Sequence[Run]:
    runs = table.oldest_first()
    start = window.before if window.backward else window.after
    if (order.direction is OrderDirection.DESC) is window.backward:
        return runs if start is None else runs[place_of(runs, (start[0], start[1])) :]
    if start is not None:
        del runs[place_of(runs, (start[0], start[1])) :]
    runs.reverse()
    return runs


def select_runs(table: RunTable, run_filter: RunFilter, limit: int) -> list[str]:
    """Return the ids of the newest runs that the filter matches, without an await in between."""
    matches = predicate_on(table, run_filter)
    few = few_candidates(table, run_filter)
    runs = filter(matches, table.oldest_first() if few is None else few)
    return [run.id for run in page_of(runs, Window(limit), run_order(NEWEST_FIRST))]


async def search_runs(
    table: RunTable, texts: SearchTexts, tokens: Sequence[str], run_filter: RunFilter, limit: int
) -> list[tuple[Run, float]]:
    """Return the best matches, best first, then newest, then largest id."""
    best: list[tuple[Run, float]] = []
    async for runs in matching(table, run_filter):
        hits = texts.hits_among(runs, tokens)
        best = nlargest(limit, best + hits, key=lambda hit: (hit[1], hit[0].created_at, hit[0].id))
    return best
