"""Unions that the mutations of jobs return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.jobs.types import Job
from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound
from schema.typesystem.descriptions import REPLAYED


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
