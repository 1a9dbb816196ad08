"""Inputs of the mutations of plans and jobs, made into commands (see `resolvers.runs.commands`)."""

from runindex import commands
from schema.plans import inputs
from schema.typesystem.connections import given


def create_plan(mutation: str, asked: inputs.CreatePlanInput, actor: str | None) -> commands.CreatePlan:
    """Return the creation of a plan."""
    return commands.CreatePlan(
        mutation=mutation, name=asked.name, spec=asked.spec, idempotency_key=asked.idempotency_key, actor=actor
    )


def update_plan(mutation: str, asked: inputs.UpdatePlanInput, actor: str | None) -> commands.UpdatePlan:
    """Return a change of a plan."""
    return commands.UpdatePlan(
        mutation=mutation,
        id=asked.id,
        name=asked.name,
        spec=given(asked.spec),
        expected_version=asked.expected_version,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def delete_plan(mutation: str, asked: inputs.DeletePlanInput, actor: str | None) -> commands.DeletePlan:
    """Return the deletion of a plan."""
    return commands.DeletePlan(mutation=mutation, id=asked.id, idempotency_key=asked.idempotency_key, actor=actor)


def start_plan(mutation: str, asked: inputs.StartPlanInput, actor: str | None) -> commands.StartPlan:
    """Return the start of a plan."""
    return commands.StartPlan(
        mutation=mutation,
        plan_id=asked.plan_id,
        name=asked.name,
        metadata=given(asked.metadata),
        tags=tuple(asked.tags or ()),
        queue=asked.queue,
        data=given(asked.data),
        priority=asked.priority,
        run_at=asked.run_at,
        max_attempts=asked.max_attempts,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def enqueue_job(mutation: str, asked: inputs.EnqueueJobInput, actor: str | None) -> commands.EnqueueJob:
    """Return the offer of a job."""
    return commands.EnqueueJob(
        mutation=mutation,
        queue=asked.queue,
        data=given(asked.data),
        run_at=asked.run_at,
        priority=asked.priority,
        max_attempts=asked.max_attempts,
        run_id=asked.run_id,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def claim_jobs(mutation: str, asked: inputs.ClaimJobsInput, actor: str | None) -> commands.ClaimJobs:
    """Return a claim on jobs."""
    return commands.ClaimJobs(
        mutation=mutation,
        queue=asked.queue,
        limit=asked.limit,
        lease_seconds=asked.lease_seconds,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def acknowledge_job(mutation: str, asked: inputs.AcknowledgeJobInput, actor: str | None) -> commands.AcknowledgeJob:
    """Return a job's completion."""
    return commands.AcknowledgeJob(
        mutation=mutation, id=asked.id, attempt=asked.attempt, idempotency_key=asked.idempotency_key, actor=actor
    )


def fail_job(mutation: str, asked: inputs.FailJobInput, actor: str | None) -> commands.FailJob:
    """Return a job's failure."""
    return commands.FailJob(
        mutation=mutation,
        id=asked.id,
        attempt=asked.attempt,
        error=asked.error,
        retry=asked.retry,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )
