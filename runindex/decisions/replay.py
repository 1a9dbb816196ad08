"""Idempotent replay: successes are stored as text under their key, and answered again when the key is used again.

Only the identity of runs and records is stored: a replay shows them as they are by then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, cast

from runindex.commands.base import Need
from runindex.commands.outcomes import JobsClaimed, Outcome, Success
from runindex.decisions.workspace import Workspace
from runindex.domain import json_text
from runindex.domain.json_text import JsonText
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import PROBLEMS, ConstraintReason, NotFound, ProblemError
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Result
from runindex.domain.records.run_data import Cell, Document, Value
from runindex.domain.records.runtimes import Receipt, Runtime
from runindex.domain.records.views import View
from runindex.domain.runs.run import Run

_RECORDS: Final = {
    kind.__name__: kind for kind in (Result, Value, Event, Cell, Document, Plan, Job, Receipt, Runtime, View)
}
_OUTCOMES: Final = {kind.__name__: kind for kind in (*Success.__args__, *PROBLEMS)}
_ENUMS: Final = {"source": RunStatus, "target": RunStatus, "reason": ConstraintReason}


@dataclass(frozen=True, slots=True)
class References:
    """What a replay reads: runs by id, records by kind and key."""

    run_ids: frozenset[str]
    needs: frozenset[Need]


def encode_answer(success: Success, run_id: str) -> JsonText:
    """Return the success as JSON text; `run_id` is the run of records that do not name theirs."""
    return json_text.dumps(_encode(success, run_id))


def references(answer: JsonText) -> References:
    """Return what a replay of the stored answer reads."""
    found = list(_references(json_text.loads(answer)))
    return References(
        frozenset(reference for reference in found if isinstance(reference, str)),
        frozenset(reference for reference in found if not isinstance(reference, str)),
    )


def replay(answer: JsonText, workspace: Workspace) -> Outcome:
    """Return the stored success, marked as replayed; NotFound when a run or record in it was deleted since."""
    return _Decoder(workspace).outcome(json_text.loads(answer))


def _encode(value: Any, run_id: str) -> Any:  # noqa: ANN401 - any part of an outcome
    if isinstance(value, Run):
        return {"run": value.id, "incarnation": value.incarnation}
    if type(value).__name__ in _RECORDS:
        owner = {"run": getattr(value, "run_id", run_id)} if hasattr(value, "owner") else {}
        return {"record": type(value).__name__, "key": list(value.key), **owner}
    if type(value).__name__ in _OUTCOMES:
        named = {field.name: _encode(getattr(value, field.name), run_id) for field in fields(value)}
        return {"outcome": type(value).__name__, **named}
    if isinstance(value, tuple):
        return [_encode(item, run_id) for item in value]
    return value


def _references(value: Any) -> Iterator[str | Need]:  # noqa: ANN401 - decoded JSON
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        if "run" in value and "incarnation" in value:
            yield value["run"]
        elif "record" in value:
            yield _RECORDS[value["record"]], tuple(value["key"])
            # The command names its run, unless it names a result that is gone.
            if value.get("run"):
                yield value["run"]
        else:
            yield from _references(list(value.values()))


class _Decoder:
    """Decodes a stored answer, with the runs and records of the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def outcome(self, entry: dict[str, Any]) -> Outcome:
        kind = _OUTCOMES[entry["outcome"]]
        if kind is JobsClaimed:
            entry = {**entry, "jobs": [job for job in entry["jobs"] if self._is_stored(job)]}
        try:
            named = {field.name: self._field(field.name, entry[field.name]) for field in fields(kind)}
        except ProblemError as refusal:
            return refusal.problem
        if "replayed" in named:
            named["replayed"] = True
        return cast("Outcome", kind(**named))

    def _field(self, name: str, value: Any) -> Any:  # noqa: ANN401 - decoded JSON
        if isinstance(value, list):
            return tuple(self._field(name, item) for item in value)
        if isinstance(value, dict):
            return self._object(value)
        return _ENUMS[name](value) if name in _ENUMS else value

    def _object(self, value: dict[str, Any]) -> Any:  # noqa: ANN401 - a run, a record or an outcome
        if "outcome" in value:
            return self.outcome(value)
        if "record" in value:
            kind, key = value["record"], value["key"]
            record = self._workspace.records(_RECORDS[kind]).get(tuple(key))
            if kind == Runtime.__name__ and record is None:
                # A runtime need not exist: of one that was deleted, nothing is known.
                return Runtime(*key)
            if "run" in value:
                self._check_owner(value["run"], key)
            if record is None or self._is_deleted(record):
                raise ProblemError(NotFound(kind, next((name for name in key if isinstance(name, str)), str(key[-1]))))
            return record
        run = self._workspace.runs.get(value["run"])
        if run is None or run.incarnation != value["incarnation"]:
            raise ProblemError(NotFound("Run", value["run"]))
        return run

    def _is_stored(self, reference: dict[str, Any]) -> bool:
        """Tell whether the record exists: a claim's jobs may be deleted one by one."""
        kind = _RECORDS[reference["record"]]
        return self._workspace.records(kind).get(tuple(reference["key"])) is not None

    def _check_owner(self, run_id: str, key: list[Any]) -> None:
        """Refuse a record of a deleted run, whose rows may not be swept yet."""
        run = self._workspace.runs.get(run_id)
        if run is None or run.incarnation != next(number for number in key if isinstance(number, int)):
            raise ProblemError(NotFound("Run", run_id))

    def _is_deleted(self, record: Any) -> bool:  # noqa: ANN401 - any record
        """Tell whether a record was deleted though its run was not."""
        if isinstance(record, Value):
            return bool(record.deleted)
        if isinstance(record, Result):
            run = self._workspace.runs.get(record.run_id)
            return run is None or record.generation != self._workspace.totals(run).generation
        return False
