"""Unions that the mutations of a run's own data return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound, VersionConflict
from schema.run_data.documents import RunCell, RunDocument
from schema.run_data.events import RunEvent
from schema.run_data.values import RunValue
from schema.typesystem.descriptions import REPLAYED


@strawberry.type(description="Values that were put.")
class RunValuesPayload:
    """Values."""

    values: list[RunValue] = strawberry.field(description="The values, in the order given.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunValuesOutcome: TypeAlias = Annotated[
    RunValuesPayload | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("RunValuesOutcome", description="The values, or why none was put."),
]


@strawberry.type(description="Values that are gone.")
class RunValueDeletion:
    """How many values were deleted."""

    deleted: int = strawberry.field(description="How many values were there and are gone.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunValueDeletionOutcome: TypeAlias = Annotated[
    RunValueDeletion | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RunValueDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="Events that were appended, with consecutive sequences.")
class RunEventsPayload:
    """Events."""

    first_sequence: int = strawberry.field(description="The first event's sequence.")
    last_sequence: int = strawberry.field(description="The last event's sequence.")
    events: list[RunEvent] = strawberry.field(description="The events, in the order given.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunEventsOutcome: TypeAlias = Annotated[
    RunEventsPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RunEventsOutcome", description="The events, or why none was appended."),
]


@strawberry.type(description="A cell that was set.")
class RunCellPayload:
    """A cell."""

    cell: RunCell = strawberry.field(description="The cell.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunCellOutcome: TypeAlias = Annotated[
    RunCellPayload | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("RunCellOutcome", description="The cell, or why it was not set."),
]


@strawberry.type(description="A document that was written.")
class RunDocumentPayload:
    """A document."""

    document: RunDocument = strawberry.field(description="The document.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunDocumentOutcome: TypeAlias = Annotated[
    RunDocumentPayload | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("RunDocumentOutcome", description="The document, or why it was not written."),
]
