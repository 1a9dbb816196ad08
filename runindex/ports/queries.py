"""Queries for runs, as values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Protocol, TypeAlias

from runindex.domain.runs.filters import RunFilter

Columns: TypeAlias = frozenset[str]


class Row(Protocol):
    """A row of columns, as a driver has it or as a mapping of its values.

    Statuses are their names, tags and metadata JSON text, times microseconds since the epoch.
    """

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - of each column's type
        """Return the value of a column."""
        ...

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""
        ...


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
# The column in which rows have the sort key of a metadata value (`domain.runs.sort_keys`).
SORT_KEY: Final = "sort_key"
INCARNATION: Final[Columns] = frozenset({"incarnation"})


class RunOrderField(StrEnum):
    """The field that orders a list; runs that have no value there come last, in either direction."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    FINISHED_AT = "FINISHED_AT"
    STARTED_AT = "STARTED_AT"
    NAME = "NAME"
    DURATION = "DURATION"
    METADATA = "METADATA"

    @property
    def column(self) -> str:
        """Return the column of the field; for METADATA it is none of a run's own, but the value's sort key."""
        return SORT_KEY if self is RunOrderField.METADATA else self.value.lower()

    @property
    def is_nullable(self) -> bool:
        """Tell whether a run may have no value there."""
        return self not in (RunOrderField.CREATED_AT, RunOrderField.UPDATED_AT)

    @property
    def is_text(self) -> bool:
        """Tell whether the values are texts, and not numbers."""
        return self in (RunOrderField.NAME, RunOrderField.METADATA)


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


class RunGroupField(StrEnum):
    """The field that groups runs in figures."""

    TAG = "TAG"
    DATASET = "DATASET"
    TARGET = "TARGET"
    NAME = "NAME"


class DistinctField(StrEnum):
    """A field of runs whose distinct values are read from an index."""

    NAME = "name"
    DATASET = "dataset_id"
    TARGET = "target_id"


@dataclass(frozen=True, slots=True)
class RunOrder:
    """An order of runs; ties are broken by id in the same direction. `path` are the keys to a value, for METADATA."""

    field: RunOrderField = RunOrderField.CREATED_AT
    direction: OrderDirection = OrderDirection.DESC
    path: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        """Return the text that cursors of lists are bound to: the path shows only where there is one."""
        path = "" if self.path is None else f", path={self.path!r}"
        return f"RunOrder(field={self.field!r}, direction={self.direction!r}{path})"

    @property
    def shape(self) -> "RunOrder":
        """Return the order without the path, on whose value no statement's text depends."""
        return self if self.path is None else replace(self, path=None)


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
    """A list of runs. `filter` hides nothing by itself: apply `domain.runs.filters.visible` first.

    With a `path`, which does not go with an order by METADATA, rows also have the sort key of the value there.
    """

    filter: RunFilter
    window: Window
    columns: Columns
    order: RunOrder = NEWEST_FIRST
    path: tuple[str, ...] | None = None
