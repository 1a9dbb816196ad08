"""The targets of a filter: a run, or a run before or after a log entry."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from sqlalchemy import ColumnElement, FromClause, case, exists, false, func, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.tables.records import totals
from persistence.sql.tables.runs import changes, duration_in, run_tags, runs
from runindex.domain.lifecycle import OPEN, RunStatus
from runindex.domain.runs.changes import RunChangeKind

Clause: TypeAlias = ColumnElement[bool]


class Tags(Protocol):
    """Conditions on a run's tags; arrays are JSON texts."""

    def has(self, tag: ColumnElement[str]) -> Clause:
        """Tell whether the run has the tag."""
        ...

    def has_all(self, tags: ColumnElement[str]) -> Clause:
        """Tell whether the run has every tag of the array."""
        ...

    def has_any(self, tags: ColumnElement[str]) -> Clause:
        """Tell whether the run has some tag of the array."""
        ...

    def has_prefix(self, prefix: ColumnElement[str]) -> Clause:
        """Tell whether some tag of the run starts with the prefix."""
        ...


@dataclass(frozen=True, slots=True)
class FilterTarget:
    """A target's columns and tags; `exists` is a condition beside the filter's own."""

    columns: Mapping[str, ColumnElement[Any]]
    tags: Tags
    exists: Clause | None = None
    has_hierarchy: bool = False


class _StoredTags:
    """The tags of a row of `runs`: rows of `run_tags`, found by its primary key, or the run's own array."""

    def __init__(self, source: FromClause) -> None:
        self._source = source

    def has(self, tag: ColumnElement[str]) -> Clause:
        return self._some(lambda column: column == tag)

    def has_all(self, tags: ColumnElement[str]) -> Clause:
        return has_all_tags(self._source.c.created_at, self._source.c.id, tags)

    def has_any(self, tags: ColumnElement[str]) -> Clause:
        return self._some(lambda column: expressions.one_of(column, tags))

    def has_prefix(self, prefix: ColumnElement[str]) -> Clause:
        return expressions.array_has_prefix(self._source.c.tags, prefix)

    def _some(self, condition: Callable[[ColumnElement[str]], Clause]) -> Clause:
        # An alias: the enclosing statement may read `run_tags` too.
        mine = run_tags.alias()
        same = (mine.c.created_at == self._source.c.created_at, mine.c.run_id == self._source.c.id)
        return exists(1).select_from(mine).where(condition(mine.c.tag), *same).correlate_except(mine)


def has_all_tags(created_at: ColumnElement[int], run_id: ColumnElement[str], tags: ColumnElement[str]) -> Clause:
    """Tell whether a run, with its instant of creation, has every tag of a JSON array without repeats."""
    mine, wanted = run_tags.alias(), expressions.each(tags)
    same = (mine.c.created_at == created_at, mine.c.run_id == run_id)
    had = select(func.count()).where(*same, expressions.one_of(mine.c.tag, tags))
    number = select(func.count()).select_from(wanted)
    # Never more: the planner takes "as many" to be usual, and "equal" to be rare.
    return had.correlate_except(mine).scalar_subquery() >= number.scalar_subquery()


class _WrittenTags:
    """Tags as a JSON array in one column."""

    def __init__(self, column: ColumnElement[Any]) -> None:
        self._column = column

    def has(self, tag: ColumnElement[str]) -> Clause:
        return expressions.array_has(self._column, tag)

    def has_all(self, tags: ColumnElement[str]) -> Clause:
        return expressions.array_has_all(self._column, tags)

    def has_any(self, tags: ColumnElement[str]) -> Clause:
        return expressions.array_has_any(self._column, tags)

    def has_prefix(self, prefix: ColumnElement[str]) -> Clause:
        return expressions.array_has_prefix(self._column, prefix)


def _overwritten(kind: RunChangeKind, former: str, now: str) -> ColumnElement[Any]:
    return case((changes.c.kind == literal(f"'{kind}'"), changes.c[former]), else_=changes.c[now])


def one_of_statuses(column: ColumnElement[Any], wanted: Container[RunStatus]) -> Clause:
    """Tell whether the column is one of the statuses."""
    # Literal: there are few sets, and the planner knows how frequent each status is.
    texts: list[ColumnElement[str]] = [literal(f"'{status}'") for status in RunStatus if status in wanted]
    if not texts:
        return false()
    return column == texts[0] if len(texts) == 1 else column.in_(texts)


_WAS_OPEN: Final = one_of_statuses(changes.c.former_status, OPEN)
# As `runindex.ports.change_rows` has it: earlier releases did not write the former one.
_FORMER_START: Final = func.coalesce(
    changes.c.former_started_at,
    case((changes.c.started_at != changes.c.updated_at, changes.c.started_at), else_=None),
)
_STARTED_BEFORE: Final = case(
    (changes.c.kind == literal(f"'{RunChangeKind.STARTED}'"), _FORMER_START), else_=changes.c.started_at
)
_FINISHED_BEFORE: Final = case((_WAS_OPEN, None), else_=changes.c.finished_at)


def _duration(started_at: ColumnElement[Any], finished_at: ColumnElement[Any]) -> ColumnElement[Any]:
    return finished_at - func.coalesce(started_at, changes.c.created_at)


_FORMER_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    "status": changes.c.former_status,
    "name_folded": _overwritten(RunChangeKind.NAME, "former_name_folded", "name_folded"),
    "metadata": _overwritten(RunChangeKind.METADATA, "former_metadata", "metadata"),
    "updated_at": changes.c.former_updated_at,
    "last_activity_at": changes.c.former_updated_at,
    "started_at": _STARTED_BEFORE,
    "finished_at": _FINISHED_BEFORE,
    "duration": _duration(_STARTED_BEFORE, _FINISHED_BEFORE),
    # Only a move that closes a run gives it an error.
    "error": case((_WAS_OPEN, None), else_=changes.c.error),
}
_AFTER_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    **dict(changes.c.items()),
    "id": changes.c.run_id,
    "duration": _duration(changes.c.started_at, changes.c.finished_at),
    # The log does not tell of records.
    "last_activity_at": changes.c.updated_at,
}


def run_in(source: FromClause) -> FilterTarget:
    """Return the runs of `runs`, or of an alias of it, as a target."""
    columns = {**dict(source.c.items()), "duration": duration_in(source), "last_activity_at": _last_activity(source)}
    return FilterTarget(MappingProxyType(columns), _StoredTags(source), has_hierarchy=True)


def _last_activity(source: FromClause) -> ColumnElement[Any]:
    """Return when a run, or any of its records, was last written."""
    changed_at, mine = source.c.updated_at, totals.alias()
    of_records = select(mine.c.last_at).where(mine.c.owner == source.c.incarnation).correlate_except(mine)
    reported_at = func.coalesce(of_records.scalar_subquery(), changed_at)
    return expressions.PerDialect(
        postgresql=func.greatest(changed_at, reported_at), sqlite=func.max(changed_at, reported_at)
    )


RUN: Final = run_in(runs)
AFTER: Final = FilterTarget(
    MappingProxyType(_AFTER_COLUMNS),
    _WrittenTags(changes.c.tags),
    exists=changes.c.kind != literal(f"'{RunChangeKind.DELETED}'"),
)
BEFORE: Final = FilterTarget(
    MappingProxyType({**_AFTER_COLUMNS, **_FORMER_COLUMNS}),
    _WrittenTags(_overwritten(RunChangeKind.TAGS, "former_tags", "tags")),
    exists=changes.c.former_status.is_not(None),
)
