"""What decisions on a run's scoped things have in common: the run must be there, open, and may have to be started."""

from dataclasses import replace

from runindex.commands import Command
from runindex.decisions.workspace import Workspace
from runindex.domain.lifecycle import CLOSED
from runindex.domain.problems import ConstraintReason, NotFound, ProblemError, VersionConflict, violation
from runindex.domain.runs.changes import RunChangeKind, former_of
from runindex.domain.runs.run import Run


def existing_run(workspace: Workspace, run_id: str) -> Run:
    """Return the run, or refuse."""
    run = workspace.runs.get(run_id)
    if run is None:
        raise ProblemError(NotFound("Run", run_id))
    return run


def open_run(workspace: Workspace, run_id: str) -> Run:
    """Return the run if it takes work, or refuse."""
    run = existing_run(workspace, run_id)
    if run.status in CLOSED:
        raise violation(ConstraintReason.RUN_CLOSED, f"the run is {run.status}")
    return run


def start_if_new(workspace: Workspace, run: Run, command: Command) -> Run:
    """Return the run started: its first result or receipt starts it, a change of its own in the log."""
    if run.started_at is not None:
        return run
    started = replace(run, started_at=workspace.now, updated_at=workspace.now, version=run.version + 1)
    workspace.runs.put(run.id, started)
    workspace.record(RunChangeKind.STARTED, started, former_of(run), reason=command.reason, actor=command.actor)
    return started


def check_version(expected: int | None, actual: int) -> None:
    """Refuse when the caller expected another version; 0 is that of what does not exist."""
    if expected is not None and expected != actual:
        raise ProblemError(VersionConflict(expected, actual))
