"""The mutations of results."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute, member
from runindex import commands
from runindex.commands.outcomes import ResultAnnotated, ResultRecorded, ResultScored, ResultsDeleted, ResultsRecorded
from runindex.domain.records.results import Score
from runindex.ports.rows import record_row
from schema.results import inputs
from schema.results.outcomes import (
    ResultAnnotationOutcome,
    ResultAnnotationPayload,
    ResultDeletion,
    ResultDeletionOutcome,
    RunResultOutcome,
    RunResultPayload,
    RunResultsOutcome,
    RunResultsPayload,
)
from schema.results.types import RunResult
from schema.typesystem.connections import given


def _record(input: inputs.RecordResultInput, actor: str | None = None) -> commands.RecordResult:
    # Complete, as an entry of `recordResults` too: its idempotency key works as if it had been sent alone.
    return commands.RecordResult(
        mutation="recordResult",
        actor=actor,
        idempotency_key=input.idempotency_key,
        id=input.id,
        run_id=input.run_id,
        item_id=input.item_id,
        item_version=input.item_version,
        input=given(input.input),
        output=given(input.output),
        expected_output=given(input.expected_output),
        latency=input.latency,
        error=input.error,
        started_at=input.started_at,
        completed_at=input.completed_at,
        retry_count=input.retry_count,
        scores=_scores(input.scores or ()),
        trace_id=input.trace_id,
        late=input.late,
    )


def _scores(scores: Iterable[inputs.ScoreInput]) -> tuple[Score, ...]:
    return tuple(Score(score.scorer_id, score.value, score.reason, score.error, score.scorer_name) for score in scores)


def _record_all(actor: str | None, input: inputs.RecordResultsInput) -> commands.RecordResults:
    recorded = (_record(result, actor) for result in input.results)
    return commands.RecordResults(results=tuple(replace(each, late=each.late or input.late) for each in recorded))


def _score(input: inputs.ScoreResultInput) -> commands.ScoreResult:
    return commands.ScoreResult(**_named(input), scores=_scores(input.scores))


def _annotate(input: inputs.AnnotateResultInput) -> commands.AnnotateResult:
    return commands.AnnotateResult(
        **_named(input),
        patch=given(input.patch),
        add_labels=tuple(input.add_labels or ()),
        remove_labels=tuple(input.remove_labels or ()),
        expected_version=input.expected_version,
    )


def _named(input: inputs.ScoreResultInput | inputs.AnnotateResultInput) -> dict[str, Any]:
    return {
        "result_id": input.result_id,
        "run_id": input.run_id,
        "item_id": input.item_id,
        "retry_count": input.retry_count,
        "reason": input.reason,
    }


def _delete(input: inputs.DeleteResultsInput) -> commands.DeleteResults:
    return commands.DeleteResults(run_id=input.run_id)


def _result_payload(recorded: ResultRecorded | ResultScored) -> RunResultPayload:
    return RunResultPayload(result=RunResult(row=record_row(recorded.result)), replayed=recorded.replayed)


def _results_payload(recorded: ResultsRecorded) -> RunResultsPayload:
    return RunResultsPayload(
        recorded=recorded.recorded,
        failed=len(recorded.outcomes) - recorded.recorded,
        outcomes=[member(outcome, _result_payload) for outcome in recorded.outcomes],
        replayed=recorded.replayed,
    )


def _annotation_payload(annotated: ResultAnnotated) -> ResultAnnotationPayload:
    result = RunResult(row=record_row(annotated.result))
    return ResultAnnotationPayload(result=result, version=annotated.version, replayed=annotated.replayed)


def _result_deletion(deleted: ResultsDeleted) -> ResultDeletion:
    return ResultDeletion(run_id=strawberry.ID(deleted.run_id), deleted=deleted.deleted, replayed=deleted.replayed)


@strawberry.type
class ResultMutations:
    """The fields of `Mutation` that change results."""

    @mutation("Record one attempt; the same one again is answered with what is stored.")
    async def record_result(self, info: Info, input: inputs.RecordResultInput) -> RunResultOutcome:
        """Record a result."""
        return await execute(info, _record, input, _result_payload)

    @mutation("Record many attempts, each on its own.")
    async def record_results(self, info: Info, input: inputs.RecordResultsInput) -> RunResultsOutcome:
        """Record results."""
        return await execute(info, partial(_record_all, info.context.actor), input, _results_payload)

    @mutation(
        "Add scores to a recorded result; what a scorer said before stays as history. Scores that are there already "
        "are answered as stored."
    )
    async def score_result(self, info: Info, input: inputs.ScoreResultInput) -> RunResultOutcome:
        """Score a result."""
        return await execute(info, _score, input, _result_payload)

    @mutation("Merge a remark and labels into the annotations of a recorded result.")
    async def annotate_result(self, info: Info, input: inputs.AnnotateResultInput) -> ResultAnnotationOutcome:
        """Annotate a result."""
        return await execute(info, _annotate, input, _annotation_payload)

    @mutation("Delete all results of a run; the run stays.")
    async def delete_results(self, info: Info, input: inputs.DeleteResultsInput) -> ResultDeletionOutcome:
        """Delete a run's results."""
        return await execute(info, _delete, input, _result_deletion)
