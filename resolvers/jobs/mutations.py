"""The mutations of jobs."""

from typing import cast

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute, member
from resolvers.paging.filters import job_filter_of
from runindex import commands
from runindex.commands.outcomes import JobDeleted, JobSaved, JobsClaimed, RecordsDeleted
from runindex.domain.problems import Problem
from runindex.ports.rows import record_row
from schema.jobs import inputs
from schema.jobs.outcomes import (
    BulkJobDeletionOutcome,
    BulkJobDeletionPayload,
    ClaimOutcome,
    ClaimPayload,
    JobDeletion,
    JobDeletionOutcome,
    JobOutcome,
    JobPayload,
)
from schema.jobs.types import Job
from schema.typesystem.connections import given


def _enqueue(input: inputs.EnqueueJobInput) -> commands.EnqueueJob:
    return commands.EnqueueJob(
        queue=input.queue,
        data=given(input.data),
        run_at=input.run_at,
        priority=input.priority,
        max_attempts=input.max_attempts,
        run_id=input.run_id,
    )


def _claim(input: inputs.ClaimJobsInput) -> commands.ClaimJobs:
    return commands.ClaimJobs(queue=input.queue, limit=input.limit, lease_seconds=input.lease_seconds)


def _acknowledge(input: inputs.AcknowledgeJobInput) -> commands.AcknowledgeJob:
    return commands.AcknowledgeJob(id=input.id, attempt=input.attempt)


def _fail(input: inputs.FailJobInput) -> commands.FailJob:
    return commands.FailJob(id=input.id, attempt=input.attempt, error=input.error, retry=input.retry)


def _job_payload(saved: JobSaved) -> JobPayload:
    return JobPayload(job=Job(row=record_row(saved.job)), replayed=saved.replayed)


def _claim_payload(claimed: JobsClaimed) -> ClaimPayload:
    return ClaimPayload(jobs=[Job(row=record_row(job)) for job in claimed.jobs], replayed=claimed.replayed)


def _delete(input: inputs.DeleteJobInput) -> commands.DeleteJob:
    return commands.DeleteJob(id=input.id)


def _delete_many(input: inputs.DeleteJobsInput) -> commands.DeleteJobs:
    if input.jobs.ids is not None:
        return commands.DeleteJobs(ids=tuple(input.jobs.ids))
    return commands.DeleteJobs(filter=job_filter_of(input.jobs.filter, "jobs.filter"))


def _deletion(deleted: JobDeleted) -> JobDeletion:
    return JobDeletion(id=strawberry.ID(deleted.id), replayed=deleted.replayed)


def _bulk_deletion(applied: RecordsDeleted) -> BulkJobDeletionPayload:
    outcomes = cast("tuple[JobDeleted | Problem, ...]", applied.outcomes)
    return BulkJobDeletionPayload(
        deleted=applied.deleted,
        failed=len(outcomes) - applied.deleted,
        outcomes=[member(outcome, _deletion) for outcome in outcomes],
        replayed=applied.replayed,
    )


@strawberry.type
class JobMutations:
    """The fields of `Mutation` that change jobs."""

    @mutation("Offer a job to executors.")
    async def enqueue_job(self, info: Info, input: inputs.EnqueueJobInput) -> JobOutcome:
        """Enqueue a job."""
        return await execute(info, _enqueue, input, _job_payload)

    @mutation("Due jobs by priority, then runAt, then age; each goes to one claimer. Empty when nothing is due.")
    async def claim_jobs(self, info: Info, input: inputs.ClaimJobsInput) -> ClaimOutcome:
        """Claim jobs."""
        return await execute(info, _claim, input, _claim_payload)

    @mutation("Say that a claimed job is done; saying it twice is the same as once.")
    async def acknowledge_job(self, info: Info, input: inputs.AcknowledgeJobInput) -> JobOutcome:
        """Acknowledge a job."""
        return await execute(info, _acknowledge, input, _job_payload)

    @mutation("Say that a claimed job failed; it is offered again after a growing pause, or is over.")
    async def fail_job(self, info: Info, input: inputs.FailJobInput) -> JobOutcome:
        """Fail a job."""
        return await execute(info, _fail, input, _job_payload)

    @mutation("Delete a job that no executor holds; its run stays.")
    async def delete_job(self, info: Info, input: inputs.DeleteJobInput) -> JobDeletionOutcome:
        """Delete a job."""
        return await execute(info, _delete, input, _deletion)

    @mutation("Each on its own.")
    async def delete_jobs(self, info: Info, input: inputs.DeleteJobsInput) -> BulkJobDeletionOutcome:
        """Delete many jobs."""
        return await execute(info, _delete_many, input, _bulk_deletion)
