"""Loaders of jobs."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import job_filter_of
from resolvers.paging.lists import NEWEST, fields_of
from runindex.domain.records.jobs import Job
from runindex.ports.queries import Columns, Row
from runindex.ports.record_filters import job_conditions
from runindex.ports.record_lists import RecordList
from schema.filters import JobFilter, JobOrder
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

_OF_RUN: Final = RecordList(Job, NEWEST, descending=True, owner_field="run_id")


class StoreJobLoaders(RecordLoader):
    """Loads jobs; see `schema.loaders.JobLoaders`."""

    async def job(self, job_id: str, columns: Columns) -> Row | None:
        """Return a job, None when there is none."""
        return await self._find(Job, (job_id,), columns)

    async def jobs(
        self,
        job_filter: JobFilter | None,
        order: JobOrder | None,
        page: PageArguments,
        selected: PageSelection,
        *,
        offset: int | None = None,
    ) -> Page:
        """Return a page of the jobs that pass the filter, so many skipped."""
        fields, descending = fields_of(order)
        records = RecordList(Job, fields, descending, job_conditions(job_filter_of(job_filter)))
        return await self._page(records, page, selected, offset=offset)

    async def run_jobs(self, run_id: str, columns: Columns) -> Sequence[Row]:
        """Return all jobs of a run, newest first."""
        return await self._all(_OF_RUN, run_id, columns)
