"""The comparison of runs."""

from collections.abc import Sequence

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.results.types import RunResult
from schema.typesystem.connections import ABSENT, After, Connection, First, connection, page_arguments
from schema.typesystem.fields import column, computed, derived, relation, wrap
from schema.typesystem.selection import page_selection, selection_of


@strawberry.type(
    description="`results` has one entry per compared run, in the order asked; null where the run lacks the item."
)
class ComparisonRow:
    """A row with an item's id, and the incarnations of the compared runs as `owners`."""

    row: strawberry.Private[Row]

    item_id: str = column("item_id", description="The item.")

    @relation("last_results", needs=("owners", "item_id"), description="The last attempt of each run at the item.")
    async def results(self, info: Info) -> list[RunResult | None]:
        """Load the last attempts."""
        columns = selection_of(info).columns("RunResult")
        rows = await info.context.loaders.last_results(self.row["owners"], self.row["item_id"], columns)
        return [wrap(RunResult, row) for row in rows]


@strawberry.type(description="A row in a page.")
class ComparisonRowEdge:
    """A row and its cursor."""

    cursor: str = strawberry.field(description="The row's place in this comparison.")
    node: ComparisonRow = strawberry.field(description="The row.")


@connection(ComparisonRow, ComparisonRowEdge, "rows", "A page of rows, in item order.")
class ComparisonRowConnection(Connection):
    """A page of item rows."""


def _deltas(means: Sequence[float | None]) -> list[float | None]:
    first = means[0]
    return [None if mean is None or first is None else mean - first for mean in means]


@strawberry.type(description="Mean of each run by scorer; a delta is a mean minus the first run's.")
class ScoreDelta:
    """One scorer's means, in the order of the runs."""

    row: strawberry.Private[Row]

    scorer_id: str = column("scorer_id", description="The scorer.")
    means: list[float | None] = column("means", description="One entry per run; null where the scorer has no value.")
    deltas: list[float | None] = computed(
        _deltas, needs=("means",), description="One entry per run; null where a mean is missing."
    )


@strawberry.type(
    description=(
        "Several runs side by side, one row per item that any of them has, in item order; "
        "the last attempt of each counts."
    )
)
class RunComparison:
    """The compared runs as their storage rows."""

    run_rows: strawberry.Private[Sequence[Row]]

    runs: list[RunRef] = derived(
        lambda comparison: [as_run(row) for row in comparison.run_rows], description="The runs, in the order asked."
    )

    @relation("compared_items", needs=(), description="One row per item that any of the runs has, by item id.")
    async def rows(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> ComparisonRowConnection:
        """Load a page of the rows."""
        page, selected = page_arguments(first, after), page_selection(info, "ComparisonRow")
        return ComparisonRowConnection(page=await info.context.loaders.compared_items(self.owners, page, selected))

    @relation("score_means", needs=(), description="One entry per scorer that any of the runs has, by scorer id.")
    async def scores(self, info: Info) -> list[ScoreDelta]:
        """Load the means."""
        return [ScoreDelta(row=row) for row in await info.context.loaders.score_means(self.owners)]

    @property
    def owners(self) -> tuple[int, ...]:
        """Return the incarnations of the runs."""
        return tuple(row["incarnation"] for row in self.run_rows)
