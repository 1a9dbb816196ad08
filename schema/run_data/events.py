"""Events of runs."""

import strawberry

from runindex.ports.queries import Row
from schema.typesystem.connections import Connection, connection
from schema.typesystem.fields import column
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
    stream: str = column(
        "stream",
        description=(
            "The stream that it belongs to. The index itself appends to `_runindex_results` when a result is scored or "
            "annotated after its recording."
        ),
    )
    payload: Json = column("payload", description="A JSON object.")
    at: DateTime = column("at", description="When it was appended.")
    hash: str = column("hash", description="Lower-case hex SHA-256 over the event and the hash of the one before it.")
    late: bool = column("late", bool, description="Whether the run was closed when it was appended.")


@strawberry.type(description="An event in a page, or in a stream.")
class RunEventEdge:
    """A event and its cursor."""

    cursor: str = strawberry.field(description="The event's place in this list; a stream goes on from it too.")
    node: RunEvent = strawberry.field(description="The event.")


@connection(RunEvent, RunEventEdge, "events", "A page of events, by sequence.", counted=True)
class RunEventConnection(Connection):
    """A page of event rows."""
