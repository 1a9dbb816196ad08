"""Inputs of the mutations of results, made into commands (see `resolvers.runs.commands`)."""

from typing import Final

from runindex import commands
from runindex.domain.records.results import Score
from schema.results import inputs
from schema.typesystem.connections import given

_SINGLE: Final = "recordResult"


def record_result(mutation: str, asked: inputs.RecordResultInput, actor: str | None) -> commands.RecordResult:
    """Return the recording of one attempt."""
    return commands.RecordResult(
        mutation=mutation,
        id=asked.id,
        run_id=asked.run_id,
        item_id=asked.item_id,
        item_version=asked.item_version,
        input=given(asked.input),
        output=given(asked.output),
        expected_output=given(asked.expected_output),
        latency=asked.latency,
        error=asked.error,
        started_at=asked.started_at,
        completed_at=asked.completed_at,
        retry_count=asked.retry_count,
        scores=tuple(Score(score.scorer_id, score.value, score.reason, score.error) for score in asked.scores or ()),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def record_results(mutation: str, asked: inputs.RecordResultsInput, actor: str | None) -> commands.RecordResults:
    """Return the recording of many attempts; a key inside an entry works as if the entry were sent singly."""
    return commands.RecordResults(
        mutation=mutation,
        results=tuple(record_result(_SINGLE, result, actor) for result in asked.results),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def delete_results(mutation: str, asked: inputs.DeleteResultsInput, actor: str | None) -> commands.DeleteResults:
    """Return the deletion of a run's results."""
    return commands.DeleteResults(
        mutation=mutation, run_id=asked.run_id, idempotency_key=asked.idempotency_key, actor=actor
    )
