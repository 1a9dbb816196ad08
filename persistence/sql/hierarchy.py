"""Runs above and below others: each question is one statement, however many runs it is asked of."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy import literal_column as literal

from persistence.sql import read_dialect
from persistence.sql.conditions import Condition, taken_apart
from persistence.sql.fetching import Fetching
from persistence.sql.filters import TEXT, matching
from persistence.sql.lineage import children_of, parents_of
from persistence.sql.pages import Stretch, in_list_order, position, stretch_of, values_of
from persistence.sql.runs import array_of, chosen
from persistence.sql.tables import runs
from runindex.domain.lifecycle import RunStatus
from runindex.ports import DescendantQuery
from runindex.queries import Columns, Row

_ASKED: Final = bindparam("asked", type_=TEXT)


class HierarchyReads(Fetching):
    """Answers what is above and below runs."""

    async def list_ancestors(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
        """Return each run's ancestors, nearest first, up to a root or a dangling parent."""
        return by_asked(run_ids, await self._fetch(_list_ancestors(columns), {"asked": array_of(run_ids)}))

    async def find_roots(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return each run's topmost existing ancestor, the run itself if it has none."""
        rows = await self._fetch(_find_roots(columns), {"asked": array_of(run_ids)})
        return {row["asked"]: row for row in rows}

    async def list_descendants(self, run_ids: Sequence[str], query: DescendantQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each run a stretch of its descendants; each row has a column `depth`, 1 for a child."""
        conditions, values = taken_apart(query.filter)
        statement = _list_descendants(
            conditions, query.columns, stretch_of(query.window), is_bounded=query.max_depth is not None
        )
        values |= values_of(query.window) | {"asked": array_of(run_ids), "max_depth": query.max_depth}
        return by_asked(run_ids, in_list_order(await self._fetch(statement, values), query.window))

    async def count_descendants(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return for each run the statuses of all its descendants, in enum order, with how many have them."""
        rows = await self._fetch(_COUNT_DESCENDANTS, {"asked": array_of(run_ids)})
        counts = {(row["asked"], row["status"]): row["n"] for row in rows}
        return {
            run_id: [(status.value, counts[run_id, status]) for status in RunStatus if (run_id, status) in counts]
            for run_id in run_ids
        }


def by_asked(asked: Iterable[str], rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by the run that they answer, each run asked of with those it has."""
    answers: dict[str, list[Row]] = {run_id: [] for run_id in asked}
    for row in rows:
        answers[row["asked"]].append(row)
    return answers


def _lineages() -> CTE:
    """Return each run asked of and those above it, as (asked, id, parent_id, depth)."""
    start = select(runs.c.id.label("asked"), runs.c.id, runs.c.parent_id, literal("0", Integer).label("depth"))
    up = start.where(read_dialect.one_of(runs.c.id, _ASKED)).cte("up", recursive=True)
    joined, parent = parents_of(up)
    step = select(up.c.asked, parent.c.id, parent.c.parent_id, up.c.depth + literal("1", Integer))
    return up.union_all(step.select_from(joined))


@lru_cache(maxsize=256)
def _list_ancestors(columns: Columns) -> Select[Any]:
    up = _lineages()
    rows = select(up.c.asked, *chosen(columns)).join_from(up, runs, runs.c.id == up.c.id)
    return rows.where(up.c.depth > literal("0")).order_by(up.c.depth)


@lru_cache(maxsize=256)
def _find_roots(columns: Columns) -> Select[Any]:
    up = _lineages()
    parent = runs.alias("above")
    has_parent = exists(1).select_from(parent).where(parent.c.id == up.c.parent_id).correlate(up)
    return select(up.c.asked, *chosen(columns)).join_from(up, runs, runs.c.id == up.c.id).where(~has_parent)


def _descendants(*, is_bounded: bool) -> CTE:
    """Return what is below each run asked of, as (asked, id, depth)."""
    start = select(runs.c.parent_id.label("asked"), runs.c.id, literal("1", Integer).label("depth"))
    within = bindparam("max_depth", type_=Integer())
    start = start.where(read_dialect.one_of(runs.c.parent_id, _ASKED))
    down = (start.where(within > literal("0")) if is_bounded else start).cte("down", recursive=True)
    joined, child = children_of(down)
    step = select(down.c.asked, child.c.id, down.c.depth + literal("1", Integer)).select_from(joined)
    return down.union_all(step.where(down.c.depth < within) if is_bounded else step)


@lru_cache(maxsize=256)
def _list_descendants(
    conditions: tuple[Condition, ...], columns: Columns, stretch: Stretch, *, is_bounded: bool
) -> Select[Any]:
    down = _descendants(is_bounded=is_bounded)
    nearest_first = (down.c.depth, runs.c.created_at.desc(), runs.c.id.desc())
    farthest_first = (down.c.depth.desc(), runs.c.created_at, runs.c.id)
    order = farthest_first if stretch.backward else nearest_first
    place = func.row_number().over(partition_by=down.c.asked, order_by=order).label("place")
    found = select(down.c.asked, down.c.depth, place, *chosen(columns)).join_from(down, runs, runs.c.id == down.c.id)
    found = found.where(matching(conditions))
    if stretch.after is not None:
        found = found.where(_beyond(down, "after", onwards=True))
    if stretch.before is not None:
        found = found.where(_beyond(down, "before", onwards=False))
    ranked = found.subquery("ranked")
    return select(*ranked.c).where(*_in_window(ranked.c.place, stretch)).order_by(ranked.c.place)


def _in_window(place: ColumnElement[int], stretch: Stretch) -> Iterable[ColumnElement[bool]]:
    limit = literal(str(stretch.limit), Integer)
    if not stretch.skips:
        return (place <= limit,)
    skipped = bindparam("skipped", type_=Integer())
    return (place > skipped, place <= skipped + limit)


def _beyond(down: CTE, side: str, *, onwards: bool) -> ColumnElement[bool]:
    depth, created_at, run_id = position(side, int, int, str)
    here, there = tuple_(runs.c.created_at, runs.c.id), tuple_(created_at, run_id)
    if onwards:
        return or_(down.c.depth > depth, and_(down.c.depth == depth, here < there))
    return or_(down.c.depth < depth, and_(down.c.depth == depth, here > there))


def _count_descendants() -> Select[Any]:
    down = _descendants(is_bounded=False)
    counted = select(down.c.asked, runs.c.status, func.count().label("n"))
    return counted.join_from(down, runs, runs.c.id == down.c.id).group_by(down.c.asked, runs.c.status)


_COUNT_DESCENDANTS: Final = _count_descendants()
