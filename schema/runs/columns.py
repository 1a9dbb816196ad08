"""The columns of a run."""

from collections.abc import Sequence

import strawberry

from runindex.domain.instants import SECOND, Micros
from runindex.domain.json_text import loads
from runindex.domain.lifecycle import allowed_from
from runindex.domain.runs.run import duration_of
from runindex.ports.queries import Row
from schema.runs.retention import RetentionPolicy, retention_policy
from schema.typesystem.enums import RunStatus
from schema.typesystem.fields import column, computed
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json


def _next_statuses(status: str) -> Sequence[RunStatus]:
    return allowed_from(RunStatus(status))


def _seconds(created_at: Micros, started_at: Micros | None, finished_at: Micros | None) -> float | None:
    length = duration_of(created_at, started_at, finished_at)
    return None if length is None else length / SECOND


@strawberry.type
class RunColumns(Node):
    """The fields of a run that its row answers."""

    row: strawberry.Private[Row]

    id: strawberry.ID = column("id", description="A UUID, or `default`.")
    name: str | None = column("name", description="What people call it.")
    status: RunStatus = column("status", description="Where it stands.")
    version: int = column(
        "version",
        description=(
            "1 at creation, +1 with each change of the run itself "
            "(status, start, name, metadata, tags, retention); gapless."
        ),
    )
    tags: list[str] = column("tags", loads, description="In the order first added; no duplicates; case-sensitive.")
    metadata: Json | None = column(
        "metadata",
        description=(
            "A JSON object, or null. Keys starting with `_strata_` or `_runindex_` are reserved and never appear here."
        ),
    )
    error: str | None = column("error", description="Set by failRun only; kept when the run is archived.")
    created_at: DateTime = column("created_at", description="When it was created.")
    updated_at: DateTime = column(
        "updated_at", description="When it last changed; moves with `version`, not with results, data or children."
    )
    started_at: DateTime | None = column(
        "started_at",
        description="First time work was reported: startRun, the first result, or the first boundary receipt.",
    )
    finished_at: DateTime | None = column(
        "finished_at", description="When the run became COMPLETED, FAILED or CANCELLED; kept when archived."
    )
    outcome: RunStatus | None = column(
        "outcome",
        description=(
            "COMPLETED, FAILED or CANCELLED: how the run ended. "
            "Kept when archived; null while open or when archived unfinished."
        ),
    )
    allowed_transitions: list[RunStatus] = computed(
        _next_statuses, needs=("status",), description="Statuses that it may move to now, in enum order."
    )
    retention: RetentionPolicy = computed(
        retention_policy,
        needs=("retention_kind", "retention_value"),
        description="How much of its history compaction keeps.",
    )
    duration: float | None = computed(
        _seconds,
        needs=("created_at", "started_at", "finished_at"),
        description=(
            "Seconds from `startedAt` (`createdAt` where no start was reported) to `finishedAt`; "
            "null while it is open, and when archived unfinished."
        ),
    )
    parent_id: strawberry.ID | None = column(
        "parent_id", description="The parent as recorded. It may dangle: deleting a parent leaves its children."
    )
    trace_id: str | None = column("trace_id", description="The id under which a tracing system knows it.")
