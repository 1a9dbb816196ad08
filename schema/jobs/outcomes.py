"""Unions that the mutations of jobs return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.jobs.types import Job
from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound
from schema.typesystem.descriptions import OUTCOME_OF_EACH, REPLAYED


@strawberry.type(description="A job that was enqueued, acknowledged or failed.")
class JobPayload:
    """A job."""

    job: Job = strawberry.field(description="The job.")
    replayed: bool = strawberry.field(description=REPLAYED)


JobOutcome: TypeAlias = Annotated[
    JobPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("JobOutcome", description="The job, or why nothing was changed."),
]


@strawberry.type(description="Jobs that were handed out.")
class ClaimPayload:
    """Jobs."""

    jobs: list[Job] = strawberry.field(description="The jobs, in the order in which they are due; none if none is.")
    replayed: bool = strawberry.field(description=REPLAYED)


ClaimOutcome: TypeAlias = Annotated[
    ClaimPayload | IdempotencyConflict | InvalidInput,
    strawberry.union("ClaimOutcome", description="The jobs, or why none could be asked for."),
]


@strawberry.type(description="A job that is gone.")
class JobDeletion:
    """A job that was deleted."""

    id: strawberry.ID = strawberry.field(description="The id that the job had.")
    replayed: bool = strawberry.field(description=REPLAYED)


JobDeletionOutcome: TypeAlias = Annotated[
    JobDeletion | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("JobDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="What became of jobs that were to be deleted.")
class BulkJobDeletionPayload:
    """One outcome for each job."""

    deleted: int = strawberry.field(description="How many were deleted.")
    failed: int = strawberry.field(description="How many were not.")
    outcomes: list[JobDeletionOutcome] = strawberry.field(description=OUTCOME_OF_EACH)
    replayed: bool = strawberry.field(description=REPLAYED)


BulkJobDeletionOutcome: TypeAlias = Annotated[
    BulkJobDeletionPayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("BulkJobDeletionOutcome", description="The outcomes, or why there are none."),
]
