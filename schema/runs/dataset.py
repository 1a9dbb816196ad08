"""The dataset side of a run."""

from typing import Final

import strawberry

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.dataset import dataset_status, skipped_items
from runindex.ports.queries import Columns, Row
from schema.typesystem.enums import DatasetRunStatus, TargetType
from schema.typesystem.fields import column, computed
from schema.typesystem.scalars import DateTime

# Columns of a `DatasetRun` that come from the totals, not from the run.
COUNTS: Final[Columns] = frozenset({"succeeded", "failed"})
# Columns of a `DatasetRun` that come from the run.
DATASET_COLUMNS: Final = (
    "dataset_id",
    "dataset_version",
    "target_type",
    "target_id",
    "total_items",
    "status",
    "outcome",
    "started_at",
    "finished_at",
)


def _status(status: str, started_at: int | None, outcome: str | None) -> DatasetRunStatus:
    return dataset_status(RunStatus(status), started_at, None if outcome is None else RunStatus(outcome))


def _skipped(status: str, total: int, succeeded: int, failed: int) -> int:
    return skipped_items(RunStatus(status), total, succeeded + failed)


@strawberry.type(
    description=(
        "The dataset side of a run that executes a dataset's items against a target. "
        "Counts are per item and move with each recorded result."
    )
)
class DatasetRun:
    """A run's row, with the selected counts."""

    row: strawberry.Private[Row]

    dataset_id: str = column("dataset_id", description="The dataset.")
    dataset_version: DateTime = column("dataset_version", description="The instant that names the dataset's version.")
    target_type: TargetType = column("target_type", description="What kind of target it is.")
    target_id: str = column("target_id", description="The target.")
    status: DatasetRunStatus = computed(
        _status, needs=("status", "started_at", "outcome"), description="Derived from the run's own state."
    )
    total_items: int = column("total_items", description="How many items the dataset has; fixed at creation.")
    succeeded_count: int = column("succeeded", description="Items with at least one attempt without error.")
    failed_count: int = column("failed", description="Items whose every attempt has an error.")
    skipped_count: int = computed(
        _skipped,
        needs=("status", "total_items", "succeeded", "failed"),
        description="Known once the run is closed: items never reported. 0 while open.",
    )
    started_at: DateTime | None = column("started_at", description="When the run started.")
    completed_at: DateTime | None = column(
        "finished_at", description="When the run became COMPLETED, FAILED or CANCELLED."
    )
