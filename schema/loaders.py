"""Loaders: what fields call for rows and pages (`info.context.loaders`).

Each call answers one key; an implementation batches the calls of one level of a query into one question to the storage.
`owner` is a run's incarnation. Page arguments out of bounds raise BadRequestError; a filter or a text that no storage
can hold raises ProblemError.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import strawberry

from runindex.ports.queries import Columns, Row
from schema.filters import JobFilter, JobOrder, PlanFilter, PlanOrder, RunFilter, RunOrder, RunResultFilter
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection


class RunLoaders(Protocol):
    """Loaders of runs, of their hierarchy and of their history."""

    async def run(self, run_id: str, columns: Columns) -> Row | None:
        """Return a run, None when there is none."""

    async def existing_run(self, run_id: str, columns: Columns) -> Row:
        """Return a run that a record belongs to; raise NotFoundError when it was deleted meanwhile."""

    async def root(self, run_id: str, columns: Columns) -> Row:
        """Return the topmost existing ancestor, the run itself if it has none; raise as `existing_run` does."""

    async def ancestors(self, run_id: str, columns: Columns) -> Sequence[Row]:
        """Return the existing ancestors, nearest first, up to a dangling parent."""

    async def children(
        self,
        run_id: str,
        run_filter: RunFilter | None,
        order: RunOrder | None,
        page: PageArguments,
        selected: PageSelection,
    ) -> Page:
        """Return a page of the children that the filter lists."""

    async def descendants(
        self, run_id: str, max_depth: int | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of the descendants with their `depth`, by depth, then newest first, archived ones hidden."""

    async def descendant_counts(self, run_id: str) -> Sequence[tuple[str, int]]:
        """Return the number of all descendants by status, in enum order, for each status that occurs."""

    async def history(self, run_id: str, incarnation: int, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the change log of this incarnation of a run, oldest first."""

    async def snapshot(self, run_id: str, incarnation: int, at: int) -> Row | None:
        """Return the run as it was at an instant, None before its creation or when the log was compacted past it."""


class ResultLoaders(Protocol):
    """Loaders of results, and of counts and statistics of a run's records."""

    async def totals(self, owner: int, columns: Columns) -> Row:
        """Return the counts of a run's records, zeros for a run without any."""

    async def result(self, result_id: str, columns: Columns) -> Row | None:
        """Return a result, None when there is none."""

    async def results(
        self,
        owner: int,
        result_filter: RunResultFilter | None,
        page: PageArguments,
        selected: PageSelection,
        *,
        offset: int | None = None,
    ) -> Page:
        """Return a page of a run's results that pass the filter, by startedAt, createdAt, id, so many skipped."""

    async def score_revisions(self, key: tuple[Any, ...], page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the revisions of a result's scores; `key` is the result's."""

    async def result_summary(self, owner: int, columns: Columns) -> Row:
        """Return columns of a run's totals and fields of its `ResultStatistics` as one row."""

    async def last_results(self, owners: tuple[int, ...], item_id: str, columns: Columns) -> Sequence[Row | None]:
        """Return the last attempt of each run at an item, None where there is none."""

    async def last_result(self, owner: int, item_id: str, columns: Columns) -> Row | None:
        """Return the last attempt of a run at an item, None when there is none."""

    async def compared_items(self, owners: tuple[int, ...], page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the items that any of the runs has, by id, each with the `owners`."""

    async def score_means(self, owners: tuple[int, ...]) -> Sequence[Row]:
        """Return the runs' `means` over the last attempts, one row per `scorer_id`, by scorer id."""


class RunDataLoaders(Protocol):
    """Loaders of a run's own data."""

    async def value(self, owner: int, key: str, columns: Columns) -> Row | None:
        """Return a value, None when there is none or when it was deleted."""

    async def values(self, owner: int, prefix: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the values, by key."""

    async def value_history(self, owner: int, key: str, first: int | None, columns: Columns) -> Sequence[Row]:
        """Return the newest versions of a value, newest first."""

    async def events(self, owner: int, stream: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the events, of one stream or of all, by sequence."""

    async def cell(self, owner: int, name: str, columns: Columns) -> Row | None:
        """Return a cell, None when there is none."""

    async def cells(self, owner: int, columns: Columns) -> Sequence[Row]:
        """Return all cells, by name."""

    async def document(self, owner: int, key: str, columns: Columns) -> Row | None:
        """Return a document, None when there is none."""

    async def documents(self, owner: int, prefix: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the documents, by key."""


class PlanLoaders(Protocol):
    """Loaders of plans."""

    async def plan(self, plan_id: str, columns: Columns) -> Row | None:
        """Return a plan, None when there is none."""

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

    async def plan_runs(self, plan_id: str, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of a plan's runs that are not archived, newest first."""


class JobLoaders(Protocol):
    """Loaders of jobs."""

    async def job(self, job_id: str, columns: Columns) -> Row | None:
        """Return a job, None when there is none."""

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

    async def run_jobs(self, run_id: str, columns: Columns) -> Sequence[Row]:
        """Return all jobs of a run, newest first."""


class RuntimeLoaders(Protocol):
    """Loaders of agent runtimes, their inputs and their receipts."""

    async def runtime(self, runtime_id: str, columns: Columns) -> Row | None:
        """Return a runtime, None when there is none."""

    async def runtime_inputs(self, runtime_id: str, columns: Columns) -> Sequence[Row]:
        """Return all inputs of a runtime, in the order first persisted."""

    async def runtime_input(self, runtime_id: str, input_id: str, columns: Columns) -> Row | None:
        """Return an input, None when there is none."""

    async def receipt(self, runtime_id: str, run_id: str, sequence: int, columns: Columns) -> Row | None:
        """Return a receipt, None when there is none."""

    async def runtime_receipts(
        self, runtime_id: str, run_id: str | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of a runtime's receipts, for one run or for all, oldest first."""

    async def run_receipts(
        self, owner: int, runtime_id: str | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of a run's receipts, of one runtime or of all, oldest first."""


class ViewLoaders(Protocol):
    """Loaders of views."""

    async def view(self, view_id: str, columns: Columns) -> Row | None:
        """Return a view, None when there is none."""

    async def views(self, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the views, by name."""

    async def default_view(self) -> str | None:
        """Return the id of the view that is the default, None when none is."""


class Loaders(
    RunLoaders, ResultLoaders, RunDataLoaders, PlanLoaders, JobLoaders, RuntimeLoaders, ViewLoaders, Protocol
):
    """Loaders of one operation; in a subscription, of one event."""


class LoaderContext(Protocol):
    """What the types of this package need of a context."""

    @property
    def loaders(self) -> Loaders:
        """Return the loaders of the present operation, or event."""


Info: TypeAlias = strawberry.Info[LoaderContext, Any]
