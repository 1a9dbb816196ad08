"""Loaders of plans."""

from collections.abc import Mapping, Sequence

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import NEWEST, PLAN_RUNS, run_pager
from resolvers.paging.pager import NO_COLUMNS
from runindex.domain.records.plans import Plan
from runindex.domain.runs.filters import UNARCHIVED
from runindex.ports.queries import NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.record_lists import Contains, RecordList
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection


class StorePlanLoaders(RecordLoader):
    """Loads plans; see `schema.loaders.PlanLoaders`."""

    async def plan(self, plan_id: str, columns: Columns) -> Row | None:
        """Return a plan, None when there is none."""
        return await self._find(Plan, (plan_id,), columns)

    async def plans(self, name_contains: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the plans with that text in their names, newest first."""
        part = (plain(name_contains, "nameContains") or "").lower()
        conditions = (Contains("name_folded", part),) if part else ()
        return await self._page(RecordList(Plan, NEWEST, descending=True, conditions=conditions), page, selected)

    async def plan_runs(self, plan_id: str, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of a plan's runs that are not archived, newest first."""

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def fetch_all(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_plan_runs(ids, RunQuery(UNARCHIVED, window, columns, NEWEST_FIRST))

            return await self._batches.load((PLAN_RUNS, window), plan_id, columns, fetch_all) or ()

        async def count() -> int:
            async def count_all(ids: Sequence[str], _: Columns) -> Mapping[str, int]:
                return await self._store.count_plan_runs(ids, UNARCHIVED)

            return await self._batches.load(("count", PLAN_RUNS), plan_id, NO_COLUMNS, count_all) or 0

        return await run_pager(fetch, UNARCHIVED, NEWEST_FIRST, PLAN_RUNS, plan_id).page(page, selected, count)
