"""The mutations of a run's own data: values, events, cells, documents."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from runindex import commands
from runindex.commands import DocumentVerb
from runindex.commands.outcomes import CellSet, DocumentWritten, EventsAppended, ValuesDeleted, ValuesPut
from runindex.ports.rows import record_row
from schema.run_data import inputs
from schema.run_data.documents import RunCell, RunDocument
from schema.run_data.events import RunEvent
from schema.run_data.outcomes import (
    RunCellOutcome,
    RunCellPayload,
    RunDocumentOutcome,
    RunDocumentPayload,
    RunEventsOutcome,
    RunEventsPayload,
    RunValueDeletion,
    RunValueDeletionOutcome,
    RunValuesOutcome,
    RunValuesPayload,
)
from schema.run_data.values import RunValue
from schema.typesystem.connections import given


def _put_values(input: inputs.PutRunValuesInput) -> commands.PutValues:
    return commands.PutValues(
        run_id=input.run_id,
        entries=tuple(
            commands.ValueEntry(key=entry.key, value=given(entry.value), expected_version=entry.expected_version)
            for entry in input.entries
        ),
    )


def _delete_values(input: inputs.DeleteRunValuesInput) -> commands.DeleteValues:
    return commands.DeleteValues(run_id=input.run_id, keys=tuple(input.keys))


def _append_events(input: inputs.AppendRunEventsInput) -> commands.AppendEvents:
    events = tuple(commands.EventEntry(stream=event.stream, payload=event.payload) for event in input.events)
    return commands.AppendEvents(run_id=input.run_id, events=events, late=input.late)


def _set_cell(input: inputs.SetRunCellInput) -> commands.SetCell:
    return commands.SetCell(
        run_id=input.run_id, name=input.name, value=given(input.value), expected_version=input.expected_version
    )


def _write_document(input: inputs.WriteRunDocumentInput) -> commands.WriteDocument:
    values = {DocumentVerb.REPLACE: input.change.content, DocumentVerb.PATCH: input.change.patch}
    verb, value = next((verb, value) for verb, value in values.items() if value is not None)
    return commands.WriteDocument(
        run_id=input.run_id, key=input.key, verb=verb, value=value, expected_version=input.expected_version
    )


def _values_payload(put: ValuesPut) -> RunValuesPayload:
    return RunValuesPayload(values=[RunValue(row=record_row(value)) for value in put.values], replayed=put.replayed)


def _value_deletion(deleted: ValuesDeleted) -> RunValueDeletion:
    return RunValueDeletion(deleted=deleted.deleted, replayed=deleted.replayed)


def _events_payload(appended: EventsAppended) -> RunEventsPayload:
    return RunEventsPayload(
        first_sequence=appended.events[0].sequence,
        last_sequence=appended.events[-1].sequence,
        events=[RunEvent(row=record_row(event)) for event in appended.events],
        replayed=appended.replayed,
    )


def _cell_payload(written: CellSet) -> RunCellPayload:
    return RunCellPayload(cell=RunCell(row=record_row(written.cell)), replayed=written.replayed)


def _document_payload(written: DocumentWritten) -> RunDocumentPayload:
    return RunDocumentPayload(document=RunDocument(row=record_row(written.document)), replayed=written.replayed)


@strawberry.type
class RunDataMutations:
    """The fields of `Mutation` that change a run's own data."""

    @mutation("Put values, all or none; their old versions stay as history.")
    async def put_run_values(self, info: Info, input: inputs.PutRunValuesInput) -> RunValuesOutcome:
        """Put values."""
        return await execute(info, _put_values, input, _values_payload)

    @mutation("Delete values; their history stays.")
    async def delete_run_values(self, info: Info, input: inputs.DeleteRunValuesInput) -> RunValueDeletionOutcome:
        """Delete values."""
        return await execute(info, _delete_values, input, _value_deletion)

    @mutation("Append events with consecutive sequences, all or none.")
    async def append_run_events(self, info: Info, input: inputs.AppendRunEventsInput) -> RunEventsOutcome:
        """Append events."""
        return await execute(info, _append_events, input, _events_payload)

    @mutation("Set a cell.")
    async def set_run_cell(self, info: Info, input: inputs.SetRunCellInput) -> RunCellOutcome:
        """Set a cell."""
        return await execute(info, _set_cell, input, _cell_payload)

    @mutation("Replace or patch a document.")
    async def write_run_document(self, info: Info, input: inputs.WriteRunDocumentInput) -> RunDocumentOutcome:
        """Write a document."""
        return await execute(info, _write_document, input, _document_payload)
