"""Runs side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef
from schema.results.types import RunResult
from schema.typesystem.connections import ABSENT, After, First, OfPage, Page, PageInfo, page_arguments, page_info
from schema.typesystem.fields import column, derived, relation
from schema.typesystem.selection import selection_of, wanted

if TYPE_CHECKING:
    from schema.runs.run import Run


@strawberry.type(
    description="`results` has one entry per compared run, in the order asked; null where the run lacks the item."
)
class ComparisonRow:
    """An item's row, and the incarnations of the runs that are compared."""

    row: strawberry.Private[Row]
    owners: strawberry.Private[tuple[int, ...]]

    item_id: str = column("item_id", description="The item.")

    @relation("last_results", needs=("item_id",), description="The last attempt of each run at the item.")
    async def results(self, info: Info) -> list[RunResult | None]:
        """Load the last attempts."""
        columns = selection_of(info).columns("RunResult")
        return list(await info.context.loads.last_results(self.owners, self.row["item_id"], columns))


@strawberry.type(description="A row in a page.")
class ComparisonRowEdge:
    """A row and its place."""

    cursor: str = strawberry.field(description="The row's place in this comparison.")
    node: ComparisonRow = strawberry.field(description="The row.")


def _rows(connection: OfPage) -> list[ComparisonRow]:
    return [ComparisonRow(row=row, owners=row["owners"]) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[ComparisonRowEdge]:
    cursor = connection.page.cursor
    return [ComparisonRowEdge(cursor=cursor(row.row), node=row) for row in _rows(connection)]


@strawberry.type(description="A page of rows, in item order.")
class ComparisonRowConnection:
    """A page of rows that hold an item's id, and the incarnations of the runs as `owners`."""

    page: strawberry.Private[Page]

    edges: list[ComparisonRowEdge] = derived(_edges, description="The rows with their cursors.")
    nodes: list[ComparisonRow] = derived(_rows, description="The rows alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")


@strawberry.type(description="Mean of each run by scorer; a delta is a mean minus the first run's.")
class ScoreDelta:
    """One scorer's means, in the order of the runs."""

    scorer_id: str = strawberry.field(description="The scorer.")
    means: list[float | None] = strawberry.field(description="One entry per run; null where the scorer has no value.")
    deltas: list[float | None] = strawberry.field(description="One entry per run; null where a mean is missing.")


def _compared(comparison: "RunComparison") -> Sequence["Run"]:
    return comparison.compared


@strawberry.type(
    description=(
        "Several runs side by side, one row per item that any of them has, in item order; "
        "the last attempt of each counts."
    )
)
class RunComparison:
    """The runs that are compared."""

    compared: strawberry.Private[Sequence["Run"]]

    runs: list[RunRef] = derived(_compared, description="The runs, in the order asked.")

    @relation("compared_items", needs=(), description="One row per item that any of the runs has, by item id.")
    async def rows(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> ComparisonRowConnection:
        """Load a page of the rows."""
        page = page_arguments(first, after)
        return await info.context.loads.compared_items(self.owners, page, wanted(info, "ComparisonRow"))

    @relation("score_deltas", needs=(), description="One entry per scorer that any of the runs has, by scorer id.")
    async def scores(self, info: Info) -> list[ScoreDelta]:
        """Load the means."""
        return list(await info.context.loads.score_deltas(self.owners))

    @property
    def owners(self) -> tuple[int, ...]:
        """Return the incarnations of the runs."""
        return tuple(run.row["incarnation"] for run in self.compared)
