"""Boundary receipts."""

import strawberry

from runindex.domain.json_text import loads
from runindex.ports.queries import Row
from schema.runtimes.enums import RunBoundary
from schema.typesystem.connections import Connection, connection
from schema.typesystem.fields import column
from schema.typesystem.scalars import DateTime


@strawberry.type(
    description=(
        "Proof that a boundary of a run was applied. Unique by runtime, run and sequence; "
        "sequence counts from 0 per runtime and run."
    )
)
class BoundaryReceipt:
    """A receipt as its storage row."""

    row: strawberry.Private[Row]

    runtime_id: str = column("runtime_id", description="The runtime.")
    run_id: strawberry.ID = column("run_id", description="The run.")
    sequence: int = column("sequence", description="The receipt's number, per runtime and run.")
    boundary: RunBoundary = column("boundary", description="Which kind of boundary it was.")
    contributing_input_ids: list[strawberry.ID] = column(
        "contributing_input_ids", loads, description="The inputs that the boundary took in."
    )
    conversation_digest: str | None = column(
        "conversation_digest",
        description="Lower-case hex SHA-256 of the session's messages as compact JSON; null without a session.",
    )
    message_count: int = column("message_count", description="How many messages the session has.")
    created_at: DateTime = column("created_at", description="When it was stored.")


@strawberry.type(description="A receipt in a page.")
class ReceiptEdge:
    """A receipt and its cursor."""

    cursor: str = strawberry.field(description="The receipt's place in this list.")
    node: BoundaryReceipt = strawberry.field(description="The receipt.")


@connection(BoundaryReceipt, ReceiptEdge, "receipts", "A page of receipts, oldest first.")
class ReceiptConnection(Connection):
    """A page of receipt rows."""
