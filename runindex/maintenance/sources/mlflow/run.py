"""A run as MLflow's stores have it, and what RunIndex makes of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from runindex.commands import ImportRun, Move
from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.metadata import MAX_BYTES
from runindex.domain.runs.run import MAX_NAME
from runindex.domain.runs.tags import MAX_LENGTH, MAX_TAGS
from runindex.maintenance.sources.source import plain, run_id_from, shortened

NAMESPACE: Final = "mlflow"
PARENT: Final = "mlflow.parentRunId"
RUN_NAME: Final = "mlflow.runName"
# MLflow's own tags, which are about a run and not of its user.
RESERVED: Final = "mlflow."
FAILED: Final = "FAILED in MLflow"
_OUTCOMES: Final = {
    "FINISHED": RunStatus.COMPLETED,
    "FAILED": RunStatus.FAILED,
    "KILLED": RunStatus.CANCELLED,
}
_MILLISECOND: Final = 1000
# Room for what is left out, and for the names around it.
_SPARE: Final = 1024


@dataclass(frozen=True, slots=True)
class MlflowRun:
    """A run. Times are milliseconds since the Unix epoch; `metrics` are the last values."""

    run_id: str
    status: str
    start_time: int | None
    end_time: int | None
    deleted_time: int | None = None
    is_deleted: bool = False
    name: str | None = None
    user: str | None = None
    artifacts: str | None = None
    experiment_id: str = ""
    experiment: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def id_of(run_id: str) -> str:
    """Return the id under which a run of MLflow is imported."""
    return run_id_from(run_id, NAMESPACE)


def parent_of(tag: str | None) -> str | None:
    """Return the parent's id by the tag that names it."""
    return id_of(tag.strip()) if tag and tag.strip() else None


def import_of(run: MlflowRun) -> ImportRun:
    """Return the import of a run; one that was deleted in MLflow is archived."""
    name = plain(run.name or run.tags.get(RUN_NAME) or "")
    created = _micros(run.start_time) if run.start_time is not None else _micros(run.end_time)
    return ImportRun(
        id=id_of(run.run_id),
        parent_id=parent_of(run.tags.get(PARENT)),
        may_lack_parent=True,
        name=shortened(name, MAX_NAME) if name.strip() else None,
        tags=_tags(run),
        metadata=_metadata(run),
        created_at=created,
        started_at=None if run.status == "SCHEDULED" else created,
        moves=_moves(run, created),
    )


def _moves(run: MlflowRun, created: Micros | None) -> tuple[Move, ...]:
    """Return the moves to its status, none of them before the last: a time that is missing is that of the one before.

    A run that runs is ACTIVE.
    """
    moves, last = [], created
    outcome = _OUTCOMES.get(run.status)
    if outcome is not None:
        last = _latest(last, _micros(run.end_time))
        moves.append(Move(outcome, last, FAILED if outcome is RunStatus.FAILED else None))
    if run.is_deleted:
        moves.append(Move(RunStatus.ARCHIVED, _latest(last, _micros(run.deleted_time))))
    return tuple(moves)


def _latest(*instants: Micros | None) -> Micros | None:
    return max((instant for instant in instants if instant is not None), default=None)


def _micros(milliseconds: int | None) -> Micros | None:
    return None if milliseconds is None else milliseconds * _MILLISECOND


def _tags(run: MlflowRun) -> tuple[str, ...]:
    """Return the experiment and the user's own tags, each as `key:value`."""
    own = {"experiment": run.experiment or run.experiment_id}
    own |= {key: value for key, value in run.tags.items() if not key.startswith(RESERVED)}
    return tuple(shortened(plain(f"{key}:{value}"), MAX_LENGTH) for key, value in own.items())[:MAX_TAGS]


def _metadata(run: MlflowRun) -> dict[str, Any]:
    """Return params, last metrics, all tags, and what else MLflow has; of too much, the longest texts are left out."""
    about = {
        "runId": run.run_id,
        "experimentId": run.experiment_id,
        "experiment": run.experiment,
        "userId": run.user,
        "artifactUri": run.artifacts,
    }
    metadata: dict[str, Any] = {
        "mlflow": {key: plain(value) for key, value in about.items() if value},
        "params": _plain(run.params, plain),
        "metrics": _plain(run.metrics, _number),
        "tags": _plain(run.tags, plain),
    }
    left_out = _left_out(metadata)
    if left_out:
        metadata["mlflow"]["leftOut"] = left_out
    return {key: value for key, value in metadata.items() if value}


def _plain(values: Mapping[str, Any], convert: Callable[[Any], Any]) -> dict[str, Any]:
    return {plain(key): convert(values[key]) for key in sorted(values)}


def _number(value: float) -> float | str:
    """Return a metric; what is no number of JSON is a text."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else f"{'-' if value < 0 else ''}Infinity"


def _left_out(metadata: dict[str, Any]) -> int:
    """Remove the longest params and tags until the metadata fits; return how many."""
    excess = len(json_text.dumps(metadata).encode()) - (MAX_BYTES - _SPARE)
    if excess <= 0:
        return 0
    sizes = [
        (len(json_text.dumps(value).encode()) + len(json_text.dumps(key).encode()) + 2, part, key)
        for part in ("params", "tags", "metrics")
        for key, value in metadata[part].items()
    ]
    number = 0
    for size, part, key in sorted(sizes, reverse=True):
        if excess <= 0:
            break
        del metadata[part][key]
        excess -= size
        number += 1
    return number
