"""Decisions on single runs: creation, moves, changes and deletion."""

from dataclasses import replace

from runindex.commands import (
    AddTags,
    DeleteRun,
    MetadataVerb,
    NewRun,
    RemoveTags,
    RenameRun,
    RunCommand,
    SetRetention,
    StartRun,
    TouchRun,
    TransitionRun,
    UpdateMetadata,
)
from runindex.commands.outcomes import RunApplied, RunDeleted, RunTouched, Success
from runindex.decisions.guards import check_open, check_version, existing_run, expected_run
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import DEFAULT_RUN, new_id
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonText
from runindex.domain.problems import ConstraintReason, invalid, violation
from runindex.domain.records.totals import Tombstone, Totals
from runindex.domain.runs.changes import RunChangeKind, former_of
from runindex.domain.runs.metadata import check_metadata, patched
from runindex.domain.runs.run import Run
from runindex.domain.runs.tags import with_tags, without_tags


def create_run(workspace: Workspace, command: NewRun[Success]) -> RunApplied:
    """Create a run below an existing parent, if one is named."""
    run_id = command.id or new_id()
    if command.parent_id is not None:
        existing_run(workspace, command.parent_id)
    if workspace.is_taken(run_id):
        raise violation(ConstraintReason.ALREADY_EXISTS, f"{run_id} exists already")
    if command.parent_id is not None and (run_id, command.parent_id) in workspace.looping:
        raise invalid("the parent is below a former run of this id: the new one would be its own ancestor", "parent_id")
    run = Run(
        id=run_id,
        incarnation=workspace.next_seq,
        created_at=workspace.now,
        updated_at=workspace.now,
        name=command.name,
        tags=with_tags((), command.tags),
        metadata=check_metadata(command.metadata),
        retention=command.retention,
        parent_id=command.parent_id,
        plan_id=command.plan_id,
        dataset=command.dataset,
        trace_id=command.trace_id,
    )
    workspace.runs.put(run.id, run)
    seq = workspace.record(RunChangeKind.CREATED, run, None, reason=command.reason, actor=command.actor)
    return RunApplied(run, run.version, seq)


def start_run(workspace: Workspace, command: StartRun) -> RunApplied:
    """Set `started_at` if it is None; a run that has started gets a new version only."""
    run = expected_run(workspace, command)
    check_open(run)
    started_at = workspace.instant(run) if run.started_at is None else run.started_at
    return _save(workspace, command, run, replace(run, started_at=started_at), RunChangeKind.STARTED)


def touch_run(workspace: Workspace, command: TouchRun) -> RunTouched:
    """Keep that work on an open run goes on, at most once a second; neither its version nor its log moves."""
    run = expected_run(workspace, command)
    check_open(run)
    totals, at = workspace.totals(run), workspace.instant(run)
    if at // SECOND > max(run.updated_at, totals.last_at or run.updated_at) // SECOND:
        workspace.save(replace(totals, last_at=at))
    return RunTouched(run)


def transition_run(workspace: Workspace, command: TransitionRun) -> RunApplied:
    """Move a run as the transition table allows."""
    run = _movable_run(workspace, command)
    moved = run.moved(command.to, workspace.instant(run), command.error)
    workspace.runs.put(run.id, moved)
    seq = workspace.record(RunChangeKind.STATUS, moved, former_of(run), reason=command.reason, actor=command.actor)
    return RunApplied(moved, moved.version, seq)


def rename_run(workspace: Workspace, command: RenameRun) -> RunApplied:
    """Give a run a name, or none."""
    run = expected_run(workspace, command)
    return _save(workspace, command, run, replace(run, name=command.name), RunChangeKind.NAME)


def update_metadata(workspace: Workspace, command: UpdateMetadata) -> RunApplied:
    """Replace, patch or clear a run's metadata."""
    run = expected_run(workspace, command)
    return _save(workspace, command, run, replace(run, metadata=_metadata(run, command)), RunChangeKind.METADATA)


def add_tags(workspace: Workspace, command: AddTags) -> RunApplied:
    """Add tags."""
    run = expected_run(workspace, command)
    return _save(workspace, command, run, replace(run, tags=with_tags(run.tags, command.tags)), RunChangeKind.TAGS)


def remove_tags(workspace: Workspace, command: RemoveTags) -> RunApplied:
    """Remove tags."""
    run = expected_run(workspace, command)
    return _save(workspace, command, run, replace(run, tags=without_tags(run.tags, command.tags)), RunChangeKind.TAGS)


def set_retention(workspace: Workspace, command: SetRetention) -> RunApplied:
    """Set the retention policy, which only compaction acts on."""
    run = expected_run(workspace, command)
    return _save(workspace, command, run, replace(run, retention=command.policy), RunChangeKind.RETENTION)


def delete_run(workspace: Workspace, command: DeleteRun) -> RunDeleted:
    """Delete a run; its children stay, with the id of a parent that no longer exists."""
    run = _movable_run(workspace, command)
    last = replace(run, version=run.version + 1, updated_at=workspace.instant(run))
    totals = workspace.totals(run)
    workspace.runs.remove(run.id)
    workspace.taken.remove(run.id)
    if workspace.records(Totals).get(totals.key) is not None:
        workspace.save(Tombstone(run.incarnation))
    seq = workspace.record(RunChangeKind.DELETED, last, former_of(run), reason=command.reason, actor=command.actor)
    return RunDeleted(
        run.id,
        last.version,
        seq,
        results=totals.result_count,
        values=totals.value_count,
        events=totals.event_seq - totals.event_floor,
        cells=totals.cell_count,
        documents=totals.document_count,
        receipts=totals.receipt_count,
    )


def _metadata(run: Run, command: UpdateMetadata) -> JsonText | None:
    match command.verb:
        case MetadataVerb.REPLACE:
            return check_metadata(command.value, "change.metadata")
        case MetadataVerb.PATCH:
            return patched(run.metadata, command.value)
        case MetadataVerb.CLEAR:
            return None


def _movable_run(workspace: Workspace, command: RunCommand[Success]) -> Run:
    run = existing_run(workspace, command.id)
    if run.id == DEFAULT_RUN:
        raise violation(ConstraintReason.DEFAULT_RUN, "the default run cannot be moved or deleted")
    check_version(command.expected_version, run.version)
    return run


def _save(
    workspace: Workspace, command: RunCommand[Success], before: Run, after: Run, kind: RunChangeKind
) -> RunApplied:
    run = replace(after, version=before.version + 1, updated_at=workspace.instant(before))
    workspace.runs.put(run.id, run)
    seq = workspace.record(kind, run, former_of(before), reason=command.reason, actor=command.actor)
    return RunApplied(run, run.version, seq)
