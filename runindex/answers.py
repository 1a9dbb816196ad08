"""Successes as text, kept under an idempotency key and told again when the key comes again."""

from typing import Any

from runindex.domain import jsontext
from runindex.domain.jsontext import JsonText
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    ConstraintViolation,
    InvalidInput,
    InvalidTransition,
    NotFound,
    Problem,
    VersionConflict,
)
from runindex.outcomes import BulkApplied, Outcome, RunApplied, RunDeleted, Success
from runindex.workspace import Workspace


def encode_answer(success: Success) -> JsonText:
    """Return the success as JSON; of a run only its identity, for a replay shows the run as it then is."""
    return jsontext.dumps(_encode(success))


def answer_run_ids(answer: JsonText) -> set[str]:
    """Return the ids of the runs that the replay of an answer shows."""
    return set(_run_ids(jsontext.loads(answer)))


def replay(answer: JsonText, workspace: Workspace) -> Outcome:
    """Return the kept success, marked as replayed; NotFound when the run that it shows was deleted since."""
    return _decode(jsontext.loads(answer), workspace)


def _encode(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case RunApplied(run, version, seq):
            return {
                "run": run.id,
                "incarnation": run.incarnation,
                "version": version,
                "seq": seq,
            }
        case RunDeleted():
            counts = {name: getattr(outcome, name) for name in _DELETION_COUNTS}
            return {
                "deleted": outcome.id,
                "version": outcome.version,
                "seq": outcome.seq,
                **counts,
            }
        case BulkApplied(outcomes):
            return {"bulk": [_encode(entry) for entry in outcomes]}
        case _:
            return {"problem": type(outcome).__name__, **_problem_fields(outcome)}


_DELETION_COUNTS = ("results", "values", "events", "cells", "documents", "receipts")


def _problem_fields(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in problem.__slots__}


def _run_ids(entry: dict[str, Any]) -> list[str]:
    if "bulk" in entry:
        return [run_id for inner in entry["bulk"] for run_id in _run_ids(inner)]
    return [entry["run"]] if "run" in entry else []


def _decode(entry: dict[str, Any], workspace: Workspace) -> Outcome:
    if "bulk" in entry:
        return BulkApplied(tuple(_decode_single(inner, workspace) for inner in entry["bulk"]), replayed=True)
    return _decode_single(entry, workspace)


def _decode_single(entry: dict[str, Any], workspace: Workspace) -> RunApplied | RunDeleted | Problem:
    if "deleted" in entry:
        counts = {name: entry[name] for name in _DELETION_COUNTS}
        return RunDeleted(entry["deleted"], entry["version"], entry["seq"], **counts, replayed=True)
    if "problem" in entry:
        return _decode_problem(entry)
    run = workspace.runs.get(entry["run"])
    if run is None or run.incarnation != entry["incarnation"]:
        return NotFound("Run", entry["run"])
    return RunApplied(run, entry["version"], entry["seq"], replayed=True)


def _decode_problem(entry: dict[str, Any]) -> Problem:
    match entry["problem"]:
        case "NotFound":
            return NotFound(entry["kind"], entry["id"])
        case "InvalidTransition":
            return InvalidTransition(RunStatus(entry["source"]), RunStatus(entry["target"]))
        case "ConstraintViolation":
            return ConstraintViolation(ConstraintReason(entry["reason"]), entry["message"])
        case "VersionConflict":
            return VersionConflict(entry["expected"], entry["actual"])
        case _:
            return InvalidInput(entry["message"], entry["field"])
