"""Decisions on reports: each is made of the decisions that mutations have, by the one transition table."""

from dataclasses import replace
from typing import Any, Final

from runindex.commands import (
    AddTags,
    CreateRun,
    DeleteRun,
    MetadataVerb,
    RemoveTags,
    RenameRun,
    ReportedParent,
    ReportRun,
    StartRun,
    TransitionRun,
    UpdateMetadata,
)
from runindex.commands.outcomes import RunReported
from runindex.decisions.guards import check_unarchived
from runindex.decisions.run_data import chain_events
from runindex.decisions.runs import (
    add_tags,
    create_run,
    delete_run,
    remove_tags,
    rename_run,
    start_run,
    transition_run,
    update_metadata,
)
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.json_text import check_content
from runindex.domain.lifecycle import FINISHED, OPEN, RunStatus, is_allowed
from runindex.domain.problems import ConstraintReason, ConstraintViolation, ProblemError
from runindex.domain.records.events import Event
from runindex.domain.records.reports import Fact, Reported
from runindex.domain.records.run_data import Cell
from runindex.domain.runs.changes import RunChangeKind, former_of
from runindex.domain.runs.metadata import check_metadata
from runindex.domain.runs.run import Run

NO_MESSAGE: Final = "the report that the run failed has no message"


def report_run(workspace: Workspace, command: ReportRun) -> RunReported:
    """Take a report; the run settles on the same state in whatever order its reports come."""
    parent_id = _parent_of(workspace, command)
    run = workspace.runs.get(command.run_id)
    if run is not None and command.attach and parent_id is not None:
        run = _attached(workspace, command, run, parent_id)
    reported = Reported(is_made=True) if run is None else _reported(workspace, run, command.source)
    if run is not None and command.digest in reported.digests:
        return _outcome(workspace, command, run, replayed=True)
    if run is None:
        run = _created(workspace, command, parent_id)
    check_unarchived(run)
    run = _described(workspace, command, run, reported.with_digest(command.digest))
    return _outcome(workspace, command, run)


def _created(workspace: Workspace, command: ReportRun, parent_id: str | None) -> Run:
    """Create the run, with what the report says of it."""
    metadata, _ = _merged({}, command.source, command.facts, Reported(), command)
    try:
        check_metadata(metadata)
    except ProblemError as refusal:
        if not _is_too_large(refusal):
            raise
        metadata = {}  # the run's events have it all
    return create_run(
        workspace,
        CreateRun(
            id=command.run_id,
            name=command.name,
            metadata=metadata,
            tags=command.tags,
            parent_id=parent_id,
            reason=command.reason,
            actor=command.actor,
        ),
    ).run


def _described(workspace: Workspace, command: ReportRun, run: Run, reported: Reported) -> Run:
    """Return the run with all that the report adds to it."""
    former = reported
    if command.name is not None:
        reported = reported.with_name(command.name, command.at)
    if command.problem is not None:
        reported = reported.with_problem(command.problem, command.at)
    if run.started_at is None and run.status in OPEN:
        run = start_run(workspace, StartRun(**_of(command))).run
    # A person who has given another name meant it.
    if reported.name != run.name and run.name == former.name:
        run = rename_run(workspace, RenameRun(**_of(command), name=reported.name)).run
    run = _tagged(workspace, command, run, former.tags)
    run, reported = _with_facts(workspace, command, run, reported)
    chain_events(workspace, run, command.events)
    run, reported = _ended(workspace, command, run, reported)
    _keep(workspace, run, command.source, replace(reported, tags=()))
    return run


def _tagged(workspace: Workspace, command: ReportRun, run: Run, provisional: tuple[str, ...]) -> Run:
    wrong = tuple(tag for tag in provisional if tag not in command.tags and tag in run.tags)
    if wrong:
        run = remove_tags(workspace, RemoveTags(**_of(command), tags=wrong)).run
    if not set(command.tags) <= set(run.tags):
        run = add_tags(workspace, AddTags(**_of(command), tags=command.tags)).run
    return run


def _with_facts(workspace: Workspace, command: ReportRun, run: Run, reported: Reported) -> tuple[Run, Reported]:
    """Return the run with the facts in its metadata, beside whatever else is there."""
    present = {} if run.metadata is None else json_text.loads(run.metadata)
    metadata, reported = _merged(present, command.source, command.facts, reported, command)
    if json_text.canonical(metadata) == json_text.canonical(present):
        return run, reported
    changed = UpdateMetadata(**_of(command), verb=MetadataVerb.REPLACE, value=metadata)
    try:
        return update_metadata(workspace, changed).run, reported
    except ProblemError as refusal:
        if not _is_too_large(refusal):
            raise
        return run, reported  # the run's events have it all


def _merged(
    present: dict[str, Any], source: str, facts: tuple[Fact, ...], reported: Reported, command: ReportRun
) -> tuple[dict[str, Any], Reported]:
    merged, reported = reported.merged(present.get(source), facts, command.at)
    return {**present, source: merged}, reported


def _is_too_large(refusal: ProblemError) -> bool:
    match refusal.problem:
        case ConstraintViolation(reason=ConstraintReason.LIMIT_EXCEEDED):
            return True
    return False


def _ended(workspace: Workspace, command: ReportRun, run: Run, reported: Reported) -> tuple[Run, Reported]:
    """Return the run in the status in which it ended: of two that contradict each other, the first that came."""
    error = reported.problem or NO_MESSAGE
    if command.to is None or run.status in FINISHED:
        if run.status is not RunStatus.FAILED or reported.is_told or run.error == error:
            return run, reported
        return _explained(workspace, command, run, error), reported
    if not is_allowed(run.status, command.to):  # someone has paused it, and it went on
        run = transition_run(workspace, TransitionRun(**_of(command), to=RunStatus.ACTIVE)).run
    if command.to is not RunStatus.FAILED:
        return transition_run(workspace, TransitionRun(**_of(command), to=command.to)).run, reported
    failed = TransitionRun(**_of(command), to=RunStatus.FAILED, error=command.problem or error)
    return transition_run(workspace, failed).run, replace(reported, is_told=command.problem is not None)


def _explained(workspace: Workspace, command: ReportRun, run: Run, error: str) -> Run:
    """Return a run that failed with the message of another report than the one that failed it."""
    at = workspace.instant(run)
    explained = replace(run, error=error, version=run.version + 1, updated_at=at)
    workspace.runs.put(run.id, explained)
    workspace.record(RunChangeKind.METADATA, explained, former_of(run), reason=command.reason, actor=command.actor)
    return explained


def _parent_of(workspace: Workspace, command: ReportRun) -> str | None:
    """Return the id of the parent that the report names, made if there is none; None if it cannot be the parent."""
    parent = command.parent
    if parent is None or parent.id == command.run_id or (command.run_id, parent.id) in workspace.looping:
        return None
    if workspace.runs.get(parent.id) is None:
        _name_parent(workspace, command, parent)
    return parent.id


def _name_parent(workspace: Workspace, command: ReportRun, parent: ReportedParent) -> None:
    metadata, _ = Reported().merged({}, parent.facts, command.at)
    run = create_run(
        workspace,
        CreateRun(
            id=parent.id,
            name=parent.name,
            metadata={command.source: metadata},
            tags=parent.tags,
            reason=command.reason,
            actor=command.actor,
        ),
    ).run
    _keep(workspace, run, command.source, Reported(name=parent.name, is_made=True, tags=parent.tags))


def _attached(workspace: Workspace, command: ReportRun, run: Run, parent_id: str) -> Run:
    """Return the run below a parent: deleted and made anew with all that it has, because a parent never changes."""
    if not _is_movable(workspace, run, command.source):
        return run
    totals = workspace.totals(run)
    cell = workspace.records(Cell).get((run.incarnation, command.source))
    numbers = range(totals.event_floor, totals.event_seq)
    events = [workspace.records(Event).get((run.incarnation, number)) for number in numbers]
    if None in events:
        return run
    delete_run(workspace, DeleteRun(id=run.id, reason=command.reason, actor=command.actor))
    moved = _made_anew(workspace, command, run, parent_id)
    for record in (cell, *events, totals):
        if record is not None:
            workspace.save(replace(record, owner=moved.incarnation))
    return moved


def _made_anew(workspace: Workspace, command: ReportRun, run: Run, parent_id: str) -> Run:
    at, said = workspace.instant(run), {"reason": command.reason, "actor": command.actor}
    begun = replace(run, incarnation=workspace.next_seq, version=1, updated_at=at, parent_id=parent_id)
    created = replace(begun, status=RunStatus.ACTIVE, error=None, finished_at=None, outcome=None)
    workspace.runs.put(run.id, created)
    workspace.record(RunChangeKind.CREATED, created, None, **said)
    if run.status is RunStatus.ACTIVE:
        return created
    moved = replace(begun, version=2)
    workspace.runs.put(run.id, moved)
    workspace.record(RunChangeKind.STATUS, moved, former_of(created), **said)
    return moved


def _is_movable(workspace: Workspace, run: Run, source: str) -> bool:
    """Tell whether reports made a run, without a parent, and it has no records but events and the sum of reports."""
    if run.parent_id is not None or run.status is RunStatus.ARCHIVED:
        return False
    totals = workspace.totals(run)
    others = (totals.generation, totals.result_seq - 1, totals.value_count, totals.document_count, totals.receipt_count)
    return _reported(workspace, run, source).is_made and totals.cell_count == 1 and not any(others)


def _outcome(workspace: Workspace, command: ReportRun, run: Run, *, replayed: bool = False) -> RunReported:
    parent = command.parent
    lacks_parent = (
        parent is not None
        and parent.id != run.id
        and (run.id, parent.id) not in workspace.looping
        and _is_movable(workspace, run, command.source)
    )
    contradicts = command.to is not None and run.status is not command.to
    return RunReported(run, contradicts=contradicts, lacks_parent=lacks_parent, replayed=replayed)


def _reported(workspace: Workspace, run: Run, source: str) -> Reported:
    cell = workspace.records(Cell).get((run.incarnation, source))
    return Reported.read(None if cell is None else cell.value)


def _keep(workspace: Workspace, run: Run, source: str, reported: Reported) -> None:
    """Keep the sum of the reports in the run's cell."""
    cell = workspace.records(Cell).get((run.incarnation, source))
    totals, at = workspace.totals(run), workspace.instant(run)
    text = check_content(reported.value, "reports")
    workspace.save(Cell(run.incarnation, source, text, 1 if cell is None else cell.version + 1, at))
    workspace.save(replace(totals, cell_count=totals.cell_count + (cell is None), last_at=at))


def _of(command: ReportRun) -> dict[str, Any]:
    return {"id": command.run_id, "reason": command.reason, "actor": command.actor}
