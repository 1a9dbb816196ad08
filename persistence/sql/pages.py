"""Stretches of ordered lists: keyset conditions, order and limit."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Text, bindparam, literal_column, or_, tuple_
from sqlalchemy.types import TypeEngine

from persistence.sql.tables import runs
from runindex.queries import OrderDirection, RunOrder, RunOrderField, Window

T = TypeVar("T")
Position: TypeAlias = tuple[Any, ...]

_TYPES: Final[Mapping[type, TypeEngine[Any]]] = {int: BigInteger(), str: Text()}


class Stretch(NamedTuple):
    """What of a window the text of a statement depends on: of a position, which of its values are known."""

    limit: int
    after: tuple[bool, ...] | None
    before: tuple[bool, ...] | None
    backward: bool
    skips: bool


def stretch_of(window: Window) -> Stretch:
    """Return the window without its positions' values."""
    return Stretch(window.limit, _known(window.after), _known(window.before), window.backward, window.offset > 0)


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


def page_of_runs(selection: Select[Any], order: RunOrder, stretch: Stretch) -> Select[Any]:
    """Return a stretch of a selection from `runs`; taken from the list's end, the last entry comes first."""
    for side, known in (("after", stretch.after), ("before", stretch.before)):
        if known is not None:
            onwards = side == "after"
            selection = selection.where(_beyond(order, side, has_value=known[0], onwards=onwards))
    return limited(selection.order_by(*ordering(runs, order, stretch)), stretch)


def ordering(source: FromClause, order: RunOrder, stretch: Stretch) -> list[ColumnElement[Any]]:
    """Return what orders runs, or rows taken from them, for a stretch; one taken from the list's end is upside down."""
    column = source.c[order.field.column]
    ascending = (order.direction is OrderDirection.ASC) is not stretch.backward
    keys: list[ColumnElement[Any]] = [key.asc() if ascending else key.desc() for key in (column, source.c.id)]
    if not _has_nulls(order):
        return keys
    unfinished = column.is_(None)
    return [unfinished.desc() if stretch.backward else unfinished, *keys]


def limited(selection: Select[Any], stretch: Stretch) -> Select[Any]:
    """Return the selection with the stretch's limit and offset."""
    # The limit is no parameter: the planner would take an unknown one for a long list, and sort the table.
    selection = selection.limit(literal_column(str(stretch.limit)))
    return selection.offset(bindparam("skipped", type_=BigInteger())) if stretch.skips else selection


def in_list_order(rows: Sequence[T], window: Window) -> Sequence[T]:
    """Return what a statement answered in the order of the list."""
    return rows[::-1] if window.backward else rows


def _known(place: Position | None) -> tuple[bool, ...] | None:
    return None if place is None else tuple(value is not None for value in place)


def _beyond(order: RunOrder, side: str, *, has_value: bool, onwards: bool) -> ColumnElement[bool]:
    """Return what holds for entries behind (`onwards`) or before a position. Entries without a value come last."""
    column = runs.c[order.field.column]
    value, run_id = position(side, int, str)
    upwards = (order.direction is OrderDirection.ASC) is onwards
    if has_value:
        here, there = tuple_(column, runs.c.id), tuple_(value, run_id)
        beyond = here > there if upwards else here < there
        return or_(beyond, column.is_(None)) if onwards and _has_nulls(order) else beyond
    same = column.is_(None) & (runs.c.id > run_id if upwards else runs.c.id < run_id)
    return same if onwards else or_(same, column.is_not(None))


def _has_nulls(order: RunOrder) -> bool:
    return order.field is RunOrderField.FINISHED_AT
