"""Outcomes of commands on plans, jobs and agent runtimes as members of the API's unions."""

from typing import cast

import strawberry

from runindex.commands.outcomes import (
    BoundaryApplied,
    JobSaved,
    JobsClaimed,
    Outcome,
    PlanDeleted,
    PlanSaved,
    PlanStarted,
    RuntimeSaved,
)
from runindex.domain.problems import PROBLEMS
from runindex.ports.rows import record_row, row_of
from runindex.streams.cursors import log_cursor
from schema.jobs.types import Job
from schema.plans.outcomes import (
    ClaimOutcome,
    ClaimPayload,
    JobOutcome,
    JobPayload,
    PlanDeletion,
    PlanDeletionOutcome,
    PlanOutcome,
    PlanPayload,
    PlanRunOutcome,
    PlanRunPayload,
)
from schema.plans.types import Plan
from schema.problems import problem
from schema.runs.run import Run
from schema.runtimes.outcomes import ReceiptOutcome, ReceiptPayload, RuntimeOutcome, RuntimePayload
from schema.runtimes.receipts import BoundaryReceipt
from schema.runtimes.types import AgentRuntime


def plan_outcome(outcome: Outcome, epoch: str) -> PlanOutcome:
    """Return what became of a plan."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("PlanOutcome", problem(outcome))
    saved = cast("PlanSaved", outcome)
    return PlanPayload(plan=Plan(row=record_row(saved.plan)), replayed=saved.replayed)


def plan_deletion_outcome(outcome: Outcome, epoch: str) -> PlanDeletionOutcome:
    """Return what became of a plan's deletion."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("PlanDeletionOutcome", problem(outcome))
    deleted = cast("PlanDeleted", outcome)
    return PlanDeletion(id=strawberry.ID(deleted.id), replayed=deleted.replayed)


def plan_run_outcome(outcome: Outcome, epoch: str) -> PlanRunOutcome:
    """Return what became of a plan's start; `epoch` is the log's."""
    if isinstance(outcome, PROBLEMS):
        return cast("PlanRunOutcome", problem(outcome))
    started = cast("PlanStarted", outcome)
    return PlanRunPayload(
        run=Run(row=row_of(started.run)),
        job=Job(row=record_row(started.job)),
        cursor=log_cursor(epoch, started.seq),
        replayed=started.replayed,
    )


def job_outcome(outcome: Outcome, epoch: str) -> JobOutcome:
    """Return what became of a job."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("JobOutcome", problem(outcome))
    saved = cast("JobSaved", outcome)
    return JobPayload(job=Job(row=record_row(saved.job)), replayed=saved.replayed)


def claim_outcome(outcome: Outcome, epoch: str) -> ClaimOutcome:
    """Return what became of a claim."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("ClaimOutcome", problem(outcome))
    claimed = cast("JobsClaimed", outcome)
    return ClaimPayload(jobs=[Job(row=record_row(job)) for job in claimed.jobs], replayed=claimed.replayed)


def receipt_outcome(outcome: Outcome, epoch: str) -> ReceiptOutcome:
    """Return what became of a boundary."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("ReceiptOutcome", problem(outcome))
    applied = cast("BoundaryApplied", outcome)
    return ReceiptPayload(
        receipt=BoundaryReceipt(row=record_row(applied.receipt)),
        runtime=AgentRuntime(row=record_row(applied.runtime)),
        replayed=applied.replayed,
    )


def runtime_outcome(outcome: Outcome, epoch: str) -> RuntimeOutcome:
    """Return what became of a runtime's state or inputs."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RuntimeOutcome", problem(outcome))
    saved = cast("RuntimeSaved", outcome)
    return RuntimePayload(runtime=AgentRuntime(row=record_row(saved.runtime)), replayed=saved.replayed)
