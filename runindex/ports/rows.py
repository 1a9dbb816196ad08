"""Runs and records as rows of columns, and back."""

import json
from typing import Any

from runindex.domain import json_text
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.retention import KEEP_ALL, Retention, RetentionKind
from runindex.domain.runs.run import DatasetLink, Run, TargetType
from runindex.ports.queries import Row


def row_of(run: Run) -> dict[str, Any]:
    """Return a run as a row with all columns."""
    dataset = run.dataset
    # Every write passes here; `str` of a StrEnum is plain text, and twice as fast as its `value`.
    return {
        "id": run.id,
        "incarnation": run.incarnation,
        "version": run.version,
        "status": str(run.status),
        "name": run.name,
        "tags": json_text.dumps(run.tags),
        "metadata": run.metadata,
        "error": run.error,
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": None if run.outcome is None else str(run.outcome),
        "retention_kind": str(run.retention.kind),
        "retention_value": run.retention.value,
        "parent_id": run.parent_id,
        "plan_id": run.plan_id,
        "dataset_id": None if dataset is None else dataset.dataset_id,
        "dataset_version": None if dataset is None else dataset.dataset_version,
        "target_type": None if dataset is None else str(dataset.target_type),
        "target_id": None if dataset is None else dataset.target_id,
        "total_items": None if dataset is None else dataset.total_items,
        "trace_id": run.trace_id,
    }


def record_row(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any flat dataclass with slots
    """Return a record as a row: its fields by name."""
    return {name: getattr(record, name) for name in record.__slots__}


def run_of(row: Row) -> Run:
    """Return the run of a row with all columns."""
    outcome = row["outcome"]
    return Run(
        id=row["id"],
        incarnation=row["incarnation"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        status=_STATUSES[row["status"]],
        version=row["version"],
        name=row["name"],
        tags=tags_of(row["tags"]),
        metadata=row["metadata"],
        error=row["error"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        outcome=None if outcome is None else _STATUSES[outcome],
        retention=retention_of(row),
        parent_id=row["parent_id"],
        plan_id=row["plan_id"],
        dataset=_dataset_of(row),
        trace_id=row["trace_id"],
    )


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags of a JSON array."""
    return () if text == "[]" else tuple(json.loads(text))


def retention_of(row: Row) -> Retention:
    """Return the retention policy of a row."""
    kind = row["retention_kind"]
    return KEEP_ALL if kind == "KEEP_ALL" else Retention(RetentionKind(kind), row["retention_value"])


_STATUSES = {status.value: status for status in RunStatus}


def _dataset_of(row: Row) -> DatasetLink | None:
    if row["dataset_id"] is None:
        return None
    return DatasetLink(
        row["dataset_id"],
        row["dataset_version"],
        TargetType(row["target_type"]),
        row["target_id"],
        row["total_items"],
    )
