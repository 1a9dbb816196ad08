"""Counts of runs: of lists, by group, over time, by tag."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select

from persistence.sql.conditions import Condition, taken_apart
from persistence.sql.fetching import NOTHING, Fetching
from persistence.sql.filters import matching, one_of_statuses
from persistence.sql.tables import runs, status_counts
from runindex.domain.filters import RunFilter, only_status
from runindex.domain.lifecycle import RunStatus


class CountReads(Fetching):
    """Answers how many."""

    async def count_runs(self, run_filter: RunFilter) -> int:
        """Return how many runs the filter matches, exactly."""
        statuses = only_status(run_filter)
        if statuses is not None:
            rows = await self._fetch(_count_by_status(frozenset(statuses)), NOTHING)
        else:
            conditions, values = taken_apart(run_filter)
            rows = await self._fetch(_count(conditions), values)
        return int(rows[0]["n"])


@lru_cache(maxsize=64)
def _count_by_status(statuses: frozenset[RunStatus]) -> Select[Any]:
    total = func.coalesce(func.sum(status_counts.c.n), 0).label("n")
    return select(total).where(one_of_statuses(status_counts.c.status, statuses))


@lru_cache(maxsize=1024)
def _count(conditions: tuple[Condition, ...]) -> Select[Any]:
    return select(func.count().label("n")).select_from(runs).where(matching(conditions))
