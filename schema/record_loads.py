"""The loaders that nested fields call for what is kept beside runs; see `schema.loaders`.

`owner` is a run's incarnation. A page that makes no sense, and text that no storage holds, raise as runs' lists do.
"""

from typing import TYPE_CHECKING, Protocol

from runindex.ports.queries import Columns, Row
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.jobs.types import Job
    from schema.plans.types import Plan
    from schema.results.comparison import ComparisonRowConnection, ScoreDelta
    from schema.results.types import ResultSummary, RunResult, RunResultConnection, RunResultFilter
    from schema.run_data.documents import RunCell, RunDocument, RunDocumentConnection
    from schema.run_data.events import RunEventConnection
    from schema.run_data.values import RunValue, RunValueConnection, RunValueVersion
    from schema.runs.run import RunConnection
    from schema.runtimes.receipts import BoundaryReceipt, ReceiptConnection
    from schema.runtimes.types import RuntimeInput


class ResultLoads(Protocol):
    """Loaders of results and of what is counted."""

    async def totals(self, owner: int, columns: Columns) -> Row:
        """Return what is counted of a run's records, zeros for a run without any."""

    async def results(
        self, owner: int, result_filter: "RunResultFilter | None", page: PageArguments, wanted: Wanted
    ) -> "RunResultConnection":
        """Return a page of a run's results that pass the filter, by startedAt, createdAt, id."""

    async def result_summary(self, owner: int, fields: frozenset[str]) -> "ResultSummary":
        """Return the figures of a run's results that the fields of a `ResultSummary` need."""

    async def last_results(
        self, owners: tuple[int, ...], item_id: str, columns: Columns
    ) -> "Sequence[RunResult | None]":
        """Return the last attempt of each run at an item, None where there is none."""

    async def compared_items(
        self, owners: tuple[int, ...], page: PageArguments, wanted: Wanted
    ) -> "ComparisonRowConnection":
        """Return a page of the items that any of the runs has, by id."""

    async def score_deltas(self, owners: tuple[int, ...]) -> "Sequence[ScoreDelta]":
        """Return the runs' means over the last attempts, by scorer id."""


class ScopedLoads(Protocol):
    """Loaders of a run's own data."""

    async def value(self, owner: int, key: str, columns: Columns) -> "RunValue | None":
        """Return a value, None when there is none or when it was deleted."""

    async def values(self, owner: int, prefix: str | None, page: PageArguments, wanted: Wanted) -> "RunValueConnection":
        """Return a page of the values, by key."""

    async def value_history(
        self, owner: int, key: str, first: int | None, columns: Columns
    ) -> "Sequence[RunValueVersion]":
        """Return the newest versions of a value, newest first."""

    async def events(self, owner: int, stream: str | None, page: PageArguments, wanted: Wanted) -> "RunEventConnection":
        """Return a page of the events, of one stream or of all, by sequence."""

    async def cell(self, owner: int, name: str, columns: Columns) -> "RunCell | None":
        """Return a cell, None when there is none."""

    async def cells(self, owner: int, columns: Columns) -> "Sequence[RunCell]":
        """Return all cells, by name."""

    async def document(self, owner: int, key: str, columns: Columns) -> "RunDocument | None":
        """Return a document, None when there is none."""

    async def documents(
        self, owner: int, prefix: str | None, page: PageArguments, wanted: Wanted
    ) -> "RunDocumentConnection":
        """Return a page of the documents, by key."""


class WorkLoads(Protocol):
    """Loaders of plans and jobs."""

    async def plan(self, plan_id: str, columns: Columns) -> "Plan | None":
        """Return a plan, None when there is none."""

    async def plan_runs(self, plan_id: str, page: PageArguments, wanted: Wanted) -> "RunConnection":
        """Return a page of a plan's runs that are not archived, newest first."""

    async def run_jobs(self, run_id: str, columns: Columns) -> "Sequence[Job]":
        """Return all jobs that are for a run, newest first."""


class RuntimeLoads(Protocol):
    """Loaders of what agent runtimes left behind."""

    async def runtime_inputs(self, runtime_id: str, columns: Columns) -> "Sequence[RuntimeInput]":
        """Return all inputs of a runtime, in the order first persisted."""

    async def runtime_input(self, runtime_id: str, input_id: str, columns: Columns) -> "RuntimeInput | None":
        """Return an input, None when there is none."""

    async def receipt(self, runtime_id: str, run_id: str, sequence: int, columns: Columns) -> "BoundaryReceipt | None":
        """Return a receipt, None when there is none."""

    async def runtime_receipts(
        self, runtime_id: str, run_id: str | None, page: PageArguments, wanted: Wanted
    ) -> "ReceiptConnection":
        """Return a page of a runtime's receipts, for one run or for all, oldest first."""

    async def run_receipts(
        self, owner: int, runtime_id: str | None, page: PageArguments, wanted: Wanted
    ) -> "ReceiptConnection":
        """Return a page of a run's receipts, of one runtime or of all, oldest first."""
