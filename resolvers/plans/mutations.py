"""The mutations of plans."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute, execute_with_epoch
from runindex import commands
from runindex.commands.outcomes import PlanDeleted, PlanSaved, PlanStarted
from runindex.ports.rows import record_row, row_of
from runindex.streams.cursors import log_cursor
from schema.jobs.types import Job
from schema.plans import inputs
from schema.plans.outcomes import (
    PlanDeletion,
    PlanDeletionOutcome,
    PlanOutcome,
    PlanPayload,
    PlanRunOutcome,
    PlanRunPayload,
)
from schema.plans.types import Plan
from schema.runs.run import Run
from schema.typesystem.connections import given


def _create(input: inputs.CreatePlanInput) -> commands.CreatePlan:
    return commands.CreatePlan(name=input.name, spec=input.spec)


def _update(input: inputs.UpdatePlanInput) -> commands.UpdatePlan:
    return commands.UpdatePlan(
        id=input.id, name=input.name, spec=given(input.spec), expected_version=input.expected_version
    )


def _delete(input: inputs.DeletePlanInput) -> commands.DeletePlan:
    return commands.DeletePlan(id=input.id)


def _start(input: inputs.StartPlanInput) -> commands.StartPlan:
    return commands.StartPlan(
        plan_id=input.plan_id,
        name=input.name,
        metadata=given(input.metadata),
        tags=tuple(input.tags or ()),
        queue=input.queue,
        data=given(input.data),
        priority=input.priority,
        run_at=input.run_at,
        max_attempts=input.max_attempts,
    )


def _plan_payload(saved: PlanSaved) -> PlanPayload:
    return PlanPayload(plan=Plan(row=record_row(saved.plan)), replayed=saved.replayed)


def _plan_deletion(deleted: PlanDeleted) -> PlanDeletion:
    return PlanDeletion(id=strawberry.ID(deleted.id), replayed=deleted.replayed)


def _plan_run_payload(started: PlanStarted, epoch: str) -> PlanRunPayload:
    return PlanRunPayload(
        run=Run(row=row_of(started.run)),
        job=Job(row=record_row(started.job)),
        cursor=log_cursor(epoch, started.seq),
        replayed=started.replayed,
    )


@strawberry.type
class PlanMutations:
    """The fields of `Mutation` that change plans."""

    @mutation("Keep a plan.")
    async def create_plan(self, info: Info, input: inputs.CreatePlanInput) -> PlanOutcome:
        """Create a plan."""
        return await execute(info, _create, input, _plan_payload)

    @mutation("Replace what is given of a plan.")
    async def update_plan(self, info: Info, input: inputs.UpdatePlanInput) -> PlanOutcome:
        """Change a plan."""
        return await execute(info, _update, input, _plan_payload)

    @mutation("Delete a plan; its runs stay.")
    async def delete_plan(self, info: Info, input: inputs.DeletePlanInput) -> PlanDeletionOutcome:
        """Delete a plan."""
        return await execute(info, _delete, input, _plan_deletion)

    @mutation("Create a run of the plan and the job that offers it, both or neither.")
    async def start_plan(self, info: Info, input: inputs.StartPlanInput) -> PlanRunOutcome:
        """Create a run of a plan and its job."""
        return await execute_with_epoch(info, _start, input, _plan_run_payload)
