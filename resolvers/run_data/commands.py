"""Inputs of the mutations of a run's own data, made into commands (see `resolvers.runs.commands`)."""

from runindex import commands
from runindex.commands import DocumentVerb
from schema.run_data import inputs
from schema.typesystem.connections import given


def put_run_values(mutation: str, asked: inputs.PutRunValuesInput, actor: str | None) -> commands.PutValues:
    """Return the putting of values."""
    return commands.PutValues(
        mutation=mutation,
        run_id=asked.run_id,
        entries=tuple(
            commands.ValueEntry(key=entry.key, value=given(entry.value), expected_version=entry.expected_version)
            for entry in asked.entries
        ),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def delete_run_values(mutation: str, asked: inputs.DeleteRunValuesInput, actor: str | None) -> commands.DeleteValues:
    """Return the deletion of values."""
    return commands.DeleteValues(
        mutation=mutation,
        run_id=asked.run_id,
        keys=tuple(asked.keys),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def append_run_events(mutation: str, asked: inputs.AppendRunEventsInput, actor: str | None) -> commands.AppendEvents:
    """Return the appending of events."""
    return commands.AppendEvents(
        mutation=mutation,
        run_id=asked.run_id,
        events=tuple(commands.EventEntry(stream=event.stream, payload=event.payload) for event in asked.events),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def set_run_cell(mutation: str, asked: inputs.SetRunCellInput, actor: str | None) -> commands.SetCell:
    """Return the setting of a cell."""
    return commands.SetCell(
        mutation=mutation,
        run_id=asked.run_id,
        name=asked.name,
        value=given(asked.value),
        expected_version=asked.expected_version,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def write_run_document(mutation: str, asked: inputs.WriteRunDocumentInput, actor: str | None) -> commands.WriteDocument:
    """Return the one change of a document that the input names."""
    change = asked.change
    values = {DocumentVerb.REPLACE: change.content, DocumentVerb.PATCH: change.patch}
    verb, value = next((verb, value) for verb, value in values.items() if value is not None)
    return commands.WriteDocument(
        mutation=mutation,
        run_id=asked.run_id,
        key=asked.key,
        verb=verb,
        value=value,
        expected_version=asked.expected_version,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )
