"""Windows of ordered lists: keyset conditions, order and limit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Text, bindparam, literal_column, or_, tuple_
from sqlalchemy.types import TypeEngine

from persistence.sql.queries import expressions
from persistence.sql.queries.shape import json_path, sqlite_path
from persistence.sql.tables.runs import duration_in, runs
from runindex.domain.json_text import dumps
from runindex.ports.queries import OrderDirection, RunOrder, RunOrderField, Window

T = TypeVar("T")
Position: TypeAlias = tuple[Any, ...]

_TYPES: Final[Mapping[type, TypeEngine[Any]]] = {int: BigInteger(), str: Text()}


class WindowShape(NamedTuple):
    """The part of a window that a statement's text depends on: of a position, which of its values are not null.

    One that is `merged` with others has what these skip, too.
    """

    limit: int
    after: tuple[bool, ...] | None
    before: tuple[bool, ...] | None
    backward: bool
    skips: bool
    merged: bool = False


def shape_of(window: Window) -> WindowShape:
    """Return the window without its positions' values."""
    return WindowShape(window.limit, _known(window.after), _known(window.before), window.backward, window.offset > 0)


def values_of(window: Window) -> dict[str, Any]:
    """Return the values of the window's parameters by name."""
    values: dict[str, Any] = {}
    for side, position in (("after", window.after), ("before", window.before)):
        for place, value in enumerate(position or ()):
            values[f"{side}_{place}"] = value
    if window.offset > 0:
        values["skipped"] = window.offset
    return values


def position(side: str, *types: type[int | str]) -> list[ColumnElement[Any]]:
    """Return the parameters of a window's position."""
    return [bindparam(f"{side}_{place}", type_=_TYPES[kind]) for place, kind in enumerate(types)]


class Keys(NamedTuple):
    """The columns that order a list of runs."""

    value: ColumnElement[Any]
    id: ColumnElement[Any]


def keys_of(source: FromClause, order: RunOrder) -> Keys:
    """Return the keys in `runs`, or in rows taken from it, which have the order's column."""
    if source is runs and order.field is RunOrderField.METADATA:
        return Keys(path_key(runs.c.metadata), runs.c.id)
    if source is runs and order.field is RunOrderField.DURATION:
        return Keys(duration_in(runs), runs.c.id)
    return Keys(source.c[order.field.column], source.c.id)


_PATH: Final = expressions.MetadataPath(
    *(bindparam(name, type_=Text()) for name in ("order_path", "order_file_path", "order_keys"))
)


def path_key(metadata: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the sort key of the value at the path that `path_values` binds."""
    return expressions.metadata_key(metadata, _PATH)


def path_values(path: tuple[str, ...] | None) -> dict[str, Any]:
    """Return the values of the parameters of a path, none for None."""
    if path is None:
        return {}
    return {"order_path": json_path(path), "order_file_path": sqlite_path(path), "order_keys": dumps(list(path))}


def page_by(selection: Select[Any], keys: Keys, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Return a window of a selection whose order column is never null; a backward window comes in reverse."""
    selection = selection.where(*between(keys, order, window))
    return limited(selection.order_by(*directed(keys, order, window)), window)


def page_of_runs(
    selection: Select[Any], order: RunOrder, window: WindowShape, source: FromClause = runs
) -> Select[Any]:
    """Return a window of a selection from a source, in any order; runs without a value come last, by no index."""
    keys = keys_of(source, order)
    if not order.field.is_nullable:
        return page_by(selection, keys, order, window)
    if window.after is not None:
        beyond = behind(keys, order, "after") if window.after[0] else behind_id(keys, order, "after")
        valueless = keys.value.is_(None)
        selection = selection.where(or_(beyond, valueless) if window.after[0] else valueless & beyond)
    if window.before is not None:
        ahead = behind(keys, order, "before") if window.before[0] else behind_id(keys, order, "before")
        selection = selection.where(ahead if window.before[0] else or_(ahead, keys.value.is_not(None)))
    return limited(selection.order_by(*ordering(keys, order, window)), window)


def ordering(keys: Keys, order: RunOrder, window: WindowShape) -> list[ColumnElement[Any]]:
    """Return the ORDER BY terms of runs, or of rows taken from them, for a window; those without a value come last."""
    if not order.field.is_nullable:
        return directed(keys, order, window)
    valueless = keys.value.is_(None)
    return [valueless.desc() if window.backward else valueless, *directed(keys, order, window)]


def directed(keys: Iterable[ColumnElement[Any]], order: RunOrder, window: WindowShape) -> list[ColumnElement[Any]]:
    """Return the keys as ORDER BY terms, in the direction in which the window is read."""
    ascending = (order.direction is OrderDirection.ASC) is not window.backward
    return [key.asc() if ascending else key.desc() for key in keys]


def between(keys: Keys, order: RunOrder, window: WindowShape) -> list[ColumnElement[bool]]:
    """Return the conditions of entries inside a window whose positions have values."""
    sides = (("after", window.after), ("before", window.before))
    return [behind(keys, order, side) for side, known in sides if known is not None]


def behind(keys: Keys, order: RunOrder, side: str) -> ColumnElement[bool]:
    """Return the condition of entries inside a window, on one side, by a position with a value."""
    here, there = tuple_(*keys), tuple_(*_place(order, side))
    return here > there if _upwards(order, side) else here < there


def behind_id(keys: Keys, order: RunOrder, side: str) -> ColumnElement[bool]:
    """Return the condition of entries without a value inside a window, by a position without one."""
    _, run_id = _place(order, side)
    return keys.id > run_id if _upwards(order, side) else keys.id < run_id


def limited(selection: Select[Any], window: WindowShape) -> Select[Any]:
    """Return the selection with the window's limit and offset."""
    if window.merged:
        return limited_for(selection, window)
    # The limit is literal: with a parameter the planner would expect a long list, and sort the table.
    selection = selection.limit(literal_column(str(window.limit)))
    return selection.offset(_skipped()) if window.skips else selection


def limited_for(selection: Select[Any], window: WindowShape) -> Select[Any]:
    """Return the selection limited to the entries that the window needs, those it skips included."""
    return selection.limit(limit_of(window))


def limit_of(window: WindowShape) -> ColumnElement[int]:
    """Return how many entries the window needs, those it skips included."""
    limit: ColumnElement[int] = literal_column(str(window.limit))
    return limit + _skipped() if window.skips else limit


def bounded(selection: Select[Any]) -> Select[Any]:
    """Return the selection limited to as many rows as `bound_values` binds: a count stops there."""
    return selection.limit(bindparam("at_most", type_=BigInteger()))


def bound_values(at_most: int | None) -> dict[str, Any]:
    """Return the value of a count's bound by its name, none for None."""
    return {} if at_most is None else {"at_most": at_most}


def in_list_order(rows: Sequence[T], window: Window) -> Sequence[T]:
    """Return a statement's rows in the order of the list."""
    return rows[::-1] if window.backward else rows


def _place(order: RunOrder, side: str) -> list[ColumnElement[Any]]:
    return position(side, str if order.field.is_text else int, str)


def _known(place: Position | None) -> tuple[bool, ...] | None:
    return None if place is None else tuple(value is not None for value in place)


def _upwards(order: RunOrder, side: str) -> bool:
    return (order.direction is OrderDirection.ASC) is (side == "after")


def _skipped() -> ColumnElement[int]:
    return bindparam("skipped", type_=BigInteger())
