"""Loaders of plans."""

from collections.abc import Mapping, Sequence

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain, range_of
from resolvers.paging.lists import PLAN_RUNS, fields_of, run_pager
from resolvers.paging.pager import NO_COLUMNS
from runindex.domain.records.plans import Plan
from runindex.domain.runs.filters import UNARCHIVED
from runindex.ports.queries import NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.record_filters import range_conditions
from runindex.ports.record_lists import Condition, Contains, RecordList
from schema.filters import PlanFilter, PlanOrder
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection


class StorePlanLoaders(RecordLoader):
    """Loads plans; see `schema.loaders.PlanLoaders`."""

    async def plan(self, plan_id: str, columns: Columns) -> Row | None:
        """Return a plan, None when there is none."""
        return await self._find(Plan, (plan_id,), columns)

    async def plans(
        self,
        name_contains: str | None,
        plan_filter: PlanFilter | None,
        order: PlanOrder | None,
        page: PageArguments,
        selected: PageSelection,
        *,
        offset: int | None = None,
    ) -> Page:
        """Return a page of the plans with that text in their names that pass the filter, so many skipped."""
        fields, descending = fields_of(order)
        conditions = (*_named(name_contains, "nameContains"), *_conditions(plan_filter))
        return await self._page(RecordList(Plan, fields, descending, conditions), page, selected, offset=offset)

    async def plan_runs(self, plan_id: str, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of a plan's runs that are not archived, newest first."""

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def fetch_all(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_plan_runs(ids, RunQuery(UNARCHIVED, window, columns, NEWEST_FIRST))

            return await self._batches.load((PLAN_RUNS, window), plan_id, columns, fetch_all) or ()

        async def count(at_most: int | None) -> int:
            async def count_all(ids: Sequence[str], _: Columns) -> Mapping[str, int]:
                return await self._store.count_plan_runs(ids, UNARCHIVED, at_most)

            return await self._batches.load(("count", PLAN_RUNS, at_most), plan_id, NO_COLUMNS, count_all) or 0

        return await run_pager(fetch, UNARCHIVED, NEWEST_FIRST, PLAN_RUNS, plan_id).page(page, selected, count)


def _named(part: str | None, path: str) -> list[Condition]:
    folded = (plain(part, path) or "").lower()
    return [Contains("name_folded", folded)] if folded else []


def _conditions(plan_filter: PlanFilter | None) -> list[Condition]:
    if plan_filter is None:
        return []
    return [
        *_named(plan_filter.name_contains, "filter.nameContains"),
        *range_conditions("created_at", range_of(plan_filter.created_at)),
        *range_conditions("updated_at", range_of(plan_filter.updated_at)),
    ]
