"""Inputs of the mutations of plans."""

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import DUE, IDEMPOTENCY_KEY, MAX_ATTEMPTS, NAME, PLAN, PRIORITY, QUEUE
from schema.typesystem.scalars import DateTime, Json


@strawberry.input(description="A new plan.")
class CreatePlanInput:
    """A new plan."""

    name: str = strawberry.field(description=NAME)
    spec: Json = strawberry.field(description="Any JSON but null.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A plan and what of it is replaced; what is null or not given stays.")
class UpdatePlanInput:
    """A plan and its changes."""

    id: strawberry.ID = strawberry.field(description=PLAN)
    name: str | None = strawberry.field(description=NAME)
    spec: Json | None = strawberry.field(default=ABSENT, description="Any JSON but null.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the plan has this version."
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Creates a run of the plan and the job that offers it, both or neither.")
class StartPlanInput:
    """A plan, its new run and its new job."""

    plan_id: strawberry.ID = strawberry.field(description=PLAN)
    name: str | None = strawberry.field(description="The run's name.")
    metadata: Json | None = strawberry.field(default=ABSENT, description="The run's metadata.")
    tags: list[str] | None = strawberry.field(description="The run's tags.")
    queue: str = strawberry.field(default="default", description=QUEUE)
    data: Json | None = strawberry.field(
        default=ABSENT, description="What the executor is given; `planId` and `runId` are added to an object or null."
    )
    priority: int = strawberry.field(default=0, description=PRIORITY)
    run_at: DateTime | None = strawberry.field(description=DUE)
    max_attempts: int = strawberry.field(default=3, description=MAX_ATTEMPTS)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A plan to be deleted; its runs stay.")
class DeletePlanInput:
    """A plan."""

    id: strawberry.ID = strawberry.field(description=PLAN)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)
