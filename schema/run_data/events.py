"""Events of runs."""

import strawberry

from runindex.ports.queries import Row
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info, total_count
from schema.typesystem.fields import column, derived
from schema.typesystem.scalars import DateTime, Json


@strawberry.type(
    description=(
        "Append-only. `sequence` counts from 0 over all streams of the run, without gaps; "
        "`hash` chains each event to the one before it."
    )
)
class RunEvent:
    """An event as its storage row."""

    row: strawberry.Private[Row]

    sequence: int = column("sequence", description="The event's number in its run.")
    stream: str = column("stream", description="The stream that it belongs to.")
    payload: Json = column("payload", is_json=True, description="A JSON object.")
    at: DateTime = column("at", description="When it was appended.")
    hash: str = column("hash", description="Lower-case hex SHA-256 over the event and the hash of the one before it.")


@strawberry.type(description="An event in a page, or in a stream.")
class RunEventEdge:
    """An event and its place."""

    cursor: str = strawberry.field(description="The event's place in this list; a stream goes on from it too.")
    node: RunEvent = strawberry.field(description="The event.")


def _events(connection: OfPage) -> list[RunEvent]:
    return [RunEvent(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[RunEventEdge]:
    cursor = connection.page.cursor
    return [RunEventEdge(cursor=cursor(row), node=RunEvent(row=row)) for row in connection.page.rows]


@strawberry.type(description="A page of events, by sequence.")
class RunEventConnection:
    """A page of event rows."""

    page: strawberry.Private[Page]

    edges: list[RunEventEdge] = derived(_edges, description="The events with their cursors.")
    nodes: list[RunEvent] = derived(_events, description="The events alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
    total_count: int = derived(
        total_count, description="Exact number of events that match; computed only when selected."
    )
