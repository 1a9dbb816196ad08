"""Dataset runs: the status and the counts that follow from the run's own."""

from enum import StrEnum

from runindex.domain.instants import Micros
from runindex.domain.lifecycle import OPEN, RunStatus


class DatasetRunStatus(StrEnum):
    """The status of the execution of a dataset."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


def dataset_status(status: RunStatus, started_at: Micros | None, outcome: RunStatus | None) -> DatasetRunStatus:
    """Return the status that follows from the run's own; a run archived without an outcome counts as cancelled."""
    if status in OPEN:
        return DatasetRunStatus.PENDING if started_at is None else DatasetRunStatus.RUNNING
    return DatasetRunStatus.CANCELLED if outcome is None else DatasetRunStatus(outcome.value)


def skipped_items(status: RunStatus, total: int, reported: int) -> int:
    """Return how many items have no result: 0 while the run is open."""
    return 0 if status in OPEN else max(0, total - reported)
