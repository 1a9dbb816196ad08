"""Decisions on recorded results: scores and annotations come later, what was recorded stays.

Each change is an event of the run, in a stream of the index's own, so that subscribers see it in order.
"""

from dataclasses import replace

from runindex.commands import AnnotateResult, EventEntry, ReviewCommand, ScoreResult
from runindex.commands.outcomes import ResultAnnotated, ResultScored, Success
from runindex.decisions.guards import check_unarchived, check_version, existing_run
from runindex.decisions.run_data import chain_events
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText, JsonValue, check_content
from runindex.domain.problems import ConstraintReason, NotFound, ProblemError, violation
from runindex.domain.records.events import RESULT_STREAM
from runindex.domain.records.results import (
    MAX_ANNOTATIONS,
    MAX_LABELS,
    MAX_SCORES,
    Result,
    ResultScore,
    Score,
    decode_labels,
    decode_scores,
    encode_score,
    encode_scores,
    newest_score,
    rescored,
)
from runindex.domain.runs.run import Run
from runindex.domain.runs.tags import without_tags


def score_result(workspace: Workspace, command: ScoreResult) -> ResultScored:
    """Add a revision of each score that is not its scorer's newest already; none to add is a repetition."""
    run, result = _reviewed(workspace, command)
    scores = decode_scores(result.scores)
    added = [score for score in command.scores if not _is_newest(score, scores)]
    if not added:
        return ResultScored(result, replayed=True)
    check_unarchived(run)
    told: list[JsonValue] = []
    for score in added:
        revised = _revised(workspace, command, result, scores, score)
        scores = rescored(scores, revised)
        told.append({"scorerId": revised.scorer_id, "value": revised.value, "revision": revised.revision})
    if len(scores) > MAX_SCORES:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"a result has at most {MAX_SCORES} scores")
    after = replace(result, scores=encode_scores(scores), recorded_scores=result.recorded_scores or result.scores)
    workspace.save(after)
    _tell(workspace, command, run, after, {"change": "SCORED", "scores": told})
    return ResultScored(after)


def annotate_result(workspace: Workspace, command: AnnotateResult) -> ResultAnnotated:
    """Merge a patch into a result's annotations, and change its labels."""
    run, result = _reviewed(workspace, command)
    check_version(command.expected_version, result.annotation_version)
    check_unarchived(run)
    version = result.annotation_version + 1
    after = replace(
        result,
        annotations=_patched(result.annotations, command.patch),
        labels=_labelled(result.labels, command),
        annotation_version=version,
        annotated_at=workspace.instant(run),
    )
    workspace.save(after)
    _tell(workspace, command, run, after, {"change": "ANNOTATED", "version": version})
    return ResultAnnotated(after, version)


def _reviewed(workspace: Workspace, command: ReviewCommand[Success]) -> tuple[Run, Result]:
    """Return the result and its run; refuse a result that does not exist."""
    attempt = command.attempt
    if attempt is None:
        raise ProblemError(NotFound("Result", command.result_id or ""))
    run = workspace.runs.get(attempt.run_id) if command.result_id else existing_run(workspace, attempt.run_id)
    result = None if run is None else _result_at(workspace, run, attempt.item_id, attempt.retry_count)
    if run is None or result is None or command.result_id not in (None, result.id):
        raise ProblemError(NotFound("Result", command.result_id or attempt.item_id))
    return run, result


def _result_at(workspace: Workspace, run: Run, item_id: str, retry_count: int) -> Result | None:
    totals = workspace.totals(run)
    return workspace.records(Result).get((totals.owner, totals.generation, item_id, retry_count))


def _is_newest(score: Score, scores: tuple[Score, ...]) -> bool:
    newest = newest_score(scores, score.scorer_id)
    return newest is not None and replace(newest, revision=score.revision) == score


def _revised(
    workspace: Workspace, command: ScoreResult, result: Result, scores: tuple[Score, ...], score: Score
) -> Score:
    """Keep the score as its scorer's next revision, and before the first such those recorded; return the revision."""
    former = newest_score(scores, score.scorer_id)
    at_first = decode_scores(result.recorded_scores or result.scores)
    recorded = [old for old in at_first if old.scorer_id == score.scorer_id]
    if former is not None and former.revision == len(recorded):
        for old in recorded:
            workspace.save(_row(result, old, result.created_at))
    revised = replace(score, revision=1 if former is None else former.revision + 1)
    row = _row(result, revised, workspace.instant(existing_run(workspace, result.run_id)))
    workspace.save(replace(row, reason=command.reason, actor=command.actor))
    return revised


def _row(result: Result, score: Score, at: Micros) -> ResultScore:
    return ResultScore(
        owner=result.owner,
        generation=result.generation,
        item_id=result.item_id,
        retry_count=result.retry_count,
        scorer_id=score.scorer_id,
        revision=score.revision,
        score=encode_score(score),
        at=at,
    )


def _patched(annotations: JsonText | None, patch: JsonValue) -> JsonText | None:
    if patch is None:
        return annotations
    # The limits hold for the patch too: it is decoded and merged even where it only removes.
    check_content(patch, "patch", MAX_ANNOTATIONS)
    present = {} if annotations is None else json_text.loads(annotations)
    return check_content(json_text.merge_patch(present, patch), "patch", MAX_ANNOTATIONS)


def _labelled(labels: JsonText | None, command: AnnotateResult) -> JsonText | None:
    kept = without_tags(decode_labels(labels), command.remove_labels)
    after = tuple(dict.fromkeys((*kept, *command.add_labels)))
    if len(after) > MAX_LABELS:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"a result has at most {MAX_LABELS} labels")
    return json_text.dumps(after) if after else None


def _tell(
    workspace: Workspace, command: ReviewCommand[Success], run: Run, result: Result, change: dict[str, JsonValue]
) -> None:
    """Append the change to the run's events: what changed and who did it; the result itself has the content."""
    named = {"resultId": result.id, "itemId": result.item_id, "retryCount": result.retry_count}
    said = {"reason": command.reason, "actor": command.actor}
    stated = {name: text for name, text in said.items() if text is not None}
    chain_events(workspace, run, [EventEntry(stream=RESULT_STREAM, payload=change | named | stated)])
