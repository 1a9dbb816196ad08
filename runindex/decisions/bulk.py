"""Decisions on many runs at once: each run is decided on its own."""

from collections.abc import Callable, Sequence

from runindex.commands import (
    MAX_BULK,
    BulkCommand,
    BulkMode,
    DeleteRun,
    DeleteRuns,
    TransitionRun,
    TransitionRuns,
)
from runindex.commands.outcomes import BulkApplied, RunApplied, RunDeleted
from runindex.decisions.runs import delete_run, transition_run
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import find_run_id
from runindex.domain.problems import (
    PROBLEMS,
    ConstraintReason,
    InvalidInput,
    Problem,
    ProblemError,
    violation,
)


def transition_runs(workspace: Workspace, command: TransitionRuns, position: int) -> BulkApplied:
    """Move many runs; in ATOMIC mode all or none, with the first problem as the outcome of each."""

    def move(run_id: str) -> RunApplied:
        single = TransitionRun(
            mutation=command.mutation,
            id=run_id,
            to=command.to,
            error=command.error,
            reason=command.reason,
            actor=command.actor,
        )
        return transition_run(workspace, single)

    outcomes = [_attempt(move, run_id) for run_id in _selected(workspace, command, position)]
    if command.mode is BulkMode.ATOMIC:
        first_problem = next((outcome for outcome in outcomes if isinstance(outcome, PROBLEMS)), None)
        if first_problem is not None:
            workspace.undo()
            return BulkApplied((first_problem,) * len(outcomes))
    return BulkApplied(tuple(outcomes))


def delete_runs(workspace: Workspace, command: DeleteRuns, position: int) -> BulkApplied:
    """Delete many runs, each on its own."""

    def delete(run_id: str) -> RunDeleted:
        single = DeleteRun(
            mutation=command.mutation,
            id=run_id,
            reason=command.reason,
            actor=command.actor,
        )
        return delete_run(workspace, single)

    return BulkApplied(tuple(_attempt(delete, run_id) for run_id in _selected(workspace, command, position)))


def _selected(workspace: Workspace, command: BulkCommand, position: int) -> Sequence[str]:
    selected = command.runs.ids if command.runs.ids is not None else workspace.selections[position]
    if len(selected) > MAX_BULK:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {MAX_BULK} runs in one call")
    return selected


def _attempt(apply: Callable[[str], RunApplied | RunDeleted], text: str) -> "RunApplied | RunDeleted | Problem":
    run_id = find_run_id(text)
    if run_id is None:
        return InvalidInput("an id is `default` or a UUID other than the nil one", "runs.ids")
    try:
        return apply(run_id)
    except ProblemError as refusal:
        return refusal.problem
