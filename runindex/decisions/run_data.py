"""Decisions on run data: each command is all or nothing."""

from collections.abc import Sequence
from dataclasses import replace

from runindex.commands import AppendEvents, DeleteValues, DocumentVerb, EventEntry, PutValues, SetCell, WriteDocument
from runindex.commands.outcomes import CellSet, DocumentWritten, EventsAppended, ValuesDeleted, ValuesPut
from runindex.decisions.guards import check_version, open_run
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.json_text import JsonValue, check_content
from runindex.domain.lifecycle import CLOSED
from runindex.domain.records.events import Event, event_hash
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion, check_entries
from runindex.domain.runs.run import Run


def put_values(workspace: Workspace, command: PutValues) -> ValuesPut:
    """Put values; the former versions stay as history."""
    run = open_run(workspace, command.run_id)
    check_entries(len(command.entries))
    at = workspace.instant(run)
    values, added = [], 0
    for position, entry in enumerate(command.entries):
        stored = workspace.records(Value).get((run.incarnation, entry.key))
        present = stored is not None and not stored.deleted
        check_version(entry.expected_version, stored.version if stored is not None and present else 0)
        text = check_content(entry.value, f"entries.{position}.value")
        version = 1 if stored is None else stored.version + 1
        value = Value(run.incarnation, entry.key, text, version, at)
        _write(workspace, value)
        added += not present
        values.append(value)
    if values:
        _count(workspace, run, values=added)
    return ValuesPut(tuple(values))


def delete_values(workspace: Workspace, command: DeleteValues) -> ValuesDeleted:
    """Delete values; a deletion takes a version of its own."""
    run = open_run(workspace, command.run_id)
    check_entries(len(command.keys))
    at, deleted = workspace.instant(run), 0
    for key in command.keys:
        stored = workspace.records(Value).get((run.incarnation, key))
        if stored is not None and not stored.deleted:
            _write(
                workspace,
                replace(stored, value="null", version=stored.version + 1, updated_at=at, deleted=1),
            )
            deleted += 1
    _count(workspace, run, values=-deleted)
    return ValuesDeleted(deleted)


def append_events(workspace: Workspace, command: AppendEvents) -> EventsAppended:
    """Append events to the run's chain."""
    run = open_run(workspace, command.run_id, late=command.late)
    check_entries(len(command.events))
    return EventsAppended(chain_events(workspace, run, command.events))


def chain_events(workspace: Workspace, run: Run, entries: Sequence[EventEntry]) -> tuple[Event, ...]:
    """Add events to the run's chain, whatever its status, and return them."""
    totals, at, late = workspace.totals(run), workspace.instant(run), int(run.status in CLOSED)
    sequence, previous, events = totals.event_seq, totals.event_hash, []
    for position, entry in enumerate(entries):
        text = check_content(entry.payload, f"events.{position}.payload")
        previous = event_hash(sequence, entry.stream, at, entry.payload, previous)
        events.append(Event(run.incarnation, sequence, entry.stream, text, at, previous, late))
        sequence += 1
    for event in events:
        workspace.save(event)
    workspace.save(replace(totals, event_seq=sequence, event_hash=previous, last_at=at))
    return tuple(events)


def set_cell(workspace: Workspace, command: SetCell) -> CellSet:
    """Set a cell."""
    run = open_run(workspace, command.run_id)
    stored = workspace.records(Cell).get((run.incarnation, command.name))
    version = 0 if stored is None else stored.version
    check_version(command.expected_version, version)
    at = workspace.instant(run)
    cell = Cell(run.incarnation, command.name, check_content(command.value, "value"), version + 1, at)
    workspace.save(cell)
    _count(workspace, run, cells=stored is None)
    return CellSet(cell)


def write_document(workspace: Workspace, command: WriteDocument) -> DocumentWritten:
    """Replace or patch a document; a patch of a missing one patches `{}`."""
    run = open_run(workspace, command.run_id)
    stored = workspace.records(Document).get((run.incarnation, command.key))
    version = 0 if stored is None else stored.version
    check_version(command.expected_version, version)
    content = check_content(_content(stored, command), f"change.{command.verb}")
    at = workspace.instant(run)
    document = Document(run.incarnation, command.key, content, version + 1, at)
    workspace.save(document)
    _count(workspace, run, documents=stored is None)
    return DocumentWritten(document)


def _content(stored: Document | None, command: WriteDocument) -> JsonValue:
    if command.verb is DocumentVerb.REPLACE:
        return command.value
    present = {} if stored is None else json_text.loads(stored.content)
    return json_text.merge_patch(present, command.value)


def _write(workspace: Workspace, value: Value) -> None:
    workspace.save(value)
    workspace.save(
        ValueVersion(value.owner, value.key_name, value.version, value.value, value.deleted, value.updated_at)
    )


def _count(workspace: Workspace, run: Run, *, values: int = 0, cells: int = 0, documents: int = 0) -> None:
    totals = workspace.totals(run)
    workspace.save(
        replace(
            totals,
            value_count=totals.value_count + values,
            cell_count=totals.cell_count + cells,
            document_count=totals.document_count + documents,
            last_at=workspace.instant(run),
        )
    )
