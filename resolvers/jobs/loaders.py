"""Loaders of jobs."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import NEWEST
from runindex.domain.ids import find_run_id
from runindex.domain.records.jobs import Job
from runindex.ports.queries import Columns, Row
from runindex.ports.record_lists import Condition, Equals, OneOf, RecordList
from schema.filters import JobFilter
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

_OF_RUN: Final = RecordList(Job, NEWEST, descending=True, owner_field="run_id")


class StoreJobLoaders(RecordLoader):
    """Loads jobs; see `schema.loaders.JobLoaders`."""

    async def job(self, job_id: str, columns: Columns) -> Row | None:
        """Return a job, None when there is none."""
        return await self._find(Job, (job_id,), columns)

    async def jobs(self, job_filter: JobFilter | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the jobs that pass the filter, newest first."""
        conditions = () if job_filter is None else _conditions(job_filter)
        return await self._page(RecordList(Job, NEWEST, descending=True, conditions=conditions), page, selected)

    async def run_jobs(self, run_id: str, columns: Columns) -> Sequence[Row]:
        """Return all jobs of a run, newest first."""
        return await self._all(_OF_RUN, run_id, columns)


def _conditions(job_filter: JobFilter) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    if job_filter.queue is not None:
        conditions.append(Equals("queue", plain(job_filter.queue, "filter.queue")))
    if job_filter.status is not None:
        conditions.append(OneOf("status", tuple(status.value for status in job_filter.status)))
    if job_filter.run_id is not None:
        # An id that no run can have matches nothing.
        conditions.append(Equals("run_id", find_run_id(job_filter.run_id) or ""))
    return tuple(conditions)
