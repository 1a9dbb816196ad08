"""Decisions on jobs: enqueued, claimed under a lease, acknowledged or failed by the claim that holds it."""

from runindex.commands import AcknowledgeJob, ClaimJobs, DeleteJob, EnqueueJob, FailJob, JobCommand
from runindex.commands.outcomes import JobDeleted, JobSaved, JobsClaimed
from runindex.decisions.guards import existing, existing_run
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import new_id
from runindex.domain.json_text import check_content
from runindex.domain.problems import ConstraintReason, ProblemError, violation
from runindex.domain.records.jobs import LEASE_EXPIRED, Job, JobStatus


def enqueue_job(workspace: Workspace, command: EnqueueJob) -> JobSaved:
    """Enqueue a job; the run that it names must exist."""
    if command.run_id is not None:
        existing_run(workspace, command.run_id)
    data = None if command.data is None else check_content(command.data, "data")
    job = Job(
        id=new_id(),
        queue=command.queue,
        data=data,
        status=JobStatus.PENDING,
        priority=command.priority,
        attempts=0,
        max_attempts=command.max_attempts,
        run_at=workspace.now if command.run_at is None else command.run_at,
        created_at=workspace.now,
        run_id=command.run_id,
    )
    workspace.save(job)
    return JobSaved(job)


def claim_jobs(workspace: Workspace, command: ClaimJobs) -> JobsClaimed:
    """Claim due jobs; one whose last attempt let its lease lapse fails instead."""
    claimed: list[Job] = []
    for due in _due_jobs(workspace, command.queue):
        job = workspace.records(Job).get(due.key)
        if job is None or not job.is_due(workspace.now):
            continue
        if job.is_spent(workspace.now):
            workspace.save(job.failed(workspace.now, LEASE_EXPIRED, retry=False))
        elif len(claimed) < command.limit:
            claimed.append(job.claimed(workspace.now, command.lease_seconds))
            workspace.save(claimed[-1])
    return JobsClaimed(tuple(claimed))


def _due_jobs(workspace: Workspace, queue: str) -> list[Job]:
    """Return the jobs of a queue that were due before the batch or were enqueued by it, in the order of their rank."""
    written = workspace.records(Job).written()
    new = (job for _, before, job in written if before is None and job is not None and job.queue == queue)
    return sorted((*workspace.due_jobs.get(queue, ()), *new), key=lambda job: job.rank)


def acknowledge_job(workspace: Workspace, command: AcknowledgeJob) -> JobSaved:
    """Complete a job; a repetition changes nothing."""
    job = _held(workspace, command)
    if job.status is JobStatus.COMPLETED:
        return JobSaved(job)
    if job.status is not JobStatus.RUNNING:
        raise _lease_lost(f"the job is {job.status}")
    completed = job.completed(workspace.now)
    workspace.save(completed)
    return JobSaved(completed)


def fail_job(workspace: Workspace, command: FailJob) -> JobSaved:
    """Fail a job: it is retried after exponential backoff, or finally failed."""
    job = _held(workspace, command)
    if job.status is not JobStatus.RUNNING:
        raise _lease_lost(f"the job is {job.status}")
    failed = job.failed(workspace.now, command.error, retry=command.retry)
    workspace.save(failed)
    return JobSaved(failed)


def delete_job(workspace: Workspace, command: DeleteJob) -> JobDeleted:
    """Delete a job, done or not; refuse one that a worker holds, for its report would find nothing."""
    job = existing(workspace, Job, command.id)
    if job.is_held(workspace.now):
        raise violation(
            ConstraintReason.JOB_RUNNING, "an executor holds the job: it can be deleted when its lease lapses"
        )
    workspace.records(Job).remove(job.key)
    workspace.taken.remove(job.id)
    return JobDeleted(job.id)


def _held(workspace: Workspace, command: JobCommand) -> Job:
    job = existing(workspace, Job, command.id)
    if command.attempt is not None and command.attempt != job.attempts:
        raise _lease_lost(f"attempt {command.attempt} no longer holds the job, attempt {job.attempts} does")
    return job


def _lease_lost(message: str) -> ProblemError:
    return violation(ConstraintReason.LEASE_LOST, message)
