"""The run, and the connections of runs."""

from typing import Annotated

import strawberry

from runindex.ports.queries import Row
from schema.filters import RunFilter, RunOrder
from schema.loaders import Info
from schema.runs.aggregates import StatusCount
from schema.runs.changes import RunChangeConnection, RunSnapshot
from schema.runs.columns import RunColumns
from schema.runs.relations import RunRelations
from schema.typesystem.connections import (
    ABSENT,
    After,
    Before,
    Connection,
    First,
    Last,
    connection,
    given,
    page_arguments,
)
from schema.typesystem.enums import RunStatus
from schema.typesystem.fields import relation, wrap
from schema.typesystem.scalars import DateTime
from schema.typesystem.selection import page_selection, run_columns


@strawberry.type(description="A run: one piece of work that the index knows of.")
class Run(RunColumns, RunRelations):
    """A run as its storage row."""

    row: strawberry.Private[Row]

    @relation("run", needs=("parent_id",), description="Null when there is none or when it was deleted.")
    async def parent(self, info: Info) -> "Run | None":
        """Load the parent."""
        parent_id = self.row["parent_id"]
        return None if parent_id is None else wrap(Run, await info.context.loaders.run(parent_id, run_columns(info)))

    @relation("root", needs=("id",), description="Topmost existing ancestor, the run itself if it has none.")
    async def root(self, info: Info) -> "Run":
        """Load the root."""
        return Run(row=await info.context.loaders.root(self.row["id"], run_columns(info)))

    @relation("ancestors", needs=("id",), description="Nearest first; stops at a dangling parent.")
    async def ancestors(self, info: Info) -> list["Run"]:
        """Load the ancestors."""
        return [Run(row=row) for row in await info.context.loaders.ancestors(self.row["id"], run_columns(info))]

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
        page, loaders = page_arguments(first, after, last, before), info.context.loaders
        found = await loaders.children(self.row["id"], given(filter), given(order_by), page, page_selection(info))
        return RunConnection(page=found)

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
        page, depth = page_arguments(first, after), given(max_depth)
        found = await info.context.loaders.descendants(self.row["id"], depth, page, page_selection(info))
        return DescendantConnection(page=found)

    @relation(
        "descendant_counts",
        needs=("id",),
        description="Statuses of all descendants, one entry per status that occurs.",
    )
    async def descendant_counts(self, info: Info) -> list[StatusCount]:
        """Count the descendants by status."""
        counts = await info.context.loaders.descendant_counts(self.row["id"])
        return [StatusCount(status=RunStatus(status), count=count) for status, count in counts]

    @relation(
        "history",
        needs=("id", "incarnation"),
        description="The change log of this run, oldest first; every transition with its reason and actor.",
    )
    async def history(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> RunChangeConnection:
        """Load a page of the run's change log."""
        run_id, incarnation = self.row["id"], self.row["incarnation"]
        page, selected = page_arguments(first, after), page_selection(info, "RunChange")
        return RunChangeConnection(page=await info.context.loaders.history(run_id, incarnation, page, selected))

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
    ) -> RunSnapshot | None:
        """Load the run as it was."""
        return wrap(RunSnapshot, await info.context.loaders.snapshot(self.row["id"], self.row["incarnation"], at))


@strawberry.type(description="A run in a page.")
class RunEdge:
    """A run and its cursor."""

    cursor: str = strawberry.field(description="The run's place in this list, in this order.")
    node: Run = strawberry.field(description="The run.")


@strawberry.type(description="A descendant in a page.")
class DescendantEdge:
    """A descendant, its cursor and its depth."""

    cursor: str = strawberry.field(description="The run's place in this list.")
    depth: int = strawberry.field(description="How many generations below; a child's is 1.")
    node: Run = strawberry.field(description="The run.")


@connection(Run, RunEdge, "runs", "A page of runs.", counted=True, bounded=True)
class RunConnection(Connection):
    """A page of run rows."""


@connection(
    Run,
    DescendantEdge,
    "runs",
    "A page of descendants.",
    edges="The {things} with their depths and cursors.",
    info="What comes after this page.",
)
class DescendantConnection(Connection):
    """A page of run rows that have a column `depth` too."""

    def make_edge(self, row: Row) -> DescendantEdge:
        """Return a row's edge with its depth."""
        return DescendantEdge(cursor=self.page.cursor(row), depth=row["depth"], node=Run(row=row))
