"""What belongs to a run beside itself: its dataset and results, values, events, cells, documents, jobs and receipts.

Records of a run are found by its incarnation: what a former run of the same id left behind is none of the new one's.
"""

from typing import Annotated

import strawberry

from runindex.ports.queries import Row
from schema.jobs.types import Job
from schema.loaders import Info
from schema.plans.types import Plan
from schema.results.types import ResultSummary, RunResultConnection, RunResultFilter
from schema.run_data.documents import RunCell, RunDocument, RunDocumentConnection
from schema.run_data.events import RunEventConnection
from schema.run_data.values import RunValue, RunValueConnection
from schema.runs.dataset import COUNTS, DATASET_COLUMNS, DatasetRun
from schema.runtimes.receipts import ReceiptConnection
from schema.typesystem.connections import ABSENT, After, Before, First, Last, given, page_arguments
from schema.typesystem.fields import Declaring, column, relation
from schema.typesystem.selection import selection_of, wanted

Key = Annotated[str, strawberry.argument(description="The key.")]
Prefix = Annotated[str | None, strawberry.argument(description="Only keys that start with this.")]


@strawberry.type
class RunData(Declaring):
    """The part of a run's type whose fields are answered from records."""

    row: strawberry.Private[Row]

    plan_id: strawberry.ID | None = column("plan_id", description="May dangle, as parentId may.")

    @relation(
        "totals",
        needs=("incarnation", *DATASET_COLUMNS),
        description="The dataset that the run executes, and how far it is; null for a run of none.",
    )
    async def dataset(self, info: Info) -> DatasetRun | None:
        """Return the run's dataset side, with what was counted."""
        if self.row["dataset_id"] is None:
            return None
        counts = selection_of(info).columns("DatasetRun") & COUNTS
        totals = await info.context.loads.totals(self.row["incarnation"], counts) if counts else {}
        return DatasetRun(row={**self.row, **totals})

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
    ) -> RunResultConnection:
        """Load a page of the results."""
        page = page_arguments(first, after, last, before)
        owner = self.row["incarnation"]
        return await info.context.loads.results(owner, given(filter), page, wanted(info, "RunResult"))

    @relation("result_summary", needs=("incarnation",), description="Figures of the run's results.")
    async def result_summary(self, info: Info) -> ResultSummary:
        """Load the figures."""
        return await info.context.loads.result_summary(self.row["incarnation"], frozenset(selection_of(info).fields))

    @relation("plan", needs=("plan_id",), description="Null when there is none or when it was deleted.")
    async def plan(self, info: Info) -> Plan | None:
        """Load the plan."""
        plan_id = self.row["plan_id"]
        columns = selection_of(info).columns("Plan")
        return None if plan_id is None else await info.context.loads.plan(plan_id, columns)

    @relation("run_jobs", needs=("id",), description="The jobs that are for this run, newest first.")
    async def jobs(self, info: Info) -> list[Job]:
        """Load the jobs."""
        return list(await info.context.loads.run_jobs(self.row["id"], selection_of(info).columns("Job")))

    @relation("run_receipts", needs=("incarnation",), description="Oldest first.")
    async def receipts(
        self,
        info: Info,
        runtime_id: Annotated[str | None, strawberry.argument(description="Only those of this runtime.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
    ) -> ReceiptConnection:
        """Load a page of the receipts."""
        page, asked = page_arguments(first, after), wanted(info, "BoundaryReceipt")
        return await info.context.loads.run_receipts(self.row["incarnation"], given(runtime_id), page, asked)

    @relation("value", needs=("incarnation",), description="One value; null when there is none.")
    async def value(self, info: Info, key: Key) -> RunValue | None:
        """Load one value."""
        return await info.context.loads.value(self.row["incarnation"], key, selection_of(info).columns("RunValue"))

    @relation("values", needs=("incarnation",), description="Key order.")
    async def values(
        self, info: Info, prefix: Prefix = ABSENT, first: First = ABSENT, after: After = ABSENT
    ) -> RunValueConnection:
        """Load a page of the values."""
        page, asked = page_arguments(first, after), wanted(info, "RunValue")
        return await info.context.loads.values(self.row["incarnation"], given(prefix), page, asked)

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
        page = page_arguments(first, after, last, before)
        return await info.context.loads.events(self.row["incarnation"], given(stream), page, wanted(info, "RunEvent"))

    @relation("cell", needs=("incarnation",), description="One cell; null when there is none.")
    async def cell(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The cell's name.")]
    ) -> RunCell | None:
        """Load one cell."""
        return await info.context.loads.cell(self.row["incarnation"], name, selection_of(info).columns("RunCell"))

    @relation("cells", needs=("incarnation",), description="All cells, by name.")
    async def cells(self, info: Info) -> list[RunCell]:
        """Load the cells."""
        return list(await info.context.loads.cells(self.row["incarnation"], selection_of(info).columns("RunCell")))

    @relation("document", needs=("incarnation",), description="One document; null when there is none.")
    async def document(self, info: Info, key: Key) -> RunDocument | None:
        """Load one document."""
        columns = selection_of(info).columns("RunDocument")
        return await info.context.loads.document(self.row["incarnation"], key, columns)

    @relation("documents", needs=("incarnation",), description="Key order.")
    async def documents(
        self, info: Info, prefix: Prefix = ABSENT, first: First = ABSENT, after: After = ABSENT
    ) -> RunDocumentConnection:
        """Load a page of the documents."""
        page, asked = page_arguments(first, after), wanted(info, "RunDocument")
        return await info.context.loads.documents(self.row["incarnation"], given(prefix), page, asked)
