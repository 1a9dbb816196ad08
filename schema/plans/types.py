"""Plans."""

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunConnectionRef
from schema.typesystem.connections import (
    ABSENT,
    After,
    First,
    OfPage,
    Page,
    PageInfo,
    page_arguments,
    page_info,
    total_count,
)
from schema.typesystem.fields import column, derived, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import wanted


@strawberry.type(
    description=(
        "A stored description of something to run. The index keeps it; what it means is the executor's business."
    )
)
class Plan(Node):
    """A plan as its storage row."""

    row: strawberry.Private[Row]

    id: strawberry.ID = column("id", description="A UUID.")
    name: str = column("name", description="1 to 256 characters.")
    spec: Json = column("spec", is_json=True, description="Any JSON.")
    created_at: DateTime = column("created_at", description="When it was created.")
    updated_at: DateTime = column("updated_at", description="When it last changed.")
    version: int = column("version", description="1 at creation, +1 with each update.")

    @relation(
        "plan_runs", needs=("id",), description="Runs recorded as the plan's, newest first, archived ones hidden."
    )
    async def runs(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> RunConnectionRef:
        """Load a page of the plan's runs."""
        return await info.context.loads.plan_runs(self.row["id"], page_arguments(first, after), wanted(info))


@strawberry.type(description="A plan in a page.")
class PlanEdge:
    """A plan and its place."""

    cursor: str = strawberry.field(description="The plan's place in this list.")
    node: Plan = strawberry.field(description="The plan.")


def _plans(connection: OfPage) -> list[Plan]:
    return [Plan(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[PlanEdge]:
    cursor = connection.page.cursor
    return [PlanEdge(cursor=cursor(row), node=Plan(row=row)) for row in connection.page.rows]


@strawberry.type(description="A page of plans, newest first.")
class PlanConnection:
    """A page of plan rows."""

    page: strawberry.Private[Page]

    edges: list[PlanEdge] = derived(_edges, description="The plans with their cursors.")
    nodes: list[Plan] = derived(_plans, description="The plans alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
    total_count: int = derived(
        total_count, description="Exact number of plans that match; computed only when selected."
    )
