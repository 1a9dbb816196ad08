"""The run: one piece of work, as the index knows it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText
from runindex.domain.lifecycle import FINISHED, RunStatus, is_allowed
from runindex.domain.problems import InvalidTransition, ProblemError, invalid
from runindex.domain.runs.retention import KEEP_ALL, Retention
from runindex.domain.texts import check_text, check_title

MAX_NAME: Final = 256
MAX_ERROR: Final = 256 * 1024
MAX_REFERENCE: Final = 256
MAX_TRACE_ID: Final = 256


class TargetType(StrEnum):
    """The kind of target that a dataset is executed against."""

    AGENT = "AGENT"
    WORKFLOW = "WORKFLOW"
    SCORER = "SCORER"
    PROCESSOR = "PROCESSOR"


@dataclass(frozen=True, slots=True)
class DatasetLink:
    """The dataset whose items a run executes, and the target it executes them against."""

    dataset_id: str
    dataset_version: Micros
    target_type: TargetType
    target_id: str
    total_items: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run at one version.

    `incarnation` is the log's sequence number of its creation. It tells apart the runs of an id that was deleted and
    created again.
    """

    id: str
    incarnation: int
    created_at: Micros
    updated_at: Micros
    status: RunStatus = RunStatus.ACTIVE
    version: int = 1
    name: str | None = None
    tags: tuple[str, ...] = ()
    metadata: JsonText | None = None
    error: str | None = None
    started_at: Micros | None = None
    finished_at: Micros | None = None
    outcome: RunStatus | None = None
    retention: Retention = KEEP_ALL
    parent_id: str | None = None
    plan_id: str | None = None
    dataset: DatasetLink | None = None
    trace_id: str | None = None

    @property
    def duration(self) -> Micros | None:
        """Return how long it took; see `duration_of`."""
        return duration_of(self.created_at, self.started_at, self.finished_at)

    def moved(self, target: RunStatus, now: Micros, error: str | None = None) -> "Run":
        """Return the run moved to `target`; refuse a move that the transition table does not have."""
        if not is_allowed(self.status, target):
            raise ProblemError(InvalidTransition(self.status, target))
        if target not in FINISHED:
            return replace(self, status=target, version=self.version + 1, updated_at=now)
        return replace(
            self,
            status=target,
            version=self.version + 1,
            updated_at=now,
            finished_at=now,
            outcome=target,
            error=error,
        )


def duration_of(created_at: Micros, started_at: Micros | None, finished_at: Micros | None) -> Micros | None:
    """Return the time from a run's start (its creation, where none was reported) to its end; None without an end."""
    if finished_at is None:
        return None
    return finished_at - (created_at if started_at is None else started_at)


def check_name(name: str | None, field: str = "name") -> str | None:
    """Return the name; refuse one that does not fit or is blank."""
    return None if name is None else check_title(name, field, MAX_NAME, "a name")


def check_error(error: str | None, target: RunStatus, field: str = "error") -> str | None:
    """Return the error of a move to `target`: FAILED needs one that is not blank, no other takes one."""
    if target is not RunStatus.FAILED:
        if error is not None:
            raise invalid("an error is given only when the run fails", field)
        return None
    if error is None or not error.strip():
        raise invalid("a run that fails needs an error that is not blank", field)
    return check_text(error, field, MAX_ERROR, "an error", least=0)


def check_trace_id(trace_id: str | None, field: str = "trace_id") -> str | None:
    """Return the id under which a tracing system knows a run or a result; refuse one that does not fit."""
    return None if trace_id is None else check_text(trace_id, field, MAX_TRACE_ID, "a trace id")


def check_dataset(dataset: DatasetLink, field: str = "dataset") -> DatasetLink:
    """Return the link; refuse references that do not fit or are blank, and a negative number of items."""
    check_title(dataset.dataset_id, f"{field}.dataset_id", MAX_REFERENCE, "a reference")
    check_title(dataset.target_id, f"{field}.target_id", MAX_REFERENCE, "a reference")
    if dataset.total_items < 0:
        raise invalid("must be 0 or more", f"{field}.total_items")
    return dataset
