"""Unions that the mutations of results return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound, VersionConflict
from schema.results.types import RunResult
from schema.typesystem.descriptions import OUTCOME_OF_EACH, REPLAYED, RUN


@strawberry.type(description="A result that is stored.")
class RunResultPayload:
    """A result."""

    result: RunResult = strawberry.field(description="The result.")
    replayed: bool = strawberry.field(description="True when it was stored before, not now.")


RunResultOutcome: TypeAlias = Annotated[
    RunResultPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RunResultOutcome", description="The result, or why there is none."),
]


@strawberry.type(description="`outcomes` has one entry per result, in the order given.")
class RunResultsPayload:
    """The outcome of each result."""

    recorded: int = strawberry.field(description="How many results are stored, now or before.")
    failed: int = strawberry.field(description="How many are not.")
    outcomes: list[RunResultOutcome] = strawberry.field(description=OUTCOME_OF_EACH)
    replayed: bool = strawberry.field(description=REPLAYED)


RunResultsOutcome: TypeAlias = Annotated[
    RunResultsPayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RunResultsOutcome", description="What became of each result, or why the whole was refused."),
]


@strawberry.type(description="A result that was annotated.")
class ResultAnnotationPayload:
    """A result and the version of its annotation."""

    result: RunResult = strawberry.field(description="The result as it is now.")
    version: int = strawberry.field(description="The version that this annotation made.")
    replayed: bool = strawberry.field(description=REPLAYED)


ResultAnnotationOutcome: TypeAlias = Annotated[
    ResultAnnotationPayload | NotFound | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("ResultAnnotationOutcome", description="The result, or why it was not annotated."),
]


@strawberry.type(description="The results of a run are gone.")
class ResultDeletion:
    """How many results were deleted."""

    run_id: strawberry.ID = strawberry.field(description=RUN)
    deleted: int = strawberry.field(description="How many results were deleted.")
    replayed: bool = strawberry.field(description=REPLAYED)


ResultDeletionOutcome: TypeAlias = Annotated[
    ResultDeletion | NotFound | IdempotencyConflict | InvalidInput,
    strawberry.union("ResultDeletionOutcome", description="The deletion, or why there was none."),
]
