"""The run, and the connections of runs."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from runindex.ports.queries import Row
from schema.filters import RunFilter, RunOrder
from schema.loaders import Info
from schema.runs.aggregates import StatusCount
from schema.runs.columns import RunFacts
from schema.runs.relations import RunData
from schema.typesystem.connections import (
    ABSENT,
    After,
    Before,
    First,
    Last,
    OfPage,
    Page,
    PageInfo,
    given,
    page_arguments,
    page_info,
    total_count,
)
from schema.typesystem.fields import derived, relation
from schema.typesystem.scalars import DateTime
from schema.typesystem.selection import run_columns, wanted

if TYPE_CHECKING:
    from schema.runs.changes import RunChangeConnection, RunSnapshot


@strawberry.type(description="A run: one piece of work that the index knows of.")
class Run(RunFacts, RunData):
    """A run as its storage row."""

    row: strawberry.Private[Row]

    @relation("run", needs=("parent_id",), description="Null when there is none or when it was deleted.")
    async def parent(self, info: Info) -> "Run | None":
        """Load the parent."""
        parent_id = self.row["parent_id"]
        return None if parent_id is None else await info.context.loads.run(parent_id, run_columns(info))

    @relation("root", needs=("id",), description="Topmost existing ancestor, the run itself if it has none.")
    async def root(self, info: Info) -> "Run":
        """Load the root."""
        return await info.context.loads.root(self.row["id"], run_columns(info))

    @relation("ancestors", needs=("id",), description="Nearest first; stops at a dangling parent.")
    async def ancestors(self, info: Info) -> list["Run"]:
        """Load the ancestors."""
        return list(await info.context.loads.ancestors(self.row["id"], run_columns(info)))

    @relation("children", needs=("id",), description="Runs recorded as its children, newest first unless told else.")
    async def children(
        self,
        info: Info,
        *,
        filter: Annotated[RunFilter | None, strawberry.argument(description="Only those that pass this.")] = ABSENT,
        order_by: Annotated[RunOrder | None, strawberry.argument(description="Their order.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
        last: Last = ABSENT,
        before: Before = ABSENT,
    ) -> "RunConnection":
        """Load a page of the children."""
        page = page_arguments(first, after, last, before)
        return await info.context.loads.children(self.row["id"], given(filter), given(order_by), page, wanted(info))

    @relation(
        "descendants",
        needs=("id",),
        description=(
            "Depth-first is for the client: flat, breadth-first by depth, then newest first; depth 1 is a child."
        ),
    )
    async def descendants(
        self,
        info: Info,
        max_depth: Annotated[int | None, strawberry.argument(description="No deeper than this.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
    ) -> "DescendantConnection":
        """Load a page of the descendants."""
        page = page_arguments(first, after)
        return await info.context.loads.descendants(self.row["id"], given(max_depth), page, wanted(info))

    @relation(
        "descendant_counts",
        needs=("id",),
        description="Statuses of all descendants, one entry per status that occurs.",
    )
    async def descendant_counts(self, info: Info) -> list[StatusCount]:
        """Count the descendants by status."""
        return list(await info.context.loads.descendant_counts(self.row["id"]))

    @relation(
        "history",
        needs=("id", "incarnation"),
        description="The change log of this run, oldest first; every transition with its reason and actor.",
    )
    async def history(
        self, info: Info, first: First = ABSENT, after: After = ABSENT
    ) -> Annotated["RunChangeConnection", strawberry.lazy("schema.runs.changes")]:
        """Load a page of the run's change log."""
        run_id, incarnation = self.row["id"], self.row["incarnation"]
        page = page_arguments(first, after)
        return await info.context.loads.history(run_id, incarnation, page, wanted(info, "RunChange"))

    @relation(
        "snapshot",
        needs=("id", "incarnation"),
        description=(
            "The run as it was at that instant according to its change log; "
            "null before creation or when the log was compacted past it."
        ),
    )
    async def as_of(
        self, info: Info, at: Annotated[DateTime, strawberry.argument(description="The instant.")]
    ) -> Annotated["RunSnapshot", strawberry.lazy("schema.runs.changes")] | None:
        """Load the run as it was."""
        return await info.context.loads.snapshot(self.row["id"], self.row["incarnation"], at)


@strawberry.type(description="A run in a page.")
class RunEdge:
    """A run and its place."""

    cursor: str = strawberry.field(description="The run's place in this list, in this order.")
    node: Run = strawberry.field(description="The run.")


@strawberry.type(description="A descendant in a page.")
class DescendantEdge:
    """A descendant, its place and its depth."""

    cursor: str = strawberry.field(description="The run's place in this list.")
    depth: int = strawberry.field(description="How many generations below; a child's is 1.")
    node: Run = strawberry.field(description="The run.")


def _runs(connection: OfPage) -> list[Run]:
    return [Run(row=row) for row in connection.page.rows]


def _run_edges(connection: OfPage) -> list[RunEdge]:
    cursor = connection.page.cursor
    return [RunEdge(cursor=cursor(row), node=Run(row=row)) for row in connection.page.rows]


def _descendant_edges(connection: OfPage) -> list[DescendantEdge]:
    page = connection.page
    return [DescendantEdge(cursor=page.cursor(row), depth=row["depth"], node=Run(row=row)) for row in page.rows]


@strawberry.type(description="A page of runs.")
class RunConnection:
    """A page of run rows."""

    page: strawberry.Private[Page]

    edges: list[RunEdge] = derived(_run_edges, description="The runs with their cursors.")
    nodes: list[Run] = derived(_runs, description="The runs alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
    total_count: int = derived(total_count, description="Exact number of runs that match; computed only when selected.")


@strawberry.type(description="A page of descendants.")
class DescendantConnection:
    """A page of run rows that have a column `depth` too."""

    page: strawberry.Private[Page]

    edges: list[DescendantEdge] = derived(_descendant_edges, description="The runs with their depths and cursors.")
    nodes: list[Run] = derived(_runs, description="The runs alone.")
    page_info: PageInfo = derived(page_info, description="What comes after this page.")
