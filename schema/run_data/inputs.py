"""Inputs of the mutations of a run's own data; JSON that was not given is null."""

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, LATE, OPEN_RUN
from schema.typesystem.directives import OneOf
from schema.typesystem.scalars import Json


@strawberry.input(description="`expectedVersion: 0` means: must not exist.")
class RunValueEntry:
    """A key and its new value."""

    key: str = strawberry.field(description="1 to 512 characters.")
    value: Json | None = strawberry.field(default=ABSENT, description="The value.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the value has this version."
    )


@strawberry.input(description="Values to put, all or none.")
class PutRunValuesInput:
    """A run and values."""

    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    entries: list[RunValueEntry] = strawberry.field(description="The values, at most 1000.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Values to delete; keys that are absent are passed over.")
class DeleteRunValuesInput:
    """A run and keys."""

    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    keys: list[str] = strawberry.field(description="The keys, at most 1000.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="An event to append.")
class RunEventEntry:
    """A stream and a payload."""

    stream: str = strawberry.field(
        description="1 to 256 characters. Names that start with `_runindex_` are the index's own and refused."
    )
    payload: Json = strawberry.field(description="A JSON object.")


@strawberry.input(description="Events to append with consecutive sequences, all or none.")
class AppendRunEventsInput:
    """A run and events."""

    run_id: strawberry.ID = strawberry.field(description="The run, which must be open unless the events are late.")
    events: list[RunEventEntry] = strawberry.field(description="The events, 1 to 1000.")
    late: bool = strawberry.field(default=False, description=LATE)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A cell to set.")
class SetRunCellInput:
    """A run, a cell's name and its new value."""

    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    name: str = strawberry.field(description="1 to 512 characters.")
    value: Json | None = strawberry.field(default=ABSENT, description="The value.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the cell has this version; 0 means: must not exist."
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(directives=[OneOf()], description="How a document is written: one of the two.")
class DocumentChange:
    """One change; the other is None."""

    content: Json | None = strawberry.field(description="Replace it by this.")
    patch: Json | None = strawberry.field(description="Merge this into it (RFC 7396).")


@strawberry.input(description="`patch` is RFC 7396 and creates the document when missing.")
class WriteRunDocumentInput:
    """A run, a document's key and the change."""

    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    key: str = strawberry.field(description="1 to 512 characters.")
    change: DocumentChange = strawberry.field(description="What is changed.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the document has this version; 0 means: must not exist."
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)
