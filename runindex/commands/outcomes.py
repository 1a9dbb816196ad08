"""Outcomes of commands: a committed success, or a problem that changed nothing."""

from dataclasses import dataclass
from typing import TypeAlias

from runindex.domain.problems import Problem
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Result
from runindex.domain.records.run_data import Cell, Document, Value
from runindex.domain.records.runtimes import Receipt, Runtime
from runindex.domain.records.views import View
from runindex.domain.runs.run import Run


@dataclass(frozen=True, slots=True)
class RunApplied:
    """A run was created or changed; `version` and `seq` are those of this very change."""

    run: Run
    version: int
    seq: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RunImported:
    """A run is as its source says: it was created, changed, or neither; `results` counts those that were added."""

    run: Run
    created: bool
    changes: int
    results: int = 0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RunTouched:
    """Work on a run was said to go on."""

    run: Run
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RunDeleted:
    """A run was deleted, with this many of its records."""

    id: str
    version: int
    seq: int
    results: int = 0
    values: int = 0
    events: int = 0
    cells: int = 0
    documents: int = 0
    receipts: int = 0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RunReported:
    """A report on a run was taken, or (`replayed`) had been.

    `contradicts` tells that the run ended in another way than it says, `lacks_parent` that the run has no parent though
    the report names one below which it can be made anew.
    """

    run: Run
    contradicts: bool = False
    lacks_parent: bool = False
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BulkApplied:
    """One outcome for each run, in the order of the ids given."""

    outcomes: "tuple[RunApplied | RunDeleted | Problem, ...]"
    replayed: bool = False

    @property
    def succeeded(self) -> int:
        """Return the number of entries that were applied."""
        return sum(isinstance(outcome, RunApplied | RunDeleted) for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class ResultRecorded:
    """A result is stored: by this command, or (`replayed`) before it."""

    result: Result
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ResultsRecorded:
    """One outcome for each entry, in the order given."""

    outcomes: "tuple[ResultRecorded | Problem, ...]"
    replayed: bool = False

    @property
    def recorded(self) -> int:
        """Return the number of entries that are stored."""
        return sum(isinstance(outcome, ResultRecorded) for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class ResultScored:
    """A result has these scores: since this command, or (`replayed`) before it."""

    result: Result
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ResultAnnotated:
    """A result was annotated; `version` is that of this very annotation."""

    result: Result
    version: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ResultsDeleted:
    """All results of a run were deleted."""

    run_id: str
    deleted: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ValuesPut:
    """Values were written, in the order given."""

    values: tuple[Value, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ValuesDeleted:
    """Values were deleted; `deleted` counts those that existed."""

    deleted: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class EventsAppended:
    """Events were appended, with consecutive sequence numbers."""

    events: tuple[Event, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class CellSet:
    """A cell was set."""

    cell: Cell
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class DocumentWritten:
    """A document was written."""

    document: Document
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class PlanSaved:
    """A plan was created or changed."""

    plan: Plan
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class PlanDeleted:
    """A plan was deleted."""

    id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class PlanStarted:
    """A run of a plan was created, and the job that executes it."""

    run: Run
    job: Job
    seq: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class JobSaved:
    """A job was enqueued, acknowledged or failed."""

    job: Job
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class JobsClaimed:
    """Jobs were claimed, in the order of their rank."""

    jobs: tuple[Job, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class JobDeleted:
    """A job was deleted."""

    id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BoundaryApplied:
    """A boundary was committed or applied; `runtime` is the runtime after it."""

    receipt: Receipt
    runtime: Runtime
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RuntimeSaved:
    """A runtime's state or inputs were written."""

    runtime: Runtime
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RuntimeDeleted:
    """A runtime was deleted, with its snapshot and its inputs."""

    runtime_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ViewSaved:
    """A view was created or changed."""

    view: View
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ViewDeleted:
    """A view was deleted."""

    id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RecordsDeleted:
    """One outcome for each job or runtime, in the order of the ids given."""

    outcomes: "tuple[JobDeleted | RuntimeDeleted | Problem, ...]"
    replayed: bool = False

    @property
    def deleted(self) -> int:
        """Return the number of entries that were deleted."""
        return sum(isinstance(outcome, JobDeleted | RuntimeDeleted) for outcome in self.outcomes)


Success: TypeAlias = (
    RunApplied
    | RunImported
    | RunTouched
    | RunDeleted
    | RunReported
    | BulkApplied
    | ResultRecorded
    | ResultsRecorded
    | ResultScored
    | ResultAnnotated
    | ResultsDeleted
    | ValuesPut
    | ValuesDeleted
    | EventsAppended
    | CellSet
    | DocumentWritten
    | PlanSaved
    | PlanDeleted
    | PlanStarted
    | JobSaved
    | JobsClaimed
    | BoundaryApplied
    | RuntimeSaved
    | JobDeleted
    | RuntimeDeleted
    | RecordsDeleted
    | ViewSaved
    | ViewDeleted
)
Outcome: TypeAlias = Success | Problem
