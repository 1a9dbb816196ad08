"""Payloads of the mutations of runs; `epoch` is the log's."""

from typing import cast

import strawberry

from resolvers.execution.mutate import member
from runindex.commands.outcomes import BulkApplied, RunApplied, RunDeleted, RunTouched
from runindex.domain.problems import Problem
from runindex.ports.rows import row_of
from runindex.streams.cursors import log_cursor
from schema.runs.outcomes import BulkDeletionPayload, BulkRunPayload, RunDeletion, RunPayload, RunTouchPayload
from schema.runs.run import Run


def run_payload(applied: RunApplied, epoch: str) -> RunPayload:
    """Return the payload of one run's change."""
    return RunPayload(
        run=Run(row=row_of(applied.run)),
        version=applied.version,
        cursor=log_cursor(epoch, applied.seq),
        replayed=applied.replayed,
    )


def run_touch_payload(touched: RunTouched, _: str) -> RunTouchPayload:
    """Return the payload of a run on which work goes on."""
    return RunTouchPayload(run=Run(row=row_of(touched.run)), replayed=touched.replayed)


def run_deletion(deleted: RunDeleted, epoch: str) -> RunDeletion:
    """Return the payload of one run's deletion."""
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


def bulk_run_payload(applied: BulkApplied, epoch: str) -> BulkRunPayload:
    """Return the payload of many runs' changes."""
    outcomes = cast("tuple[RunApplied | Problem, ...]", applied.outcomes)
    return BulkRunPayload(
        succeeded=applied.succeeded,
        failed=len(applied.outcomes) - applied.succeeded,
        outcomes=[member(outcome, lambda run: run_payload(run, epoch)) for outcome in outcomes],
        replayed=applied.replayed,
    )


def bulk_deletion_payload(applied: BulkApplied, epoch: str) -> BulkDeletionPayload:
    """Return the payload of many runs' deletions."""
    outcomes = cast("tuple[RunDeleted | Problem, ...]", applied.outcomes)
    return BulkDeletionPayload(
        deleted=applied.succeeded,
        failed=len(applied.outcomes) - applied.succeeded,
        outcomes=[member(outcome, lambda run: run_deletion(run, epoch)) for outcome in outcomes],
        replayed=applied.replayed,
    )
