"""Runs by the parent or plan they name: one statement for any number, which reads a window of each."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, column, func, select, table
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import (
    Keys,
    WindowShape,
    bound_values,
    bounded,
    in_list_order,
    keys_of,
    ordering,
    page_of_runs,
    path_key,
    path_values,
    shape_of,
    values_of,
)
from persistence.sql.queries.run_pages import run_columns
from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.reads.hierarchy import by_requested
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import duration_in, runs
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import Columns, Row, RunOrder, RunOrderField, RunQuery


class ChildReads(StatementRunner):
    """Reads the children of runs and the runs of plans."""

    async def list_children(self, parent_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each parent a window of its children (those that also match the query's filter)."""
        return await self._list_by("parent_id", parent_ids, query)

    async def count_children(
        self, parent_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each parent how many of its children the filter matches, at most so many; 0 may be left out."""
        return await self._count_by("parent_id", parent_ids, run_filter, at_most)

    async def list_plan_runs(self, plan_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each plan a window of its runs (those that also match the query's filter)."""
        return await self._list_by("plan_id", plan_ids, query)

    async def count_plan_runs(
        self, plan_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each plan how many of its runs the filter matches, at most so many; 0 may be left out."""
        return await self._count_by("plan_id", plan_ids, run_filter, at_most)

    async def _list_by(self, field: str, ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        conditions, values = split_filter(query.filter)
        statement = _list(field, conditions, query.columns, query.order.shape, shape_of(query.window))
        values |= values_of(query.window) | path_values(query.order.path)
        values["requested"] = array_of(dict.fromkeys(ids))
        return by_requested(ids, in_list_order(await self._fetch(statement, values), query.window))

    async def _count_by(
        self, field: str, ids: Sequence[str], run_filter: RunFilter, at_most: int | None
    ) -> Mapping[str, int]:
        conditions, values = split_filter(run_filter)
        statement = _count(field, conditions) if at_most is None else _count_some(field, conditions)
        values |= {"requested": array_of(dict.fromkeys(ids)), **bound_values(at_most)}
        return {row[field]: row["n"] for row in await self._fetch(statement, values)}


@lru_cache(maxsize=256)
def _list(
    field: str, conditions: tuple[Condition, ...], columns: Columns, order: RunOrder, window: WindowShape
) -> Select[Any]:
    named = expressions.each(bindparam("requested", type_=TEXT), "named")
    chosen = run_columns(columns, order.field.column)
    if order.field is RunOrderField.METADATA:
        chosen.append(path_key(runs.c.metadata).label(order.field.column))
    naming = select(*chosen).where(runs.c[field] == named.c.value)
    page = page_of_runs(naming.where(matching(conditions)).correlate(named), order, window)
    joined, found = expressions.top_of_each(named, page, runs.c.id)
    keys = _keys_of(found, order)
    rows = select(
        named.c.value.label("requested"),
        *(one for one in found.c if one.name != order.field.column),
        keys.value.label(order.field.column),
    )
    return rows.select_from(joined).order_by(*ordering(keys, order, window))


def _keys_of(found: FromClause, order: RunOrder) -> Keys:
    """Return the keys in the found runs; SQLite finds rows of the table itself, which lack what is computed."""
    make = _COMPUTED.get(order.field)
    if make is None:
        return keys_of(found, order)
    in_table = make(table(found.name, *map(column, runs.c.keys())))  # type: ignore[attr-defined]  # it has a name
    return Keys(expressions.PerDialect(postgresql=found.c[order.field.column], sqlite=in_table), found.c.id)


_COMPUTED: Final[Mapping[RunOrderField, Callable[[FromClause], ColumnElement[Any]]]] = {
    RunOrderField.METADATA: lambda source: path_key(source.c.metadata),
    RunOrderField.DURATION: duration_in,
}


@lru_cache(maxsize=256)
def _count(field: str, conditions: tuple[Condition, ...]) -> Select[Any]:
    column = runs.c[field]
    counted = select(column, func.count().label("n")).where(
        expressions.one_of(column, bindparam("requested", type_=TEXT)), matching(conditions)
    )
    return counted.group_by(column)


@lru_cache(maxsize=256)
def _count_some(field: str, conditions: tuple[Condition, ...]) -> Select[Any]:
    """Return the statement that counts up to the bound for each of the requested."""
    named = expressions.each(bindparam("requested", type_=TEXT), "named")
    found: Select[Any] = select(literal("1").label("one")).where(runs.c[field] == named.c.value, matching(conditions))
    some = bounded(found.correlate(named)).subquery("some")
    counted = select(func.count()).select_from(some).scalar_subquery()
    return select(named.c.value.label(field), counted.label("n"))
