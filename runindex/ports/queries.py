"""Queries for runs, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from runindex.domain.runs.filters import RunFilter

# A row of columns. Statuses are their names, tags and metadata JSON text, times microseconds since the epoch.
Row: TypeAlias = Mapping[str, Any]
Columns: TypeAlias = frozenset[str]

RUN_COLUMNS: Final = (
    "id",
    "incarnation",
    "version",
    "status",
    "name",
    "tags",
    "metadata",
    "error",
    "created_at",
    "updated_at",
    "started_at",
    "finished_at",
    "outcome",
    "retention_kind",
    "retention_value",
    "parent_id",
    "plan_id",
    "dataset_id",
    "dataset_version",
    "target_type",
    "target_id",
    "total_items",
    "trace_id",
)
ALL_COLUMNS: Final = frozenset(RUN_COLUMNS)
INCARNATION: Final[Columns] = frozenset({"incarnation"})


class RunOrderField(StrEnum):
    """The field that orders a list; FINISHED_AT puts unfinished runs last, in either direction."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    FINISHED_AT = "FINISHED_AT"

    @property
    def column(self) -> str:
        """Return the column of the field."""
        return self.value.lower()


class PlanOrderField(StrEnum):
    """What a list of plans is ordered by; each names its column."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    NAME = "NAME"


class JobOrderField(StrEnum):
    """What a list of jobs is ordered by; each names its column."""

    CREATED_AT = "CREATED_AT"
    RUN_AT = "RUN_AT"
    PRIORITY = "PRIORITY"


class OrderDirection(StrEnum):
    """Up or down."""

    ASC = "ASC"
    DESC = "DESC"


class RunGroupKey(StrEnum):
    """The key that groups runs."""

    STATUS = "STATUS"
    TAG = "TAG"
    DATASET = "DATASET"
    TARGET = "TARGET"
    PARENT = "PARENT"


@dataclass(frozen=True, slots=True)
class RunOrder:
    """An order of runs; ties are broken by id in the same direction."""

    field: RunOrderField = RunOrderField.CREATED_AT
    direction: OrderDirection = OrderDirection.DESC


NEWEST_FIRST: Final = RunOrder()


@dataclass(frozen=True, slots=True)
class Window:
    """A window of an ordered list: at most `limit` entries strictly between two positions.

    A position is the order's values of an entry, for runs (value of the order's column or None, id). `backward` takes
    the entries nearest to `before` (or the list's end); they still come in the list's order. `offset` skips entries.
    """

    limit: int
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    backward: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class RunQuery:
    """A list of runs. `filter` hides nothing by itself: apply `domain.runs.filters.visible` first."""

    filter: RunFilter
    window: Window
    columns: Columns
    order: RunOrder = NEWEST_FIRST
