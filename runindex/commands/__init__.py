"""Commands: mutations as values.

`checked` checks the input alone, without the storage, and returns the command with its ids in stored form. What depends
on stored state is decided in `runindex.decisions`, on the runs and records that `run_ids` and `needs` name.
"""

from runindex.commands.base import MAX_REASON, AnyCommand, Command, RunCommand
from runindex.commands.jobs import AcknowledgeJob, ClaimJobs, EnqueueJob, FailJob, JobCommand
from runindex.commands.plans import CreatePlan, DeletePlan, PlanCommand, StartPlan, UpdatePlan
from runindex.commands.results import DeleteResults, RecordResult, RecordResults
from runindex.commands.reviews import AnnotateResult, Attempt, ReviewCommand, ScoreResult
from runindex.commands.run_data import (
    AppendEvents,
    DeleteValues,
    DocumentVerb,
    EventEntry,
    PutValues,
    RunDataCommand,
    SetCell,
    ValueEntry,
    WriteDocument,
)
from runindex.commands.runs import (
    MAX_BULK,
    AddTags,
    BulkCommand,
    BulkMode,
    CreateRun,
    DeleteRun,
    DeleteRuns,
    MetadataVerb,
    RemoveTags,
    RenameRun,
    RunSelector,
    SetRetention,
    StartRun,
    TransitionRun,
    TransitionRuns,
    UpdateMetadata,
)
from runindex.commands.runtimes import (
    ApplyBoundary,
    CommitBoundary,
    CommitLifecycle,
    InputUpdate,
    PersistInput,
    RuntimeCommand,
)

__all__ = [
    "MAX_BULK",
    "MAX_REASON",
    "AcknowledgeJob",
    "AddTags",
    "AnnotateResult",
    "AnyCommand",
    "AppendEvents",
    "ApplyBoundary",
    "Attempt",
    "BulkCommand",
    "BulkMode",
    "ClaimJobs",
    "Command",
    "CommitBoundary",
    "CommitLifecycle",
    "CreatePlan",
    "CreateRun",
    "DeletePlan",
    "DeleteResults",
    "DeleteRun",
    "DeleteRuns",
    "DeleteValues",
    "DocumentVerb",
    "EnqueueJob",
    "EventEntry",
    "FailJob",
    "InputUpdate",
    "JobCommand",
    "MetadataVerb",
    "PersistInput",
    "PlanCommand",
    "PutValues",
    "RecordResult",
    "RecordResults",
    "RemoveTags",
    "RenameRun",
    "ReviewCommand",
    "RunCommand",
    "RunDataCommand",
    "RunSelector",
    "RuntimeCommand",
    "ScoreResult",
    "SetCell",
    "SetRetention",
    "StartPlan",
    "StartRun",
    "TransitionRun",
    "TransitionRuns",
    "UpdateMetadata",
    "UpdatePlan",
    "ValueEntry",
    "WriteDocument",
]
