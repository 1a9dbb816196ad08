"""Filters as SQL conditions; `runindex.domain.runs.filters` defines their meaning."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    bindparam,
    false,
    or_,
    select,
    true,
)
from sqlalchemy import literal_column as literal
from sqlalchemy.types import TypeEngine

from persistence.sql.queries import expressions
from persistence.sql.queries.lineage import children_of
from persistence.sql.queries.shape import (
    PATH,
    TRACE,
    UNARCHIVED_ONLY,
    VALUE,
    Condition,
    Kind,
    Values,
    name_of,
    split_filter,
)
from persistence.sql.queries.targets import RUN, Clause, FilterTarget, one_of_statuses
from persistence.sql.tables.runs import runs
from runindex.domain.errors import BadRequestError
from runindex.domain.lifecycle import OPEN, RunStatus
from runindex.domain.runs.dataset import DatasetRunStatus
from runindex.domain.runs.filters import RunFilter

Bind: TypeAlias = Callable[[str, TypeEngine[Any]], ColumnElement[Any]]

TEXT: Final = Text()
INSTANT: Final = BigInteger()


def where(run_filter: RunFilter, target: FilterTarget = RUN) -> Clause:
    """Return the filter as a condition on `runs`, or on another target, with its values bound."""
    conditions, values = split_filter(run_filter)
    return matching(conditions, target, _binding(values))


def unbound(name: str, value_type: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return a parameter that is bound when the statement is run."""
    return bindparam(name, type_=value_type)


def matching(conditions: Iterable[Condition], target: FilterTarget = RUN, bind: Bind = unbound) -> Clause:
    """Return the conjunction of conditions on a target."""
    exists = () if target.exists is None else (target.exists,)
    return and_(true(), *exists, *(_clause(condition, target, bind) for condition in conditions))


def _binding(values: Values) -> Bind:
    # Unique, so that several filters can stand in one statement.
    return lambda name, value_type: bindparam(name, values[name], value_type, unique=True)


def _clause(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return _CLAUSES[condition.kind](condition, target, bind)


def _value(condition: Condition, bind: Bind, part: str = "") -> ColumnElement[Any]:
    return bind(name_of(condition.place, part), TEXT)


def _instant(condition: Condition, bind: Bind) -> ColumnElement[Any]:
    return bind(name_of(condition.place), INSTANT)


def _never(_: Condition, __: FilterTarget, ___: Bind) -> Clause:
    return false()


def _all(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return and_(true(), *(_clause(part, target, bind) for part in condition.parts))


def _any(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return or_(false(), *(_clause(part, target, bind) for part in condition.parts))


# These are never null. Postgres evaluates NOT EXISTS run by run, but EXISTS … IS NOT TRUE for all runs at once.
_NEVER_NULL: Final = frozenset({Kind.TAG, Kind.TAGS_ALL, Kind.TAGS_ANY, Kind.TAG_PREFIX})


def _not(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    if len(condition.parts) == 1 and condition.parts[0].kind in _NEVER_NULL:
        return ~_clause(condition.parts[0], target, bind)
    # Null counts as false, so that negation alone is not enough.
    return _all(condition, target, bind).is_not(true())


def _id_in(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return expressions.one_of(target.columns["id"], _value(condition, bind))


def _status_in(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    status = target.columns["status"]
    if condition == UNARCHIVED_ONLY:
        return status != literal(f"'{RunStatus.ARCHIVED}'")
    return one_of_statuses(status, condition.detail)


def _name_contains(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return expressions.contains_text(target.columns["name_folded"], _value(condition, bind))


def _is_root(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    parent = target.columns["parent_id"]
    return parent.is_(None) if condition.detail else parent.is_not(None)


def _has_dataset(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    dataset = target.columns["dataset_id"]
    return dataset.is_not(None) if condition.detail else dataset.is_(None)


def _dataset_status_in(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    """Tell whether `runindex.domain.runs.dataset.dataset_status` is one of the statuses."""
    status, started_at, outcome = (target.columns[name] for name in ("status", "started_at", "outcome"))
    is_open = one_of_statuses(status, OPEN)
    ended = [RunStatus(one) for one in condition.detail if one in RunStatus.__members__]
    parts = []
    if DatasetRunStatus.PENDING in condition.detail:
        parts.append(is_open & started_at.is_(None))
    if DatasetRunStatus.RUNNING in condition.detail:
        parts.append(is_open & started_at.is_not(None))
    if ended:
        parts.append(~is_open & one_of_statuses(outcome, ended))
    if DatasetRunStatus.CANCELLED in condition.detail:
        parts.append(~is_open & outcome.is_(None))
    return target.columns["dataset_id"].is_not(None) & or_(false(), *parts)


def _below(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    if not target.has_hierarchy:
        raise BadRequestError("ancestorId can be asked of runs only, not of their changes")
    first = runs.alias()
    below = select(first.c.id).where(first.c.parent_id == _value(condition, bind)).cte(recursive=True)
    joined, child = children_of(below, ["id"])
    return target.columns["id"].in_(select(below.union_all(select(child.c.id).select_from(joined)).c.id))


def _equals(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.columns[condition.detail] == _value(condition, bind)


def _from(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.columns[condition.detail] >= _instant(condition, bind)


def _until(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.columns[condition.detail] < _instant(condition, bind)


def _present(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    return target.columns[condition.detail].is_not(None)


def _has_error(condition: Condition, target: FilterTarget, _: Bind) -> Clause:
    error = target.columns["error"]
    return error.is_not(None) if condition.detail else error.is_(None)


def _tag(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.tags.has(_value(condition, bind))


def _tags_all(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.tags.has_all(_value(condition, bind))


def _tags_any(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.tags.has_any(_value(condition, bind))


def _tag_prefix(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    return target.tags.has_prefix(_value(condition, bind))


def _metadata(condition: Condition, target: FilterTarget, bind: Bind) -> Clause:
    values = expressions.MetadataValues(
        path=_value(condition, bind, PATH),
        value=_value(condition, bind, VALUE),
        whole=_value(condition, bind),
        trace=_value(condition, bind, TRACE),
    )
    return expressions.metadata_meets(target.columns["metadata"], condition.detail, values)


_CLAUSES: Final[Mapping[Kind, Callable[[Condition, FilterTarget, Bind], Clause]]] = MappingProxyType(
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
        Kind.PRESENT: _present,
        Kind.HAS_ERROR: _has_error,
        Kind.TAG: _tag,
        Kind.TAGS_ALL: _tags_all,
        Kind.TAGS_ANY: _tags_any,
        Kind.TAG_PREFIX: _tag_prefix,
        Kind.HAS_DATASET: _has_dataset,
        Kind.DATASET_STATUS_IN: _dataset_status_in,
        Kind.METADATA: _metadata,
    }
)
