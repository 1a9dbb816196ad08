"""Children of runs: one statement for all parents, which reads no more of a parent's children than it answers."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from persistence.sql import read_dialect
from persistence.sql.conditions import Condition, taken_apart
from persistence.sql.fetching import Fetching
from persistence.sql.filters import TEXT, matching
from persistence.sql.hierarchy import by_asked
from persistence.sql.listing import chosen
from persistence.sql.pages import Stretch, in_list_order, ordering, page_of_runs, stretch_of, values_of
from persistence.sql.runs import array_of
from persistence.sql.tables import runs
from runindex.domain.filters import RunFilter
from runindex.queries import Columns, Row, RunOrder, RunQuery


class ChildReads(Fetching):
    """Answers which children runs have."""

    async def list_children(self, parent_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each parent a stretch of its children (those that also match the query's filter)."""
        conditions, values = taken_apart(query.filter)
        statement = _list(conditions, query.columns, query.order, stretch_of(query.window))
        values |= values_of(query.window) | {"asked": array_of(dict.fromkeys(parent_ids))}
        return by_asked(parent_ids, in_list_order(await self._fetch(statement, values), query.window))

    async def count_children(self, parent_ids: Sequence[str], run_filter: RunFilter) -> Mapping[str, int]:
        """Return for each parent how many of its children the filter matches; 0 may be left out."""
        conditions, values = taken_apart(run_filter)
        rows = await self._fetch(_count(conditions), values | {"asked": array_of(parent_ids)})
        return {row["parent_id"]: row["n"] for row in rows}


@lru_cache(maxsize=256)
def _list(conditions: tuple[Condition, ...], columns: Columns, order: RunOrder, stretch: Stretch) -> Select[Any]:
    parents = read_dialect.each(bindparam("asked", type_=TEXT), "parents")
    children = select(*chosen(columns, order.field.column)).where(runs.c.parent_id == parents.c.value)
    page = page_of_runs(children.where(matching(conditions)).correlate(parents), order, stretch)
    joined, found = read_dialect.top_of_each(parents, page, runs.c.id)
    rows = select(parents.c.value.label("asked"), *found.c).select_from(joined)
    return rows.order_by(*ordering(found, order, stretch))


@lru_cache(maxsize=256)
def _count(conditions: tuple[Condition, ...]) -> Select[Any]:
    of_parents = read_dialect.one_of(runs.c.parent_id, bindparam("asked", type_=TEXT))
    counted = select(runs.c.parent_id, func.count().label("n")).where(of_parents, matching(conditions))
    return counted.group_by(runs.c.parent_id)
