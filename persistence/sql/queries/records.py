"""Conditions on records, and the records that a command selects."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, Table, and_, bindparam, cast, exists, false, select

from persistence.sql.queries import expressions
from persistence.sql.queries.where import TEXT
from persistence.sql.tables.records import TABLES
from runindex.ports.record_lists import (
    Condition,
    Contains,
    Equals,
    HasText,
    IsNull,
    OneOf,
    RecordList,
    ScoreBelow,
    StartsWith,
    Within,
)


@lru_cache(maxsize=128)
def selection(shape: RecordList, limit: int) -> Select[Any]:
    """Select the keys (each as `key`) of the first records of a list, whose values are parameters."""
    table = TABLES[shape.kind]
    (key,) = table.primary_key
    columns = [table.c[name] for name in shape.order]
    order = [column.desc() if shape.descending else column.asc() for column in columns]
    return select(key.label("key")).where(*holding(table, shape.conditions)).order_by(*order).limit(limit)


def bare(listing: RecordList) -> RecordList:
    """Return the list without its conditions' values: the part that a statement's text depends on."""
    return RecordList(
        listing.kind,
        listing.order,
        listing.descending,
        tuple(_without_value(condition) for condition in listing.conditions),
        listing.owner_field,
    )


def _without_value(condition: Condition) -> Condition:
    match condition:
        case Equals(field):
            return Equals(field, None)
        case OneOf(field, values):
            return OneOf(field, (None,) * len(values))
        case StartsWith(field) | Contains(field) | HasText(field):
            return type(condition)(field, "")
        case ScoreBelow(field):
            return ScoreBelow(field, "", 0.0)
        case Within(field, start, end):
            return Within(field, None if start is None else 0, None if end is None else 0)
        case IsNull():
            return condition


def holding(table: Table, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """Return what holds for rows under conditions, whose values are parameters (`condition_values`)."""
    return [_condition(table, condition, f"condition_{place}") for place, condition in enumerate(conditions)]


def _condition(  # noqa: PLR0911 - one answer for each kind of condition
    table: Table, condition: Condition, name: str
) -> ColumnElement[bool]:
    column = table.c[condition.field]
    match condition:
        case Equals():
            return column == bindparam(name, type_=column.type)
        case OneOf(_, ()):
            return false()
        case OneOf(_, values):
            return column.in_([bindparam(f"{name}_{place}", type_=column.type) for place in range(len(values))])
        case StartsWith():
            return expressions.starts_with(column, bindparam(name, type_=TEXT))
        case Contains():
            return expressions.contains_text(column, bindparam(name, type_=TEXT))
        case IsNull(_, is_null):
            return column.is_(None) if is_null else column.is_not(None)
        case Within(_, start, end):
            return and_(
                column.is_not(None),
                *([] if start is None else [column >= bindparam(f"{name}_start", type_=column.type)]),
                *([] if end is None else [column < bindparam(f"{name}_end", type_=column.type)]),
            )
        case HasText() | ScoreBelow():
            return _has(column, condition, name)


def _has(column: ColumnElement[Any], condition: HasText | ScoreBelow, name: str) -> ColumnElement[bool]:
    if isinstance(condition, HasText):
        return column.is_not(None) & expressions.array_has(column, bindparam(name, type_=TEXT))
    each = expressions.each(column)
    value = cast(expressions.member(each.c.value, "value"), Double)
    is_scorer = expressions.member(each.c.value, "scorerId") == bindparam(name, type_=TEXT)
    return exists(1).select_from(each).where(is_scorer, value < bindparam(f"{name}_bound", type_=Double()))


def condition_values(conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return the values of the conditions' parameters by name."""
    values: dict[str, Any] = {}
    for place, condition in enumerate(conditions):
        match condition:
            case Equals(_, value) | StartsWith(_, value) | Contains(_, value):
                values[f"condition_{place}"] = value
            case HasText(_, text):
                values[f"condition_{place}"] = text
            case ScoreBelow(_, scorer_id, limit):
                values |= {f"condition_{place}": scorer_id, f"condition_{place}_bound": limit}
            case OneOf(_, several):
                values |= {f"condition_{place}_{which}": value for which, value in enumerate(several)}
            case Within(_, start, end):
                bounds = {f"condition_{place}_start": start, f"condition_{place}_end": end}
                values |= {name: bound for name, bound in bounds.items() if bound is not None}
    return values
