"""Reads of records: by key, and as lists."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from persistence.sql.queries import expressions
from persistence.sql.queries.keys import MOST_KEYS, is_one_of, key_parameters, key_part, padded
from persistence.sql.queries.keyset import WindowShape, in_list_order, limited, shape_of, values_of
from persistence.sql.queries.records import bare, condition_values, holding
from persistence.sql.queries.where import TEXT
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.records import TABLES, items, receipts, result_scores, results, totals
from persistence.sql.tables.runs import runs
from runindex.ports.queries import Columns, Row
from runindex.ports.record_lists import (
    NO_OWNER,
    ListQuery,
    Owner,
    RecordList,
)

MOST_OWNERS: Final = 256


class RecordReads(StatementRunner):
    """Reads records."""

    async def find_records(self, kind: type, keys: Sequence[tuple[object, ...]], columns: Columns) -> Sequence[Row]:
        """Return the records of those keys that exist, in any order."""
        found: list[Row] = []
        for start in range(0, len(keys), MOST_KEYS):
            some = keys[start : start + MOST_KEYS]
            found += await self._fetch(_by_key(kind, columns, padded(len(some))), key_parameters(some))
        return found

    async def list_records(
        self, query: ListQuery, owners: Sequence[Owner], columns: Columns
    ) -> Mapping[Owner, Sequence[Row]]:
        """Return for each owner a window of the list."""
        listing, window = query.listing, query.window
        if listing.owner_field is None:
            rows = await self._fetch(_list(bare(listing), shape_of(window), columns, 0), _values(query))
            return {NO_OWNER: in_list_order(rows, window)}
        found: dict[Owner, list[Row]] = {owner: [] for owner in owners}
        requested = list(found)
        for start in range(0, len(requested), MOST_OWNERS):
            some = requested[start : start + MOST_OWNERS]
            statement = _list(bare(listing), shape_of(window), columns, padded(len(some)))
            for row in in_list_order(await self._fetch(statement, _values(query) | _owner_parameters(some)), window):
                found[listing.owner_of(row)].append(row)
        return found

    async def count_records(self, listing: RecordList, owners: Sequence[Owner]) -> Mapping[Owner, int]:
        """Return for each owner how many records the list has."""
        values = condition_values(listing.conditions)
        if listing.owner_field is None:
            (row,) = await self._fetch(_count(bare(listing), 0), values)
            return {NO_OWNER: row["n"]}
        requested = list(dict.fromkeys(owners))
        if not requested:
            return {}
        rows = await self._fetch(_count(bare(listing), padded(len(requested))), values | _owner_parameters(requested))
        return dict.fromkeys(requested, 0) | {listing.owner_of(row): row["n"] for row in rows}

    async def find_results(self, result_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the results of those ids, of runs and generations that exist."""
        rows = await self._fetch(_results_by_id(columns), {"requested": array_of(result_ids)})
        return {row["id"]: row for row in rows}


@lru_cache(maxsize=128)
def _by_key(kind: type, columns: Columns, keys: int) -> Select[Any]:
    table = TABLES[kind]
    key = list(table.primary_key)
    names = columns.union(column.name for column in key)
    chosen = [column for column in table.columns if column.name in names]
    return select(*chosen).where(is_one_of(key, keys), _is_live(table))


def _values(query: ListQuery) -> dict[str, Any]:
    return condition_values(query.listing.conditions) | values_of(query.window)


def _owner_parameters(owners: Sequence[Owner]) -> dict[str, Any]:
    return key_parameters([owner if isinstance(owner, tuple) else (owner,) for owner in owners])


@lru_cache(maxsize=512)
def _list(shape: RecordList, window: WindowShape, columns: Columns, owners: int) -> Select[Any] | CompoundSelect[Any]:
    table = TABLES[shape.kind]
    if shape.owner_field is None:
        return _page(_chosen(table, shape, columns), shape, window)
    pages = [
        _page(_chosen(table, shape, columns).where(*_is_owned(table, shape, place)), shape, window)
        for place in range(owners)
    ]
    if len(pages) == 1:
        return pages[0]
    whole = union_all(*(select(page.subquery()) for page in pages)).subquery()
    return select(whole).order_by(*_ordering([whole.c[name] for name in shape.order], shape, window))


def _page(selection: Select[Any], shape: RecordList, window: WindowShape) -> Select[Any]:
    table = TABLES[shape.kind]
    columns = [table.c[name] for name in shape.order]
    for side, known in (("after", window.after), ("before", window.before)):
        if known is not None:
            bounds = [bindparam(f"{side}_{place}", type_=column.type) for place, column in enumerate(columns)]
            upwards = (side == "after") is not shape.descending
            here, there = tuple_(*columns), tuple_(*bounds)
            selection = selection.where(here > there if upwards else here < there)
    return limited(selection.order_by(*_ordering(columns, shape, window)), window)


def _ordering(
    columns: Sequence[ColumnElement[Any]], shape: RecordList, window: WindowShape
) -> list[ColumnElement[Any]]:
    downwards = shape.descending is not window.backward
    return [column.desc() if downwards else column.asc() for column in columns]


def _chosen(table: Table, shape: RecordList, columns: Columns) -> Select[Any]:
    names = columns.union(shape.order, shape.owner_fields)
    chosen = [column for column in table.columns if column.name in names]
    return select(*chosen).where(_is_live(table), *holding(table, shape.conditions))


@lru_cache(maxsize=128)
def _count(shape: RecordList, owners: int) -> Select[Any]:
    table = TABLES[shape.kind]
    holds = (_is_live(table), *holding(table, shape.conditions))
    if shape.owner_field is None:
        return select(func.count().label("n")).select_from(table).where(*holds)
    owner = [table.c[name] for name in shape.owner_fields]
    requested = or_(*(and_(*_is_owned(table, shape, place)) for place in range(owners)))
    return select(*owner, func.count().label("n")).where(requested, *holds).group_by(*owner)


def _is_owned(table: Table, shape: RecordList, place: int) -> list[ColumnElement[bool]]:
    columns = (table.c[name] for name in shape.owner_fields)
    return [column == key_part(column, place, part) for part, column in enumerate(columns)]


def _is_live(table: Table) -> ColumnElement[bool]:
    """Tell whether the row's generation and run exist; rows found by an owner need no test of the run."""
    if table in (results, items, result_scores):
        present = select(totals.c.generation).where(totals.c.owner == table.c.owner).correlate(table)
        return table.c.generation == present.scalar_subquery()
    if table is receipts:
        return _run_exists(table)
    return true()


def _run_exists(table: Table) -> ColumnElement[bool]:
    run = select(runs.c.incarnation).where(runs.c.id == table.c.run_id).correlate(table)
    return table.c.owner == run.scalar_subquery()


@lru_cache(maxsize=64)
def _results_by_id(columns: Columns) -> Select[Any]:
    names = columns | {"id"}
    chosen = [column for column in results.columns if column.name in names]
    requested = expressions.one_of(results.c.id, bindparam("requested", type_=TEXT))
    return select(*chosen).where(requested, _is_live(results), _run_exists(results))
