"""What mutations of plans and jobs answer: a payload, or a problem."""

from typing import Annotated, Final, TypeAlias

import strawberry

from schema.jobs.types import Job
from schema.plans.types import Plan
from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound, VersionConflict
from schema.runs.run import Run

_REPLAYED: Final = "True when the mutation was executed before, not now."


@strawberry.type(description="A plan that was created or changed.")
class PlanPayload:
    """A plan."""

    plan: Plan = strawberry.field(description="The plan.")
    replayed: bool = strawberry.field(description=_REPLAYED)


PlanOutcome: TypeAlias = Annotated[
    PlanPayload | NotFound | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanOutcome", description="The plan, or why it is not there or not changed."),
]


@strawberry.type(description="A plan that is gone.")
class PlanDeletion:
    """A plan that is gone."""

    id: strawberry.ID = strawberry.field(description="The id that the plan had.")
    replayed: bool = strawberry.field(description=_REPLAYED)


PlanDeletionOutcome: TypeAlias = Annotated[
    PlanDeletion | NotFound | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="A plan's new run and the job that offers it.")
class PlanRunPayload:
    """A run and a job."""

    run: Run = strawberry.field(description="The run.")
    job: Job = strawberry.field(description="The job.")
    cursor: str = strawberry.field(description="The run's creation's place in the log.")
    replayed: bool = strawberry.field(description=_REPLAYED)


PlanRunOutcome: TypeAlias = Annotated[
    PlanRunPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanRunOutcome", description="The run and the job, or why there are none."),
]


@strawberry.type(description="A job that was enqueued, acknowledged or failed.")
class JobPayload:
    """A job."""

    job: Job = strawberry.field(description="The job.")
    replayed: bool = strawberry.field(description=_REPLAYED)


JobOutcome: TypeAlias = Annotated[
    JobPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("JobOutcome", description="The job, or why nothing was changed."),
]


@strawberry.type(description="Jobs that were handed out.")
class ClaimPayload:
    """Jobs."""

    jobs: list[Job] = strawberry.field(description="The jobs, in the order in which they are due; none if none is.")
    replayed: bool = strawberry.field(description=_REPLAYED)


ClaimOutcome: TypeAlias = Annotated[
    ClaimPayload | IdempotencyConflict | InvalidInput,
    strawberry.union("ClaimOutcome", description="The jobs, or why none could be asked for."),
]
