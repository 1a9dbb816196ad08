"""Reads of runs: lists, and by id."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import WindowShape, in_list_order, path_values, shape_of, values_of
from persistence.sql.queries.run_pages import run_columns, run_page, with_key
from persistence.sql.queries.shape import Conditions, split_filter
from persistence.sql.queries.where import TEXT
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from persistence.sql.words.names import asking_for_name, run_page_by_name
from runindex.domain.json_text import dumps
from runindex.ports.queries import Columns, Row, RunOrder, RunQuery


class RunReads(StatementRunner):
    """Reads runs."""

    async def find_runs(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the runs of those ids that exist."""
        if len(run_ids) == 1:
            rows = await self._read(_find_one(columns), {"id": run_ids[0]})
        else:
            rows = await self._read(_find_many(columns), {"ids": array_of(run_ids)})
        return {row["id"]: row for row in rows}

    async def list_runs(self, query: RunQuery) -> Sequence[Row]:
        """Return a window of a list of runs. Rows have the order's column too."""
        conditions, values = split_filter(query.filter)
        asked = asking_for_name(conditions, values)
        shape = _Shape(by_name=bool(asked), has_key=query.path is not None)
        statement = page_statement(conditions, query.columns, query.order.shape, shape_of(query.window), shape)
        values |= asked
        values |= values_of(query.window) | path_values(query.order.path or query.path)
        return in_list_order(await self._read(statement, values), query.window)


def array_of(texts: Iterable[str]) -> str:
    """Return texts as a JSON array, the form in which statements take them."""
    return dumps(list(texts))


@lru_cache(maxsize=256)
def _find_one(columns: Columns) -> Select[Any]:
    return select(*run_columns(columns)).where(runs.c.id == bindparam("id", type_=TEXT))


@lru_cache(maxsize=256)
def _find_many(columns: Columns) -> Select[Any]:
    return select(*run_columns(columns)).where(expressions.one_of(runs.c.id, bindparam("ids", type_=TEXT)))


class _Shape(NamedTuple):
    """How a page is worded: by the index of names, and with the sort key of a metadata value."""

    by_name: bool
    has_key: bool


@lru_cache(maxsize=1024)
def page_statement(
    conditions: Conditions, columns: Columns, order: RunOrder, window: WindowShape, shape: _Shape
) -> Select[Any]:
    """Return the statement for a window of a list of runs."""
    make_page = run_page_by_name if shape.by_name else run_page
    page = make_page(conditions, columns, order, window)
    return with_key(page, order, window) if shape.has_key else page
