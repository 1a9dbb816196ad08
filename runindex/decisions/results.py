"""Decisions on results: each attempt is recorded once, counted by item, and deleted with all others of its run."""

from dataclasses import replace

from runindex.commands import MAX_BULK, DeleteResults, RecordResult, RecordResults
from runindex.commands.outcomes import ResultRecorded, ResultsDeleted
from runindex.decisions.guards import existing_run, open_run, start_if_new
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import new_id
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText, JsonValue, check_content
from runindex.domain.lifecycle import CLOSED
from runindex.domain.problems import ConstraintReason, violation
from runindex.domain.records.results import Item, Result, content_of, encode_scores
from runindex.domain.records.totals import Tombstone, Totals
from runindex.domain.runs.run import Run


def record_result(workspace: Workspace, command: RecordResult) -> ResultRecorded:
    """Store an attempt; one that is stored already is answered as stored, even when the run has closed since.

    A closed run takes late results; they are counted like others, and do not start it.
    """
    run = existing_run(workspace, command.run_id)
    totals = workspace.totals(run)
    item_key = (totals.owner, totals.generation, command.item_id)
    stored = workspace.records(Result).get((*item_key, command.retry_count))
    result = _result(workspace, command, run, totals)
    if stored is not None:
        return _repetition(stored, result, command)
    open_run(workspace, run.id, late=command.late)
    _take_id(workspace, command, result)
    item = workspace.records(Item).get(item_key) or Item(*item_key)
    after = item.attempted(command.retry_count, failed=command.error is not None)
    workspace.save(result)
    workspace.save(after)
    workspace.save(_counted(totals, item, after, result.created_at))
    if not result.late:
        start_if_new(workspace, run, command)
    return ResultRecorded(result)


def check_count(command: RecordResults) -> None:
    """Refuse more results than one call may have."""
    if len(command.results) > MAX_BULK:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {MAX_BULK} results in one call")


def delete_results(workspace: Workspace, command: DeleteResults) -> ResultsDeleted:
    """Start a new generation of results: no query returns the former, which the sweeper removes later."""
    run = existing_run(workspace, command.run_id)
    totals = workspace.totals(run)
    if totals.result_count:
        emptied = replace(totals, result_count=0, item_count=0, succeeded=0, failed=0)
        workspace.save(Tombstone(totals.owner, totals.generation))
        workspace.save(replace(emptied, generation=totals.generation + 1, last_at=workspace.instant(run)))
    return ResultsDeleted(command.run_id, totals.result_count)


def _repetition(stored: Result, sent: Result, command: RecordResult) -> ResultRecorded:
    if content_of(stored) != content_of(sent):
        raise violation(
            ConstraintReason.DUPLICATE_RESULT, "this attempt at this item is stored already, with other content"
        )
    if command.id is not None and command.id != stored.id:
        raise violation(
            ConstraintReason.DUPLICATE_RESULT,
            f"this attempt at this item is stored already, with this content but another id, {stored.id}",
        )
    return ResultRecorded(stored, replayed=True)


def _take_id(workspace: Workspace, command: RecordResult, result: Result) -> None:
    """Refuse an id that a node has; the ids of deleted nodes are free again."""
    if command.id is None:
        return
    if workspace.is_taken(command.id):
        raise violation(ConstraintReason.ALREADY_EXISTS, f"{command.id} exists already")
    workspace.results.put(result.id, result)


def _result(workspace: Workspace, command: RecordResult, run: Run, totals: Totals) -> Result:
    return Result(
        owner=totals.owner,
        generation=totals.generation,
        item_id=command.item_id,
        retry_count=command.retry_count,
        id=command.id or new_id(),
        run_id=run.id,
        seq=totals.result_seq,
        item_version=command.item_version,
        input=_text(command.input, "input"),
        output=_text(command.output, "output"),
        expected_output=_text(command.expected_output, "expected_output"),
        latency=command.latency,
        error=command.error,
        started_at=command.started_at,
        completed_at=command.completed_at,
        created_at=workspace.instant(run),
        scores=encode_scores(command.scores),
        trace_id=command.trace_id,
        late=int(run.status in CLOSED),
    )


def _text(value: JsonValue, field: str) -> JsonText | None:
    return None if value is None else check_content(value, field)


def _counted(totals: Totals, before: Item, after: Item, at: Micros) -> Totals:
    was_failed = before.attempts > 0 and not before.succeeded
    return replace(
        totals,
        result_count=totals.result_count + 1,
        result_seq=totals.result_seq + 1,
        item_count=totals.item_count + (before.attempts == 0),
        succeeded=totals.succeeded + after.succeeded - before.succeeded,
        failed=totals.failed + (not after.succeeded) - was_failed,
        last_at=at,
    )
