"""One line: a run with its own times, tags, metadata, parent, status and results, named as in the API."""

from typing import Final

from runindex.commands import ImportRun, Move, RecordResult
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import FINISHED, RunStatus
from runindex.domain.records.results import Score
from runindex.domain.runs.run import DatasetLink, TargetType
from runindex.maintenance.sources.fields import FieldError, Fields
from runindex.maintenance.sources.source import run_id_from

NAMESPACE: Final = "jsonl"
NO_ERROR: Final = "no error was told"
_MILLISECOND: Final = 1000


def import_of(value: JsonValue, run_id: str) -> ImportRun:
    """Return the import of a line's run under its id; raise FieldError for a fault."""
    fields = Fields(value)
    fields.take("id")
    parent = fields.text("parentId")
    started, finished = fields.instant("startedAt"), fields.instant("finishedAt")
    created = fields.instant("createdAt")
    created = started if created is None else created
    begun = created if started is None else started
    command = ImportRun(
        id=run_id,
        name=fields.text("name"),
        metadata=fields.take("metadata"),
        tags=fields.texts("tags"),
        parent_id=None if parent is None else run_id_from(parent, NAMESPACE),
        trace_id=fields.text("traceId"),
        dataset=_dataset(fields.object("dataset")),
        created_at=created,
        started_at=started,
        moves=_moves(fields, finished),
        results=tuple(_result(result, run_id, begun) for result in fields.objects("results")),
    )
    fields.finish()
    return command


def _moves(fields: Fields, finished: Micros | None) -> tuple[Move, ...]:
    """Return the moves to the status; where none is given, an error means FAILED, and an end COMPLETED."""
    status, outcome = fields.member("status", RunStatus), fields.member("outcome", RunStatus)
    archived, error = fields.instant("archivedAt"), fields.text("error")
    if status is None and (error is not None or finished is not None):
        status = RunStatus.COMPLETED if error is None else RunStatus.FAILED
    if archived is not None and status not in (None, RunStatus.ARCHIVED):
        outcome, status = status, RunStatus.ARCHIVED
    if status is not RunStatus.ARCHIVED:
        if outcome not in (None, status):
            raise FieldError("outcome is another than the status")
        outcome = status if status in FINISHED else None
    elif outcome is not None and outcome not in FINISHED:
        raise FieldError(f"outcome is not one of {', '.join(sorted(FINISHED))}")
    if outcome is None and (finished is not None or error is not None):
        raise FieldError(f"a run that is {status} has no finishedAt and no error")
    moves = [] if outcome is None else [Move(outcome, finished, _error(outcome, error))]
    if status is RunStatus.PAUSED or status is RunStatus.ARCHIVED or archived is not None:
        moves.append(Move(status or RunStatus.ARCHIVED, archived))
    return tuple(moves)


def _error(outcome: RunStatus, error: str | None) -> str | None:
    return NO_ERROR if outcome is RunStatus.FAILED and not (error or "").strip() else error


def _dataset(fields: Fields | None) -> DatasetLink | None:
    if fields is None:
        return None
    version = fields.instant("datasetVersion")
    target = fields.member("targetType", TargetType)
    if version is None or target is None:
        raise FieldError("dataset has no datasetVersion, or no targetType")
    link = DatasetLink(
        fields.required("datasetId"), version, target, fields.required("targetId"), fields.integer("totalItems", 0)
    )
    fields.finish()
    return link


def _result(fields: Fields, run_id: str, begun: Micros | None) -> RecordResult:
    """Return a result; its times follow from one another and its latency, and begin with the run's."""
    started, completed = fields.instant("startedAt"), fields.instant("completedAt")
    latency = fields.number("latency")
    if started is None:
        lasted = 0 if latency is None or completed is None else round(latency * _MILLISECOND)
        started = begun if completed is None else completed - lasted
    if started is None:
        raise FieldError("results need times: give startedAt, or createdAt of the run")
    if completed is None:
        completed = started + round((latency or 0) * _MILLISECOND)
    result = RecordResult(
        run_id=run_id,
        id=fields.text("id"),
        item_id=fields.required("itemId"),
        item_version=fields.instant("itemVersion"),
        input=fields.take("input"),
        output=fields.take("output"),
        expected_output=fields.take("expectedOutput"),
        latency=(completed - started) / _MILLISECOND if latency is None else latency,
        error=fields.text("error"),
        started_at=started,
        completed_at=completed,
        retry_count=fields.integer("retryCount", 0),
        scores=tuple(_score(score) for score in fields.objects("scores")),
        trace_id=fields.text("traceId"),
    )
    fields.finish()
    return result


def _score(fields: Fields) -> Score:
    score = Score(
        fields.required("scorerId"),
        fields.number("value"),
        fields.text("reason"),
        fields.text("error"),
        fields.text("scorerName"),
    )
    fields.finish()
    return score
