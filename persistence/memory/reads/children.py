"""Runs by what they name: their parent or their plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from persistence.memory.reads import counts, lists
from persistence.memory.reads.pages import ordered_row, page_of, run_order
from persistence.memory.reads.selection import predicate_on
from persistence.memory.tables.runs import RunTable
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.ports.queries import Row, RunQuery
from runindex.ports.statistics import capped


class MemoryChildReads:
    """Reads the children of runs and the runs of plans."""

    _runs: RunTable

    async def list_children(self, parent_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each parent a window of those of its children that the filter matches."""
        order = run_order(query.order)
        return {
            parent_id: [ordered_row(run, query.order) for run in page_of(children, query.window, order)]
            for parent_id, children in self._children(parent_ids, query.filter)
        }

    async def count_children(
        self, parent_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each parent how many of its children the filter matches, at most so many."""
        found = self._children(parent_ids, run_filter)
        return {parent_id: capped(len(children), at_most) for parent_id, children in found}

    async def list_plan_runs(self, plan_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each plan a window of those of its runs that the filter matches."""
        queries = {plan_id: replace(query, filter=_of_plan(plan_id, query.filter)) for plan_id in plan_ids}
        listed = {plan_id: await lists.list_runs(self._runs, queries[plan_id]) for plan_id in queries}
        return {plan_id: [ordered_row(run, query.order) for run in runs] for plan_id, runs in listed.items()}

    async def count_plan_runs(
        self, plan_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each plan how many of its runs the filter matches, at most so many."""
        return {
            plan_id: await counts.count_runs(self._runs, _of_plan(plan_id, run_filter), at_most)
            for plan_id in set(plan_ids)
        }

    def _children(self, parent_ids: Sequence[str], run_filter: RunFilter) -> Iterator[tuple[str, list[Run]]]:
        matches = predicate_on(self._runs, run_filter)
        for parent_id in parent_ids:
            yield parent_id, list(filter(matches, self._runs.children_of(parent_id)))


def _of_plan(plan_id: str, run_filter: RunFilter) -> RunFilter:
    return RunFilter(plan_id=plan_id, include_archived=True, and_=(run_filter,))
