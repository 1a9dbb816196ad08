"""Plans."""

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunConnectionRef, as_run_connection
from schema.typesystem.connections import ABSENT, After, Connection, First, connection, page_arguments
from schema.typesystem.fields import column, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import page_selection


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
    spec: Json = column("spec", description="Any JSON.")
    created_at: DateTime = column("created_at", description="When it was created.")
    updated_at: DateTime = column("updated_at", description="When it last changed; its runs do not move it.")
    version: int = column("version", description="1 at creation, +1 with each update.")

    @relation(
        "plan_runs", needs=("id",), description="Runs recorded as the plan's, newest first, archived ones hidden."
    )
    async def runs(self, info: Info, first: First = ABSENT, after: After = ABSENT) -> RunConnectionRef:
        """Load a page of the plan's runs."""
        page = await info.context.loaders.plan_runs(self.row["id"], page_arguments(first, after), page_selection(info))
        return as_run_connection(page)


@strawberry.type(description="A plan in a page.")
class PlanEdge:
    """A plan and its cursor."""

    cursor: str = strawberry.field(description="The plan's place in this list.")
    node: Plan = strawberry.field(description="The plan.")


@connection(Plan, PlanEdge, "plans", "A page of plans, newest first.", counted=True)
class PlanConnection(Connection):
    """A page of plan rows."""
