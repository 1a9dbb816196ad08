"""Boundary receipts."""

import strawberry

from runindex.domain.json_text import loads
from runindex.ports.queries import Row
from schema.runtimes.enums import RunBoundary
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info
from schema.typesystem.fields import column, derived
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
        "contributing_input_ids", loads, is_json=True, description="The inputs that the boundary took in."
    )
    conversation_digest: str | None = column(
        "conversation_digest",
        description="Lower-case hex SHA-256 of the session's messages as compact JSON; null without a session.",
    )
    message_count: int = column("message_count", description="How many messages the session has.")
    created_at: DateTime = column("created_at", description="When it was stored.")


@strawberry.type(description="A receipt in a page.")
class ReceiptEdge:
    """A receipt and its place."""

    cursor: str = strawberry.field(description="The receipt's place in this list.")
    node: BoundaryReceipt = strawberry.field(description="The receipt.")


def _receipts(connection: OfPage) -> list[BoundaryReceipt]:
    return [BoundaryReceipt(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[ReceiptEdge]:
    cursor = connection.page.cursor
    return [ReceiptEdge(cursor=cursor(row), node=BoundaryReceipt(row=row)) for row in connection.page.rows]


@strawberry.type(description="A page of receipts, oldest first.")
class ReceiptConnection:
    """A page of receipt rows."""

    page: strawberry.Private[Page]

    edges: list[ReceiptEdge] = derived(_edges, description="The receipts with their cursors.")
    nodes: list[BoundaryReceipt] = derived(_receipts, description="The receipts alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
