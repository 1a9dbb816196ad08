"""Outcomes of commands as members of the API's unions."""

from typing import cast

import strawberry

from runindex.commands.outcomes import BulkApplied, Outcome, RunApplied, RunDeleted
from runindex.domain.problems import PROBLEMS
from runindex.ports.rows import row_of
from runindex.streams.cursors import log_cursor
from schema.problems import problem
from schema.runs.outcomes import (
    BulkDeletionOutcome,
    BulkDeletionPayload,
    BulkRunOutcome,
    BulkRunPayload,
    RunDeletion,
    RunDeletionOutcome,
    RunOutcome,
    RunPayload,
)
from schema.runs.run import Run


def run_outcome(outcome: Outcome, epoch: str) -> RunOutcome:
    """Return what became of one run's change; `epoch` is the log's."""
    if isinstance(outcome, PROBLEMS):
        return problem(outcome)
    applied = cast("RunApplied", outcome)
    return RunPayload(
        run=Run(row=row_of(applied.run)),
        version=applied.version,
        cursor=log_cursor(epoch, applied.seq),
        replayed=applied.replayed,
    )


def deletion_outcome(outcome: Outcome, epoch: str) -> RunDeletionOutcome:
    """Return what became of one run's deletion."""
    if isinstance(outcome, PROBLEMS):
        return cast("RunDeletionOutcome", problem(outcome))
    deleted = cast("RunDeleted", outcome)
    return RunDeletion(
        id=strawberry.ID(deleted.id),
        version=deleted.version,
        cursor=log_cursor(epoch, deleted.seq),
        replayed=deleted.replayed,
        results=deleted.results,
        values=deleted.values,
        events=deleted.events,
        cells=deleted.cells,
        documents=deleted.documents,
        receipts=deleted.receipts,
    )


def bulk_run_outcome(outcome: Outcome, epoch: str) -> BulkRunOutcome:
    """Return what became of many runs' changes."""
    if isinstance(outcome, PROBLEMS):
        return cast("BulkRunOutcome", problem(outcome))
    applied = cast("BulkApplied", outcome)
    return BulkRunPayload(
        succeeded=applied.succeeded,
        failed=len(applied.outcomes) - applied.succeeded,
        outcomes=[run_outcome(entry, epoch) for entry in applied.outcomes],
        replayed=applied.replayed,
    )


def bulk_deletion_outcome(outcome: Outcome, epoch: str) -> BulkDeletionOutcome:
    """Return what became of many runs' deletions."""
    if isinstance(outcome, PROBLEMS):
        return cast("BulkDeletionOutcome", problem(outcome))
    applied = cast("BulkApplied", outcome)
    return BulkDeletionPayload(
        deleted=applied.succeeded,
        failed=len(applied.outcomes) - applied.succeeded,
        outcomes=[deletion_outcome(entry, epoch) for entry in applied.outcomes],
        replayed=applied.replayed,
    )
