"""The records of a run: its dataset, plan, results, values, events, cells, documents, jobs and receipts.

They are found by the run's incarnation, so that a run created anew under an id has none of its predecessor's.
"""

from typing import Annotated

import strawberry

from runindex.domain.instants import SECOND
from runindex.ports.queries import Row
from schema.filters import RunResultFilter
from schema.jobs.types import Job
from schema.loaders import Info
from schema.plans.types import Plan
from schema.results.types import ResultSummary, RunResultConnection
from schema.run_data.documents import RunCell, RunDocument, RunDocumentConnection
from schema.run_data.events import RunEventConnection
from schema.run_data.values import RunValue, RunValueConnection
from schema.runs.dataset import COUNTS, DATASET_COLUMNS, DatasetRun
from schema.runtimes.receipts import ReceiptConnection
from schema.typesystem.connections import ABSENT, After, Before, First, Last, Offset, given, page_arguments
from schema.typesystem.fields import column, relation, wrap
from schema.typesystem.scalars import DateTime
from schema.typesystem.selection import page_selection, selection_of

Key = Annotated[str, strawberry.argument(description="The key.")]
Prefix = Annotated[str | None, strawberry.argument(description="Only keys that start with this.")]


@strawberry.type
class RunRelations:
    """The fields of a run that its records answer."""

    row: strawberry.Private[Row]

    plan_id: strawberry.ID | None = column("plan_id", description="May dangle, as parentId may.")

    @relation(
        "totals",
        needs=("incarnation", *DATASET_COLUMNS),
        description="The dataset that the run executes, and how far it is; null for a run of none.",
    )
    async def dataset(self, info: Info) -> DatasetRun | None:
        """Return the run's dataset side, with the selected counts."""
        if self.row["dataset_id"] is None:
            return None
        counts = selection_of(info).columns("DatasetRun") & COUNTS
        totals = await info.context.loaders.totals(self.row["incarnation"], counts) if counts else {}
        return DatasetRun(row={**self.row, **totals})

    @relation(
        "totals",
        needs=("incarnation", "updated_at"),
        description=(
            "When anything of the run was last written: its changes, results, events, values, cells, documents, "
            "receipts, or `touchRun`; to the second. The index itself never acts on it."
        ),
    )
    async def last_activity_at(self, info: Info) -> DateTime:
        """Load when the run's records were last written."""
        totals = await info.context.loaders.totals(self.row["incarnation"], frozenset({"last_at"}))
        last_at = max(self.row["updated_at"], totals["last_at"] or self.row["updated_at"])
        return DateTime(last_at - last_at % SECOND)

    @relation("results", needs=("incarnation",), description="The attempts recorded, by startedAt.")
    async def results(
        self,
        info: Info,
        *,
        filter: Annotated[
            RunResultFilter | None, strawberry.argument(description="Only those that pass this.")
        ] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        last: Last = ABSENT,
        before: Before = ABSENT,
        offset: Offset = ABSENT,
    ) -> RunResultConnection:
        """Load a page of the results."""
        page = page_arguments(first, after, last, before)
        owner = self.row["incarnation"]
        selected = page_selection(info, "RunResult")
        found = await info.context.loaders.results(owner, given(filter), page, selected, offset=given(offset))
        return RunResultConnection(page=found)

    @relation("result_summary", needs=("incarnation",), description="Figures of the run's results.")
    async def result_summary(self, info: Info) -> ResultSummary:
        """Load the summary."""
        columns = selection_of(info).columns("ResultSummary")
        return ResultSummary(row=await info.context.loaders.result_summary(self.row["incarnation"], columns))

    @relation("plan", needs=("plan_id",), description="Null when there is none or when it was deleted.")
    async def plan(self, info: Info) -> Plan | None:
        """Load the plan."""
        plan_id = self.row["plan_id"]
        columns = selection_of(info).columns("Plan")
        return None if plan_id is None else wrap(Plan, await info.context.loaders.plan(plan_id, columns))

    @relation("run_jobs", needs=("id",), description="The jobs that are for this run, newest first.")
    async def jobs(self, info: Info) -> list[Job]:
        """Load the jobs."""
        rows = await info.context.loaders.run_jobs(self.row["id"], selection_of(info).columns("Job"))
        return [Job(row=row) for row in rows]

    @relation("run_receipts", needs=("incarnation",), description="Oldest first.")
    async def receipts(
        self,
        info: Info,
        runtime_id: Annotated[str | None, strawberry.argument(description="Only those of this runtime.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
    ) -> ReceiptConnection:
        """Load a page of the receipts."""
        owner, runtime = self.row["incarnation"], given(runtime_id)
        page, selected = page_arguments(first, after), page_selection(info, "BoundaryReceipt")
        return ReceiptConnection(page=await info.context.loaders.run_receipts(owner, runtime, page, selected))

    @relation("value", needs=("incarnation",), description="One value; null when there is none.")
    async def value(self, info: Info, key: Key) -> RunValue | None:
        """Load one value."""
        columns = selection_of(info).columns("RunValue")
        return wrap(RunValue, await info.context.loaders.value(self.row["incarnation"], key, columns))

    @relation("values", needs=("incarnation",), description="Key order.")
    async def values(
        self, info: Info, prefix: Prefix = ABSENT, first: First = ABSENT, after: After = ABSENT
    ) -> RunValueConnection:
        """Load a page of the values."""
        owner, page, selected = self.row["incarnation"], page_arguments(first, after), page_selection(info, "RunValue")
        return RunValueConnection(page=await info.context.loaders.values(owner, given(prefix), page, selected))

    @relation("events", needs=("incarnation",), description="By sequence.")
    async def events(
        self,
        info: Info,
        *,
        stream: Annotated[str | None, strawberry.argument(description="Only those of this stream.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        last: Last = ABSENT,
        before: Before = ABSENT,
    ) -> RunEventConnection:
        """Load a page of the events."""
        page, selected = page_arguments(first, after, last, before), page_selection(info, "RunEvent")
        owner = self.row["incarnation"]
        return RunEventConnection(page=await info.context.loaders.events(owner, given(stream), page, selected))

    @relation("cell", needs=("incarnation",), description="One cell; null when there is none.")
    async def cell(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The cell's name.")]
    ) -> RunCell | None:
        """Load one cell."""
        columns = selection_of(info).columns("RunCell")
        return wrap(RunCell, await info.context.loaders.cell(self.row["incarnation"], name, columns))

    @relation("cells", needs=("incarnation",), description="All cells, by name.")
    async def cells(self, info: Info) -> list[RunCell]:
        """Load the cells."""
        columns = selection_of(info).columns("RunCell")
        return [RunCell(row=row) for row in await info.context.loaders.cells(self.row["incarnation"], columns)]

    @relation("document", needs=("incarnation",), description="One document; null when there is none.")
    async def document(self, info: Info, key: Key) -> RunDocument | None:
        """Load one document."""
        columns = selection_of(info).columns("RunDocument")
        return wrap(RunDocument, await info.context.loaders.document(self.row["incarnation"], key, columns))

    @relation("documents", needs=("incarnation",), description="Key order.")
    async def documents(
        self, info: Info, prefix: Prefix = ABSENT, first: First = ABSENT, after: After = ABSENT
    ) -> RunDocumentConnection:
        """Load a page of the documents."""
        owner, page, selected = (
            self.row["incarnation"],
            page_arguments(first, after),
            page_selection(info, "RunDocument"),
        )
        return RunDocumentConnection(page=await info.context.loaders.documents(owner, given(prefix), page, selected))
