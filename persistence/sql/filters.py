"""The filter in SQL: on runs, and on both sides of a log entry; `runindex.domain.filters` says what it means."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy import literal_column as literal
from sqlalchemy.types import TypeEngine

from persistence.sql import read_dialect
from persistence.sql.conditions import (
    PATH,
    TRACE,
    UNARCHIVED_ONLY,
    VALUE,
    Condition,
    Kind,
    Values,
    name_of,
    taken_apart,
)
from persistence.sql.lineage import children_of
from persistence.sql.tables import changes, run_tags, runs
from runindex.domain.changes import RunChangeKind
from runindex.domain.faults import BadRequestError
from runindex.domain.filters import RunFilter
from runindex.domain.lifecycle import OPEN, RunStatus

Truth: TypeAlias = ColumnElement[bool]
Bind: TypeAlias = Callable[[str, TypeEngine[Any]], ColumnElement[Any]]

TEXT: Final = Text()
INSTANT: Final = BigInteger()


def where(run_filter: RunFilter) -> Truth:
    """Return the filter as a condition on `runs`, with its values bound."""
    return _with_values(run_filter, RUN)


def where_after(run_filter: RunFilter) -> Truth:
    """Return as a condition on `changes` that the filter matches the run after the change."""
    return _with_values(run_filter, AFTER)


def where_before(run_filter: RunFilter) -> Truth:
    """Return as a condition on `changes` that the filter matched the run before the change."""
    return _with_values(run_filter, BEFORE)


class Tags(Protocol):
    """Conditions on a run's tags; arrays are JSON texts."""

    def has(self, tag: ColumnElement[str]) -> Truth:
        """Tell whether the run has the tag."""
        ...

    def has_all(self, tags: ColumnElement[str]) -> Truth:
        """Tell whether the run has every tag of the array."""
        ...

    def has_any(self, tags: ColumnElement[str]) -> Truth:
        """Tell whether the run has some tag of the array."""
        ...

    def has_prefix(self, prefix: ColumnElement[str]) -> Truth:
        """Tell whether some tag of the run starts with the prefix."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What a filter is asked of; `is_there` is a condition beside the filter's own."""

    columns: Mapping[str, ColumnElement[Any]]
    tags: Tags
    is_there: Truth | None = None
    has_hierarchy: bool = False


class _StoredTags:
    """The tags of a row of `runs`, as rows of `run_tags`."""

    def __init__(self, source: FromClause) -> None:
        self._source = source

    def has(self, tag: ColumnElement[str]) -> Truth:
        return self._some(lambda column: column == tag)

    def has_all(self, tags: ColumnElement[str]) -> Truth:
        wanted = read_dialect.each(tags)
        return ~exists(1).select_from(wanted).where(~self.has(wanted.c.value)).correlate(self._source)

    def has_any(self, tags: ColumnElement[str]) -> Truth:
        return self._some(lambda column: read_dialect.one_of(column, tags))

    def has_prefix(self, prefix: ColumnElement[str]) -> Truth:
        return self._some(lambda column: read_dialect.starts_with(column, prefix))

    def _some(self, condition: Callable[[ColumnElement[str]], Truth]) -> Truth:
        # An alias, for the statement around this may read `run_tags` too.
        mine = run_tags.alias()
        same = mine.c.run_id == self._source.c.id
        return exists(1).select_from(mine).where(condition(mine.c.tag), same).correlate_except(mine)


class _WrittenTags:
    """Tags as a JSON array in one column."""

    def __init__(self, column: ColumnElement[Any]) -> None:
        self._column = column

    def has(self, tag: ColumnElement[str]) -> Truth:
        return read_dialect.array_has(self._column, tag)

    def has_all(self, tags: ColumnElement[str]) -> Truth:
        return read_dialect.array_has_all(self._column, tags)

    def has_any(self, tags: ColumnElement[str]) -> Truth:
        return read_dialect.array_has_any(self._column, tags)

    def has_prefix(self, prefix: ColumnElement[str]) -> Truth:
        return read_dialect.array_has_prefix(self._column, prefix)


def _overwritten(kind: RunChangeKind, former: str, now: str) -> ColumnElement[Any]:
    return case((changes.c.kind == literal(f"'{kind}'"), changes.c[former]), else_=changes.c[now])


def one_of_statuses(column: ColumnElement[Any], wanted: Container[RunStatus]) -> Truth:
    """Tell whether the column is one of the statuses."""
    # Not bound: there are few sets, and the planner knows how frequent each status is.
    texts: list[ColumnElement[str]] = [literal(f"'{status}'") for status in RunStatus if status in wanted]
    if not texts:
        return false()
    return column == texts[0] if len(texts) == 1 else column.in_(texts)


_WAS_OPEN: Final = one_of_statuses(changes.c.former_status, OPEN)
_FORMER_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    "status": changes.c.former_status,
    "name_folded": _overwritten(RunChangeKind.NAME, "former_name_folded", "name_folded"),
    "metadata": _overwritten(RunChangeKind.METADATA, "former_metadata", "metadata"),
    "updated_at": changes.c.former_updated_at,
    "finished_at": case((_WAS_OPEN, None), else_=changes.c.finished_at),
}
_AFTER_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {**dict(changes.c.items()), "id": changes.c.run_id}


def run_in(source: FromClause) -> Subject:
    """Return the runs of `runs`, or of an alias of it, as a subject."""
    return Subject(MappingProxyType(dict(source.c.items())), _StoredTags(source), has_hierarchy=True)


RUN: Final = run_in(runs)
AFTER: Final = Subject(
    MappingProxyType(_AFTER_COLUMNS),
    _WrittenTags(changes.c.tags),
    is_there=changes.c.kind != literal(f"'{RunChangeKind.DELETED}'"),
)
BEFORE: Final = Subject(
    MappingProxyType({**_AFTER_COLUMNS, **_FORMER_COLUMNS}),
    _WrittenTags(_overwritten(RunChangeKind.TAGS, "former_tags", "tags")),
    is_there=changes.c.former_status.is_not(None),
)


def unbound(name: str, value_type: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return a parameter whose value comes when the statement is run."""
    return bindparam(name, type_=value_type)


def matching(conditions: Iterable[Condition], subject: Subject = RUN, bind: Bind = unbound) -> Truth:
    """Return the conjunction of conditions, asked of a subject."""
    is_there = () if subject.is_there is None else (subject.is_there,)
    return and_(true(), *is_there, *(_asked(condition, subject, bind) for condition in conditions))


def _with_values(run_filter: RunFilter, subject: Subject) -> Truth:
    conditions, values = taken_apart(run_filter)
    return matching(conditions, subject, _binding(values))


def _binding(values: Values) -> Bind:
    # Unique, so that several filters can stand in one statement.
    return lambda name, value_type: bindparam(name, values[name], value_type, unique=True)


def _asked(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return _WORDINGS[condition.kind](condition, subject, bind)


def _value(condition: Condition, bind: Bind, part: str = "") -> ColumnElement[Any]:
    return bind(name_of(condition.place, part), TEXT)


def _instant(condition: Condition, bind: Bind) -> ColumnElement[Any]:
    return bind(name_of(condition.place), INSTANT)


def _never(_: Condition, __: Subject, ___: Bind) -> Truth:
    return false()


def _all(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return and_(true(), *(_asked(part, subject, bind) for part in condition.parts))


def _any(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return or_(false(), *(_asked(part, subject, bind) for part in condition.parts))


# What these ask is never unknown. Postgres looks up NOT EXISTS run by run, but all of what EXISTS IS NOT TRUE asks.
_DECIDED: Final = frozenset({Kind.TAG, Kind.TAGS_ALL, Kind.TAGS_ANY, Kind.TAG_PREFIX})


def _not(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    if len(condition.parts) == 1 and condition.parts[0].kind in _DECIDED:
        return ~_asked(condition.parts[0], subject, bind)
    # What is unknown does not hold, so it is not enough to negate.
    return _all(condition, subject, bind).is_not(true())


def _id_in(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return read_dialect.one_of(subject.columns["id"], _value(condition, bind))


def _status_in(condition: Condition, subject: Subject, _: Bind) -> Truth:
    status = subject.columns["status"]
    if condition == UNARCHIVED_ONLY:
        return status != literal(f"'{RunStatus.ARCHIVED}'")
    return one_of_statuses(status, condition.detail)


def _name_contains(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return read_dialect.contains_text(subject.columns["name_folded"], _value(condition, bind))


def _is_root(condition: Condition, subject: Subject, _: Bind) -> Truth:
    parent = subject.columns["parent_id"]
    return parent.is_(None) if condition.detail else parent.is_not(None)


def _below(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    if not subject.has_hierarchy:
        raise BadRequestError("ancestorId can be asked of runs only, not of their changes")
    first = runs.alias()
    below = select(first.c.id).where(first.c.parent_id == _value(condition, bind)).cte(recursive=True)
    joined, child = children_of(below, ["id"])
    return subject.columns["id"].in_(select(below.union_all(select(child.c.id).select_from(joined)).c.id))


def _equals(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.columns[condition.detail] == _value(condition, bind)


def _from(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.columns[condition.detail] >= _instant(condition, bind)


def _until(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.columns[condition.detail] < _instant(condition, bind)


def _finished(_: Condition, subject: Subject, __: Bind) -> Truth:
    return subject.columns["finished_at"].is_not(None)


def _tag(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.tags.has(_value(condition, bind))


def _tags_all(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.tags.has_all(_value(condition, bind))


def _tags_any(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.tags.has_any(_value(condition, bind))


def _tag_prefix(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    return subject.tags.has_prefix(_value(condition, bind))


def _metadata(condition: Condition, subject: Subject, bind: Bind) -> Truth:
    values = read_dialect.MetadataValues(
        path=_value(condition, bind, PATH),
        value=_value(condition, bind, VALUE),
        whole=_value(condition, bind),
        trace=_value(condition, bind, TRACE),
    )
    return read_dialect.metadata_meets(subject.columns["metadata"], condition.detail, values)


_WORDINGS: Final[Mapping[Kind, Callable[[Condition, Subject, Bind], Truth]]] = MappingProxyType(
    {
        Kind.NEVER: _never,
        Kind.ALL: _all,
        Kind.ANY: _any,
        Kind.NOT: _not,
        Kind.ID_IN: _id_in,
        Kind.STATUS_IN: _status_in,
        Kind.NAME_CONTAINS: _name_contains,
        Kind.IS_ROOT: _is_root,
        Kind.BELOW: _below,
        Kind.EQUALS: _equals,
        Kind.FROM: _from,
        Kind.UNTIL: _until,
        Kind.FINISHED: _finished,
        Kind.TAG: _tag,
        Kind.TAGS_ALL: _tags_all,
        Kind.TAGS_ANY: _tags_any,
        Kind.TAG_PREFIX: _tag_prefix,
        Kind.METADATA: _metadata,
    }
)
