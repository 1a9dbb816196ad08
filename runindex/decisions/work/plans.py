"""Decisions on plans and on starting them."""

from dataclasses import replace

from runindex.commands import CreatePlan, CreateRun, DeletePlan, EnqueueJob, StartPlan, UpdatePlan
from runindex.commands.outcomes import PlanDeleted, PlanSaved, PlanStarted
from runindex.decisions.guards import check_version, existing
from runindex.decisions.runs import create_run
from runindex.decisions.work.jobs import enqueue_job
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import new_id
from runindex.domain.json_text import JsonText, JsonValue, check_content
from runindex.domain.problems import ConstraintReason, ConstraintViolation, InvalidInput, ProblemError
from runindex.domain.records.plans import Plan


def create_plan(workspace: Workspace, command: CreatePlan) -> PlanSaved:
    """Create a plan."""
    spec = _spec(command.spec)
    plan = Plan(new_id(), command.name, command.name.lower(), spec, workspace.now, workspace.now)
    workspace.save(plan)
    return PlanSaved(plan)


def update_plan(workspace: Workspace, command: UpdatePlan) -> PlanSaved:
    """Replace the fields given."""
    plan = existing(workspace, Plan, command.id)
    check_version(command.expected_version, plan.version)
    name = plan.name if command.name is None else command.name
    spec = plan.spec if command.spec is None else _spec(command.spec)
    changed = replace(
        plan,
        name=name,
        name_folded=name.lower(),
        spec=spec,
        updated_at=max(workspace.now, plan.updated_at),
        version=plan.version + 1,
    )
    workspace.save(changed)
    return PlanSaved(changed)


def delete_plan(workspace: Workspace, command: DeletePlan) -> PlanDeleted:
    """Delete a plan; its runs stay, with the id of a plan that no longer exists."""
    plan = existing(workspace, Plan, command.id)
    workspace.records(Plan).remove(plan.key)
    workspace.taken.remove(plan.id)
    return PlanDeleted(plan.id)


def start_plan(workspace: Workspace, command: StartPlan) -> PlanStarted:
    """Create a run of the plan and the job that executes it, both or neither."""
    existing(workspace, Plan, command.plan_id)
    created = create_run(
        workspace,
        CreateRun(
            mutation=command.mutation,
            name=command.name,
            metadata=command.metadata,
            tags=command.tags,
            plan_id=command.plan_id,
            reason=command.reason,
            actor=command.actor,
        ),
    )
    enqueued = enqueue_job(
        workspace,
        EnqueueJob(
            mutation=command.mutation,
            queue=command.queue,
            data=_with_ids(command.data, command.plan_id, created.run.id),
            run_at=command.run_at,
            priority=command.priority,
            max_attempts=command.max_attempts,
            run_id=created.run.id,
        ),
    )
    return PlanStarted(created.run, enqueued.job, created.seq)


def _spec(spec: JsonValue) -> JsonText:
    """Return the spec's text; a plan's outcomes have no ConstraintViolation, so a limit is an InvalidInput."""
    try:
        return check_content(spec, "spec")
    except ProblemError as refusal:
        match refusal.problem:
            case ConstraintViolation(ConstraintReason.LIMIT_EXCEEDED, message):
                raise ProblemError(InvalidInput(message, "spec")) from refusal
        raise


def _with_ids(data: JsonValue, plan_id: str, run_id: str) -> JsonValue:
    if data is None or isinstance(data, dict):
        return {**(data or {}), "planId": plan_id, "runId": run_id}
    return data
