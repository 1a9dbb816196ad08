"""Inputs of the mutations of jobs."""

from typing import Final

import strawberry

from schema.filters import JobFilter
from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import DUE, IDEMPOTENCY_KEY, MAX_ATTEMPTS, PRIORITY, QUEUE
from schema.typesystem.directives import OneOf
from schema.typesystem.scalars import DateTime, Json

_JOB: Final = "The job."
_ATTEMPT: Final = "The attempt that speaks; LEASE_LOST if the job has another one by now."


@strawberry.input(description="A new job.")
class EnqueueJobInput:
    """A new job."""

    queue: str = strawberry.field(default="default", description=QUEUE)
    data: Json | None = strawberry.field(default=ABSENT, description="What the executor is given.")
    run_at: DateTime | None = strawberry.field(description=DUE)
    priority: int = strawberry.field(default=0, description=PRIORITY)
    max_attempts: int = strawberry.field(default=3, description=MAX_ATTEMPTS)
    run_id: strawberry.ID | None = strawberry.field(description="The run that it is for, which must exist.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A claim on due jobs.")
class ClaimJobsInput:
    """A queue, a number of jobs and the seconds of their lease."""

    queue: str = strawberry.field(default="default", description=QUEUE)
    limit: int = strawberry.field(default=1, description="At most so many jobs, 1 to 100.")
    lease_seconds: int = strawberry.field(default=300, description="How long each is the claimer's own, 1 to 86400.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    description=(
        "`attempt`: the claim that speaks, as `Job.attempts` was when it was claimed; another one's is LEASE_LOST."
    )
)
class AcknowledgeJobInput:
    """A job that is done."""

    id: strawberry.ID = strawberry.field(description=_JOB)
    attempt: int | None = strawberry.field(description=_ATTEMPT)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A job that failed.")
class FailJobInput:
    """A job, its error, and whether it may be tried again."""

    id: strawberry.ID = strawberry.field(description=_JOB)
    attempt: int | None = strawberry.field(description=_ATTEMPT)
    error: str = strawberry.field(description="What went wrong.")
    retry: bool = strawberry.field(default=True, description="Try again while attempts are left.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A job to be deleted; one that an executor holds is JOB_RUNNING.")
class DeleteJobInput:
    """A job."""

    id: strawberry.ID = strawberry.field(description=_JOB)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    directives=[OneOf()],
    description=(
        "At most 1000 jobs in one call; a filter that matches more is a LIMIT_EXCEEDED problem that changed nothing."
    ),
)
class JobSelector:
    """Jobs by id or by filter; the other is None."""

    ids: list[strawberry.ID] | None = strawberry.field(description="These jobs.")
    filter: JobFilter | None = strawberry.field(description="The jobs that pass this.")


@strawberry.input(description="Jobs to be deleted.")
class DeleteJobsInput:
    """Jobs."""

    jobs: JobSelector = strawberry.field(description="Which jobs.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)
