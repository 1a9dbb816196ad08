"""What decisions have in common: the thing must exist, be at the expected version, and a run may have to be open."""

from dataclasses import replace
from typing import TypeVar

from runindex.commands import AnyCommand, RunCommand
from runindex.commands.outcomes import Success
from runindex.decisions.workspace import Workspace
from runindex.domain.lifecycle import CLOSED, RunStatus
from runindex.domain.problems import ConstraintReason, NotFound, ProblemError, VersionConflict, violation
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.views import View
from runindex.domain.runs.changes import RunChangeKind, former_of
from runindex.domain.runs.run import Run

R = TypeVar("R", Plan, Job, View)


def existing_run(workspace: Workspace, run_id: str) -> Run:
    """Return the run; refuse an id that no run has."""
    run = workspace.runs.get(run_id)
    if run is None:
        raise ProblemError(NotFound("Run", run_id))
    return run


def existing(workspace: Workspace, kind: type[R], record_id: str) -> R:
    """Return the plan, job or view; refuse an id that none has."""
    record = workspace.records(kind).get((record_id,))
    if record is None:
        raise ProblemError(NotFound(kind.__name__, record_id))
    return record


def expected_run(workspace: Workspace, command: RunCommand[Success]) -> Run:
    """Return the command's run; refuse when it does not exist or has another version than expected."""
    run = existing_run(workspace, command.id)
    check_version(command.expected_version, run.version)
    return run


def open_run(workspace: Workspace, run_id: str, *, late: bool = False) -> Run:
    """Return the run; refuse when it does not exist or takes no more work, of which a `late` report is none."""
    run = existing_run(workspace, run_id)
    if late:
        check_unarchived(run)
    else:
        check_open(run)
    return run


def check_open(run: Run) -> None:
    """Refuse a run that takes no more work."""
    if run.status in CLOSED:
        raise violation(ConstraintReason.RUN_CLOSED, f"the run is {run.status}")


def check_unarchived(run: Run) -> None:
    """Refuse a run to which nothing is added any more."""
    if run.status is RunStatus.ARCHIVED:
        raise violation(ConstraintReason.RUN_CLOSED, f"the run is {run.status}")


def check_version(expected: int | None, actual: int) -> None:
    """Refuse when the caller expected another version; 0 is that of what does not exist."""
    if expected is not None and expected != actual:
        raise ProblemError(VersionConflict(expected, actual))


def start_if_new(workspace: Workspace, run: Run, command: AnyCommand) -> Run:
    """Return the run started: its first result or receipt starts it, which is a change of its own in the log."""
    if run.started_at is not None:
        return run
    at = workspace.instant(run)
    started = replace(run, started_at=at, updated_at=at, version=run.version + 1)
    workspace.runs.put(run.id, started)
    workspace.record(RunChangeKind.STARTED, started, former_of(run), reason=command.reason, actor=command.actor)
    return started
