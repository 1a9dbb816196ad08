"""Unions that the mutations of runs return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import (
    ConstraintViolation,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    NotFound,
    VersionConflict,
)
from schema.runs.run import Run
from schema.typesystem.descriptions import OUTCOME_OF_EACH, REPLAYED, RUN


@strawberry.type(
    description=(
        "`cursor` is the position of this very change: a subscription after it misses nothing later. "
        "`replayed`: answered from an idempotency key (or, for results, from the same attempt stored before)."
    )
)
class RunPayload:
    """A run that was created or changed."""

    run: Run = strawberry.field(description=RUN)
    version: int = strawberry.field(description="The version that this change gave it.")
    cursor: str = strawberry.field(description="The change's place in the log.")
    replayed: bool = strawberry.field(description=REPLAYED)


RunOutcome: TypeAlias = Annotated[
    RunPayload
    | NotFound
    | InvalidTransition
    | ConstraintViolation
    | VersionConflict
    | IdempotencyConflict
    | InvalidInput,
    strawberry.union("RunOutcome", description="The run that was created or changed, or why it was not."),
]


@strawberry.type(description="A run whose `lastActivityAt` was moved on; its version and its log stay as they are.")
class RunTouchPayload:
    """A run on which work goes on."""

    run: Run = strawberry.field(description=RUN)
    replayed: bool = strawberry.field(description=REPLAYED)


RunTouchOutcome: TypeAlias = Annotated[
    RunTouchPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RunTouchOutcome", description="The run, or why nothing can go on."),
]


@strawberry.type(description="A run that was deleted, with what went with it.")
class RunDeletion:
    """A run that was deleted."""

    id: strawberry.ID = strawberry.field(description="The id that the run had.")
    version: int = strawberry.field(description="The version of the deletion.")
    cursor: str = strawberry.field(description="The deletion's place in the log.")
    replayed: bool = strawberry.field(description=REPLAYED)
    results: int = strawberry.field(description="How many results were deleted with it.")
    values: int = strawberry.field(description="How many values were deleted with it.")
    events: int = strawberry.field(description="How many events were deleted with it.")
    cells: int = strawberry.field(description="How many cells were deleted with it.")
    documents: int = strawberry.field(description="How many documents were deleted with it.")
    receipts: int = strawberry.field(description="How many boundary receipts were deleted with it.")


RunDeletionOutcome: TypeAlias = Annotated[
    RunDeletion | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("RunDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="`outcomes` has one entry per run, in the order asked.")
class BulkRunPayload:
    """The outcome of each run."""

    succeeded: int = strawberry.field(description="How many runs were changed.")
    failed: int = strawberry.field(description="How many runs were not.")
    outcomes: list[RunOutcome] = strawberry.field(description=OUTCOME_OF_EACH)
    replayed: bool = strawberry.field(description=REPLAYED)


BulkRunOutcome: TypeAlias = Annotated[
    BulkRunPayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("BulkRunOutcome", description="What became of each run, or why the whole was refused."),
]


@strawberry.type(description="`outcomes` has one entry per run, in the order asked.")
class BulkDeletionPayload:
    """The outcome of each deletion."""

    deleted: int = strawberry.field(description="How many runs were deleted.")
    failed: int = strawberry.field(description="How many runs were not.")
    outcomes: list[RunDeletionOutcome] = strawberry.field(description=OUTCOME_OF_EACH)
    replayed: bool = strawberry.field(description=REPLAYED)


BulkDeletionOutcome: TypeAlias = Annotated[
    BulkDeletionPayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("BulkDeletionOutcome", description="What became of each run, or why the whole was refused."),
]
