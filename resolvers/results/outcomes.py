"""Outcomes of commands on a run's results and data as members of the API's unions (see `resolvers.runs.outcomes`)."""

from typing import cast

import strawberry

from runindex.commands.outcomes import (
    CellSet,
    DocumentWritten,
    EventsAppended,
    Outcome,
    ResultRecorded,
    ResultsDeleted,
    ResultsRecorded,
    ValuesDeleted,
    ValuesPut,
)
from runindex.domain.problems import PROBLEMS
from runindex.ports.rows import record_row
from schema.problems import problem
from schema.results.outcomes import (
    ResultDeletion,
    ResultDeletionOutcome,
    RunResultOutcome,
    RunResultPayload,
    RunResultsOutcome,
    RunResultsPayload,
)
from schema.results.types import RunResult
from schema.run_data.documents import RunCell, RunDocument
from schema.run_data.events import RunEvent
from schema.run_data.outcomes import (
    RunCellOutcome,
    RunCellPayload,
    RunDocumentOutcome,
    RunDocumentPayload,
    RunEventsOutcome,
    RunEventsPayload,
    RunValueDeletion,
    RunValueDeletionOutcome,
    RunValuesOutcome,
    RunValuesPayload,
)
from schema.run_data.values import RunValue


def result_outcome(outcome: Outcome, epoch: str) -> RunResultOutcome:
    """Return what became of one result."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunResultOutcome", problem(outcome))
    recorded = cast("ResultRecorded", outcome)
    return RunResultPayload(result=RunResult(row=record_row(recorded.result)), replayed=recorded.replayed)


def results_outcome(outcome: Outcome, epoch: str) -> RunResultsOutcome:
    """Return what became of many results."""
    if isinstance(outcome, PROBLEMS):
        return cast("RunResultsOutcome", problem(outcome))
    recorded = cast("ResultsRecorded", outcome)
    return RunResultsPayload(
        recorded=recorded.recorded,
        failed=len(recorded.outcomes) - recorded.recorded,
        outcomes=[result_outcome(entry, epoch) for entry in recorded.outcomes],
        replayed=recorded.replayed,
    )


def result_deletion_outcome(outcome: Outcome, epoch: str) -> ResultDeletionOutcome:
    """Return what became of the deletion of a run's results."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("ResultDeletionOutcome", problem(outcome))
    deleted = cast("ResultsDeleted", outcome)
    return ResultDeletion(run_id=strawberry.ID(deleted.run_id), deleted=deleted.deleted, replayed=deleted.replayed)


def values_outcome(outcome: Outcome, epoch: str) -> RunValuesOutcome:
    """Return what became of values to put."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunValuesOutcome", problem(outcome))
    put = cast("ValuesPut", outcome)
    return RunValuesPayload(values=[RunValue(row=record_row(value)) for value in put.values], replayed=put.replayed)


def value_deletion_outcome(outcome: Outcome, epoch: str) -> RunValueDeletionOutcome:
    """Return what became of values to delete."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunValueDeletionOutcome", problem(outcome))
    deleted = cast("ValuesDeleted", outcome)
    return RunValueDeletion(deleted=deleted.deleted, replayed=deleted.replayed)


def events_outcome(outcome: Outcome, epoch: str) -> RunEventsOutcome:
    """Return what became of events to append."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunEventsOutcome", problem(outcome))
    appended = cast("EventsAppended", outcome)
    return RunEventsPayload(
        first_sequence=appended.events[0].sequence,
        last_sequence=appended.events[-1].sequence,
        events=[RunEvent(row=record_row(event)) for event in appended.events],
        replayed=appended.replayed,
    )


def cell_outcome(outcome: Outcome, epoch: str) -> RunCellOutcome:
    """Return what became of a cell to set."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunCellOutcome", problem(outcome))
    written = cast("CellSet", outcome)
    return RunCellPayload(cell=RunCell(row=record_row(written.cell)), replayed=written.replayed)


def document_outcome(outcome: Outcome, epoch: str) -> RunDocumentOutcome:
    """Return what became of a document to write."""
    del epoch
    if isinstance(outcome, PROBLEMS):
        return cast("RunDocumentOutcome", problem(outcome))
    written = cast("DocumentWritten", outcome)
    return RunDocumentPayload(document=RunDocument(row=record_row(written.document)), replayed=written.replayed)
