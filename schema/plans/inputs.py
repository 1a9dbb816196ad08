"""Inputs of the mutations of plans and jobs."""

from typing import Final

import strawberry

from schema.typesystem.connections import ABSENT
from schema.typesystem.scalars import DateTime, Json

_KEY: Final = "The same key with the same input executes once; 1 to 255 characters."
_JOB: Final = "The job."
_ATTEMPT: Final = "The attempt that speaks; LEASE_LOST if the job has another one by now."
_QUEUE: Final = "The queue: 1 to 256 characters."
_DATA: Final = "What the executor is given."
_RUN_AT: Final = "When it is due; at once if not given."
_PRIORITY: Final = "Larger ones are handed out first."
_MAX_ATTEMPTS: Final = "After so many attempts a failure is for good, 1 to 100."


@strawberry.input(description="A new plan.")
class CreatePlanInput:
    """A new plan."""

    name: str = strawberry.field(description="1 to 256 characters, not all blank.")
    spec: Json = strawberry.field(description="Any JSON but null.")
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="A plan and what of it is replaced; what is null or not given stays.")
class UpdatePlanInput:
    """A plan and its changes."""

    id: strawberry.ID = strawberry.field(description="The plan.")
    name: str | None = strawberry.field(description="1 to 256 characters, not all blank.")
    spec: Json | None = strawberry.field(default=ABSENT, description="Any JSON but null.")
    expected_version: int | None = strawberry.field(
        description="Refuse with VersionConflict unless the plan has this version."
    )
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="Creates a run of the plan and the job that offers it, both or neither.")
class StartPlanInput:
    """A plan, its new run and its new job."""

    plan_id: strawberry.ID = strawberry.field(description="The plan.")
    name: str | None = strawberry.field(description="The run's name.")
    metadata: Json | None = strawberry.field(default=ABSENT, description="The run's metadata.")
    tags: list[str] | None = strawberry.field(description="The run's tags.")
    queue: str = strawberry.field(default="default", description=_QUEUE)
    data: Json | None = strawberry.field(
        default=ABSENT, description="What the executor is given; `planId` and `runId` are added to an object or null."
    )
    priority: int = strawberry.field(default=0, description=_PRIORITY)
    run_at: DateTime | None = strawberry.field(description=_RUN_AT)
    max_attempts: int = strawberry.field(default=3, description=_MAX_ATTEMPTS)
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="A plan to be deleted; its runs stay.")
class DeletePlanInput:
    """A plan."""

    id: strawberry.ID = strawberry.field(description="The plan.")
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="A new job.")
class EnqueueJobInput:
    """A new job."""

    queue: str = strawberry.field(default="default", description=_QUEUE)
    data: Json | None = strawberry.field(default=ABSENT, description=_DATA)
    run_at: DateTime | None = strawberry.field(description=_RUN_AT)
    priority: int = strawberry.field(default=0, description=_PRIORITY)
    max_attempts: int = strawberry.field(default=3, description=_MAX_ATTEMPTS)
    run_id: strawberry.ID | None = strawberry.field(description="The run that it is for, which must exist.")
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="A claim on due jobs.")
class ClaimJobsInput:
    """A queue, how many, and for how long."""

    queue: str = strawberry.field(default="default", description=_QUEUE)
    limit: int = strawberry.field(default=1, description="At most so many jobs, 1 to 100.")
    lease_seconds: int = strawberry.field(default=300, description="How long each is the claimer's own, 1 to 86400.")
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(
    description=(
        "`attempt`: the claim that speaks, as `Job.attempts` was when it was claimed; another one's is LEASE_LOST."
    )
)
class AcknowledgeJobInput:
    """A job that is done."""

    id: strawberry.ID = strawberry.field(description=_JOB)
    attempt: int | None = strawberry.field(description=_ATTEMPT)
    idempotency_key: str | None = strawberry.field(description=_KEY)


@strawberry.input(description="A job that failed.")
class FailJobInput:
    """A job, its error, and whether it may be tried again."""

    id: strawberry.ID = strawberry.field(description=_JOB)
    attempt: int | None = strawberry.field(description=_ATTEMPT)
    error: str = strawberry.field(description="What went wrong.")
    retry: bool = strawberry.field(default=True, description="Try again while attempts are left.")
    idempotency_key: str | None = strawberry.field(description=_KEY)
