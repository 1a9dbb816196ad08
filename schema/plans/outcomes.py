"""Unions that the mutations of plans return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.jobs.types import Job
from schema.plans.types import Plan
from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound, VersionConflict
from schema.references import RunRef
from schema.typesystem.descriptions import PLAN, REPLAYED, RUN


@strawberry.type(description="A plan that was created or changed.")
class PlanPayload:
    """A plan."""

    plan: Plan = strawberry.field(description=PLAN)
    replayed: bool = strawberry.field(description=REPLAYED)


PlanOutcome: TypeAlias = Annotated[
    PlanPayload | NotFound | VersionConflict | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanOutcome", description="The plan, or why it is not there or not changed."),
]


@strawberry.type(description="A plan that is gone.")
class PlanDeletion:
    """A plan that was deleted."""

    id: strawberry.ID = strawberry.field(description="The id that the plan had.")
    replayed: bool = strawberry.field(description=REPLAYED)


PlanDeletionOutcome: TypeAlias = Annotated[
    PlanDeletion | NotFound | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="A plan's new run and the job that offers it.")
class PlanRunPayload:
    """A run and a job."""

    run: RunRef = strawberry.field(description=RUN)
    job: Job = strawberry.field(description="The job.")
    cursor: str = strawberry.field(description="The run's creation's place in the log.")
    replayed: bool = strawberry.field(description=REPLAYED)


PlanRunOutcome: TypeAlias = Annotated[
    PlanRunPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("PlanRunOutcome", description="The run and the job, or why there are none."),
]
