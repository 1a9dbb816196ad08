"""The enums of the core in the API, with descriptions.

Import enums for annotations from here: of one that was not exposed, Strawberry makes a definition without descriptions.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from runindex.commands import BulkMode
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ProblemCode
from runindex.domain.records.jobs import JobStatus
from runindex.domain.records.results import ItemStatus
from runindex.domain.runs.changes import Membership, RunChangeKind
from runindex.domain.runs.dataset import DatasetRunStatus
from runindex.domain.runs.filters import MetadataOperator
from runindex.domain.runs.run import TargetType
from runindex.domain.runs.timeline import TimelineInterval
from runindex.ports.queries import (
    JobOrderField,
    OrderDirection,
    PlanOrderField,
    RunGroupField,
    RunGroupKey,
    RunOrderField,
)

__all__ = [
    "BulkMode",
    "ConstraintReason",
    "DatasetRunStatus",
    "ItemStatus",
    "JobOrderField",
    "JobStatus",
    "Membership",
    "MetadataOperator",
    "OrderDirection",
    "PlanOrderField",
    "ProblemCode",
    "RunChangeKind",
    "RunGroupField",
    "RunGroupKey",
    "RunOrderField",
    "RunStatus",
    "TargetType",
    "TimelineInterval",
]


def expose(enum: type[Enum], description: str, meanings: Mapping[Any, str]) -> None:
    """Make an enum part of the API, with descriptions of it and of its members."""
    exposed: Any = strawberry.enum(enum, description=description)
    for value in exposed.__strawberry_definition__.values:
        value.description = meanings[value.value]


expose(
    RunStatus,
    "Where a run stands.",
    {
        RunStatus.ACTIVE: "The work may go on: the state of a new run.",
        RunStatus.PAUSED: "The work is suspended.",
        RunStatus.COMPLETED: "The work ended well.",
        RunStatus.FAILED: "The work ended with an error.",
        RunStatus.CANCELLED: "The work was called off.",
        RunStatus.ARCHIVED: "Put away: its data is kept, normal queries no longer show it.",
    },
)
expose(
    OrderDirection,
    "Up or down.",
    {OrderDirection.ASC: "Smallest or oldest first.", OrderDirection.DESC: "Largest or newest first."},
)
expose(
    RunOrderField,
    "What a list of runs is ordered by.",
    {
        RunOrderField.CREATED_AT: "When the run was created.",
        RunOrderField.UPDATED_AT: "When the run last changed.",
        RunOrderField.FINISHED_AT: "When the run finished.",
        RunOrderField.STARTED_AT: "When the run started; those that did not come last.",
        RunOrderField.NAME: "The run's name, by code point; those without one come last.",
        RunOrderField.DURATION: "How long the run took; those that have not finished come last.",
        RunOrderField.METADATA: (
            "The value at `path`: booleans, then numbers, then texts by their first 256 characters. What has another "
            "value there, or none, comes last. All that match are sorted for each page."
        ),
    },
)
expose(
    PlanOrderField,
    "What a list of plans is ordered by.",
    {
        PlanOrderField.CREATED_AT: "When the plan was created.",
        PlanOrderField.UPDATED_AT: "When the plan last changed.",
        PlanOrderField.NAME: "The plan's name, by code point.",
    },
)
expose(
    JobOrderField,
    "What a list of jobs is ordered by.",
    {
        JobOrderField.CREATED_AT: "When the job was enqueued.",
        JobOrderField.RUN_AT: "Since when the job is due.",
        JobOrderField.PRIORITY: "The job's priority.",
    },
)
expose(
    TargetType,
    "What a dataset is run against.",
    {
        TargetType.AGENT: "An agent.",
        TargetType.WORKFLOW: "A workflow.",
        TargetType.SCORER: "A scorer.",
        TargetType.PROCESSOR: "A processor.",
    },
)
expose(
    DatasetRunStatus,
    "PENDING: open, not started. RUNNING: open, started. COMPLETED, FAILED: the run's outcome. "
    "CANCELLED: the run's outcome.",
    {
        DatasetRunStatus.PENDING: "The run is open and was not started.",
        DatasetRunStatus.RUNNING: "The run is open and was started.",
        DatasetRunStatus.COMPLETED: "The run completed.",
        DatasetRunStatus.FAILED: "The run failed.",
        DatasetRunStatus.CANCELLED: "The run was cancelled, or archived while it was open.",
    },
)
expose(
    JobStatus,
    "Where a job stands.",
    {
        JobStatus.PENDING: "It waits for its first attempt.",
        JobStatus.RUNNING: "It was claimed: an executor has it, or had it until its lease lapsed.",
        JobStatus.RETRYING: "An attempt failed; it waits for the next one.",
        JobStatus.COMPLETED: "It was acknowledged.",
        JobStatus.FAILED: "It failed for good.",
    },
)
expose(
    MetadataOperator,
    "How a metadata value is compared.",
    {
        MetadataOperator.EQ: "Equal to the value.",
        MetadataOperator.NE: "There, and not equal to the value.",
        MetadataOperator.LT: "Less than the value.",
        MetadataOperator.LTE: "Less than the value or equal to it.",
        MetadataOperator.GT: "Greater than the value.",
        MetadataOperator.GTE: "Greater than the value or equal to it.",
        MetadataOperator.IN: "Equal to one of the values of a list.",
        MetadataOperator.EXISTS: "There, null included.",
        MetadataOperator.MISSING: "Not there.",
    },
)
expose(
    RunGroupKey,
    "What runs are grouped by.",
    {
        RunGroupKey.STATUS: "Their status; archived runs have a group of their own.",
        RunGroupKey.TAG: "Their tags: a run counts once under each.",
        RunGroupKey.DATASET: "The dataset that they execute.",
        RunGroupKey.TARGET: "The target that they execute a dataset against.",
        RunGroupKey.PARENT: "Their recorded parent.",
    },
)
expose(
    RunGroupField,
    "What runs are grouped by in figures.",
    {
        RunGroupField.TAG: "Their tags: a run counts once under each.",
        RunGroupField.DATASET: "The dataset that they execute.",
        RunGroupField.TARGET: "The target that they execute a dataset against.",
        RunGroupField.NAME: "Their name.",
    },
)
expose(
    ItemStatus,
    "How the last attempt at an item ended.",
    {
        ItemStatus.SUCCEEDED: "It has no error.",
        ItemStatus.FAILED: "It has an error.",
        ItemStatus.MISSING: "There is none.",
    },
)
expose(
    TimelineInterval,
    "The length of a bucket, in UTC.",
    {
        TimelineInterval.MINUTE: "A minute.",
        TimelineInterval.HOUR: "An hour.",
        TimelineInterval.DAY: "A day.",
        TimelineInterval.WEEK: "A week, starting on Monday.",
    },
)
expose(
    RunChangeKind,
    "What a change was about.",
    {
        RunChangeKind.CREATED: "The run was created.",
        RunChangeKind.STARTED: "Work was reported for the first time.",
        RunChangeKind.STATUS: "The run moved to another status.",
        RunChangeKind.NAME: "The run was named anew.",
        RunChangeKind.METADATA: "Metadata was replaced, patched or cleared.",
        RunChangeKind.TAGS: "Tags were added or removed.",
        RunChangeKind.RETENTION: "The retention policy was set.",
        RunChangeKind.DELETED: "The run was deleted.",
    },
)
expose(
    Membership,
    "How a change looks through a filter.",
    {
        Membership.ENTERED: "The run matches since this change.",
        Membership.UPDATED: "The run matched before and does so still.",
        Membership.LEFT: "The run matches no longer.",
    },
)
expose(
    ProblemCode,
    "What kind of problem it is.",
    {
        ProblemCode.NOT_FOUND: "There is no such thing.",
        ProblemCode.INVALID_TRANSITION: "The transition table has no such move.",
        ProblemCode.CONSTRAINT_VIOLATION: "A rule other than the transition table stands in the way.",
        ProblemCode.VERSION_CONFLICT: "The thing has another version than was expected.",
        ProblemCode.IDEMPOTENCY_CONFLICT: "The idempotency key was used with another input.",
        ProblemCode.INVALID_INPUT: "The input itself is wrong.",
    },
)
expose(
    ConstraintReason,
    "Which constraint stood in the way.",
    {
        ConstraintReason.ALREADY_EXISTS: "The id is taken.",
        ConstraintReason.DEFAULT_RUN: "The default run is immortal.",
        ConstraintReason.RUN_CLOSED: "The run takes no more work.",
        ConstraintReason.RESERVED_KEY: "A metadata key starts with a reserved prefix.",
        ConstraintReason.METADATA_NOT_OBJECT: "Metadata is a JSON object or null.",
        ConstraintReason.LIMIT_EXCEEDED: "Too large, too deep or too many.",
        ConstraintReason.DUPLICATE_RECEIPT: "There is a receipt with that key.",
        ConstraintReason.DUPLICATE_RESULT: "The attempt was recorded with other content or under another id.",
        ConstraintReason.BAD_SNAPSHOT: "The snapshot is not JSON with a list `messages`.",
        ConstraintReason.LEASE_LOST: "The job is no longer the caller's.",
        ConstraintReason.JOB_RUNNING: "An executor holds the job.",
    },
)
expose(
    BulkMode,
    "Whether the entries of a bulk mutation stand alone or fall together.",
    {
        BulkMode.BEST_EFFORT: "Each on its own.",
        BulkMode.ATOMIC: "All or none: on the first problem nothing changes and every other entry says so.",
    },
)
