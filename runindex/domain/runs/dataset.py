"""The dataset side of a run: what its status and its counts come to."""

from enum import StrEnum

from runindex.domain.instants import Micros
from runindex.domain.lifecycle import OPEN, RunStatus


class DatasetRunStatus(StrEnum):
    """Where the execution of a dataset stands."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


def dataset_status(status: RunStatus, started_at: Micros | None, outcome: RunStatus | None) -> DatasetRunStatus:
    """Return the status that a run's own state comes to; one that was put away without an outcome was called off."""
    if status in OPEN:
        return DatasetRunStatus.PENDING if started_at is None else DatasetRunStatus.RUNNING
    return DatasetRunStatus.CANCELLED if outcome is None else DatasetRunStatus(outcome.value)


def skipped_items(status: RunStatus, total: int, reported: int) -> int:
    """Return how many items were never reported: known once the run is closed, 0 while it is open."""
    return 0 if status in OPEN else max(0, total - reported)
