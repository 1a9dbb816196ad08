"""What nested fields and queries call for plans and jobs."""

from collections.abc import Mapping, Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import PLAN_RUNS, run_listing
from runindex.domain.ids import find_run_id
from runindex.domain.records.jobs import Job as JobRecord
from runindex.domain.records.plans import Plan as PlanRecord
from runindex.domain.runs.filters import UNARCHIVED
from runindex.ports.queries import NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.record_lists import Condition, Contains, Equals, OneOf, RecordList
from schema.jobs.types import Job, JobConnection, JobFilter
from schema.plans.types import Plan, PlanConnection
from schema.runs.run import RunConnection
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

NEWEST: Final = ("created_at", "id")
_OF_RUN: Final = RecordList(JobRecord, NEWEST, descending=True, owner_field="run_id")


class WorkLoads(RecordLoader):
    """Loads plans and jobs."""

    async def plan(self, plan_id: str, columns: Columns) -> Plan | None:
        """Return a plan, None when there is none."""
        row = await self._find(PlanRecord, (plan_id,), columns)
        return None if row is None else Plan(row=row)

    async def plans(self, name_contains: str | None, page: PageArguments, wanted: Wanted) -> PlanConnection:
        """Return a page of the plans with that in their names, newest first."""
        part = (plain(name_contains, "nameContains") or "").lower()
        conditions = (Contains("name_folded", part),) if part else ()
        listing = RecordList(PlanRecord, NEWEST, descending=True, conditions=conditions)
        return PlanConnection(page=await self._page(listing, page, wanted))

    async def plan_runs(self, plan_id: str, page: PageArguments, wanted: Wanted) -> RunConnection:
        """Return a page of a plan's runs that are not archived, newest first."""

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def ask(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_plan_runs(ids, RunQuery(UNARCHIVED, window, columns, NEWEST_FIRST))

            return await self._gathering.load((PLAN_RUNS, window), plan_id, columns, ask) or ()

        async def count() -> int:
            async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, int]:
                return await self._store.count_plan_runs(ids, UNARCHIVED)

            return await self._gathering.load(("count", PLAN_RUNS), plan_id, frozenset(), ask) or 0

        listing = run_listing(fetch, UNARCHIVED, NEWEST_FIRST, PLAN_RUNS, plan_id)
        return RunConnection(page=await listing.page(page, wanted, count))

    async def job(self, job_id: str, columns: Columns) -> Job | None:
        """Return a job, None when there is none."""
        row = await self._find(JobRecord, (job_id,), columns)
        return None if row is None else Job(row=row)

    async def jobs(self, job_filter: JobFilter | None, page: PageArguments, wanted: Wanted) -> JobConnection:
        """Return a page of the jobs that pass the filter, newest first."""
        listing = RecordList(JobRecord, NEWEST, descending=True, conditions=_conditions(job_filter))
        return JobConnection(page=await self._page(listing, page, wanted))

    async def run_jobs(self, run_id: str, columns: Columns) -> Sequence[Job]:
        """Return all jobs that are for a run, newest first."""
        return [Job(row=row) for row in await self._all(_OF_RUN, run_id, columns)]


def _conditions(asked: JobFilter | None) -> tuple[Condition, ...]:
    if asked is None:
        return ()
    conditions: list[Condition] = []
    if asked.queue is not None:
        conditions.append(Equals("queue", plain(asked.queue, "filter.queue")))
    if asked.status is not None:
        conditions.append(OneOf("status", tuple(status.value for status in asked.status)))
    if asked.run_id is not None:
        # An id that no run can have matches nothing.
        conditions.append(Equals("run_id", find_run_id(asked.run_id) or ""))
    return tuple(conditions)
