"""Runs above and below others: one statement for any number of runs."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, Integer, Select, and_, bindparam, func, or_, select, tuple_
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import WindowShape, in_list_order, position, shape_of, values_of
from persistence.sql.queries.lineage import children_of, parents_of
from persistence.sql.queries.run_pages import run_columns
from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.targets import one_of_statuses, run_in
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, only_status
from runindex.ports.queries import Columns, Row
from runindex.ports.store import DescendantQuery

_REQUESTED: Final = bindparam("requested", type_=TEXT)


class HierarchyReads(StatementRunner):
    """Reads the ancestors and descendants of runs."""

    async def list_ancestors(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
        """Return each run's ancestors, nearest first, up to a root or a dangling parent."""
        return by_requested(run_ids, await self._fetch(_list_ancestors(columns), {"requested": array_of(run_ids)}))

    async def find_roots(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return each run's topmost existing ancestor, the run itself if it has none."""
        rows = await self._fetch(_find_roots(columns), {"requested": array_of(run_ids)})
        return {row["requested"]: row for row in rows}

    async def list_descendants(self, run_ids: Sequence[str], query: DescendantQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each run a window of its descendants; each row has a column `depth`, 1 for a child."""
        wanted, values = _shown_by(query.filter)
        statement = _list_descendants(
            wanted, query.columns, shape_of(query.window), is_bounded=query.max_depth is not None
        )
        values |= values_of(query.window) | {"requested": array_of(run_ids), "max_depth": query.max_depth}
        return by_requested(run_ids, in_list_order(await self._fetch(statement, values), query.window))

    async def count_descendants(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return for each run the statuses of all its descendants, in enum order, with how many have them."""
        rows = await self._fetch(_COUNT_DESCENDANTS, {"requested": array_of(run_ids)})
        counts = {(row["requested"], row["status"]): row["n"] for row in rows}
        return {
            run_id: [(status.value, counts[run_id, status]) for status in RunStatus if (run_id, status) in counts]
            for run_id in run_ids
        }


class ShownRuns(NamedTuple):
    """What a list of descendants shows: some statuses, or the runs that meet conditions."""

    statuses: tuple[RunStatus, ...] | None
    conditions: tuple[Condition, ...]

    def source(self, down: CTE) -> tuple[FromClause, Sequence[ColumnElement[bool]]]:
        """Return the source of the descendants shown, and the conditions on it."""
        if self.statuses is None:
            joined, _ = _runs_of(down, self.conditions)
            return joined, ()
        return down, (one_of_statuses(down.c.status, self.statuses),)


def _shown_by(run_filter: RunFilter) -> tuple[ShownRuns, dict[str, Any]]:
    statuses = only_status(run_filter)
    if statuses is not None:
        return ShownRuns(statuses, ()), {}
    conditions, values = split_filter(run_filter)
    return ShownRuns(None, conditions), values


def by_requested(requested: Iterable[str], rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each requested run, none for one without rows."""
    answers: dict[str, list[Row]] = {run_id: [] for run_id in requested}
    for row in rows:
        answers[row["requested"]].append(row)
    return answers


def _lineages(columns: Columns) -> CTE:
    """Return each requested run and its ancestors, as (requested, depth, columns with id and parent_id)."""
    carried = [column.name for column in run_columns(columns, "parent_id")]
    start = select(
        runs.c.id.label("requested"), literal("0", Integer).label("depth"), *(runs.c[name] for name in carried)
    )
    up = start.where(expressions.one_of(runs.c.id, _REQUESTED)).cte("up", recursive=True)
    joined, parent = parents_of(up, carried)
    step = select(up.c.requested, up.c.depth + literal("1", Integer), *(parent.c[name] for name in carried))
    return up.union_all(step.select_from(joined))


@lru_cache(maxsize=256)
def _list_ancestors(columns: Columns) -> Select[Any]:
    up = _lineages(columns)
    rows = select(up.c.requested, *(up.c[column.name] for column in run_columns(columns)))
    return rows.where(up.c.depth > literal("0")).order_by(up.c.depth)


@lru_cache(maxsize=256)
def _find_roots(columns: Columns) -> Select[Any]:
    up = _lineages(frozenset())
    place = func.row_number().over(partition_by=up.c.requested, order_by=up.c.depth.desc()).label("place")
    highest = select(up.c.requested, up.c.id, place).subquery("highest")
    joined, root = _runs_of(highest)
    rows = select(highest.c.requested, *(root.c[column.name] for column in run_columns(columns))).select_from(joined)
    return rows.where(highest.c.place == literal("1"))


def _runs_of(rows: FromClause, conditions: tuple[Condition, ...] = ()) -> tuple[FromClause, FromClause]:
    """Join rows, by their `id`, with those of the runs that meet the conditions."""
    return expressions.looked_up(
        rows, list(runs.c), lambda source: and_(source.c.id == rows.c.id, matching(conditions, run_in(source))), "run"
    )


def _descendants(*more: str, is_bounded: bool = False) -> CTE:
    """Return the descendants of each requested run, as (requested, depth, id) and more columns."""
    carried = ("id", *more)
    start = select(runs.c.parent_id.label("requested"), literal("1", Integer).label("depth"))
    start = start.add_columns(*(runs.c[name] for name in carried)).where(
        expressions.one_of(runs.c.parent_id, _REQUESTED)
    )
    deepest = bindparam("max_depth", type_=Integer())
    down = (start.where(deepest > literal("0")) if is_bounded else start).cte("down", recursive=True)
    joined, child = children_of(down, carried)
    step = select(down.c.requested, down.c.depth + literal("1", Integer), *(child.c[name] for name in carried))
    step = step.select_from(joined)
    return down.union_all(step.where(down.c.depth < deepest) if is_bounded else step)


@lru_cache(maxsize=256)
def _list_descendants(wanted: ShownRuns, columns: Columns, window: WindowShape, *, is_bounded: bool) -> Select[Any]:
    # Ranked by the columns that the recursion carries: only the runs of the page are read whole.
    down = _descendants("created_at", "status", is_bounded=is_bounded)
    shown, conditions = wanted.source(down)
    nearest_first = (down.c.depth, down.c.created_at.desc(), down.c.id.desc())
    farthest_first = (down.c.depth.desc(), down.c.created_at, down.c.id)
    order = farthest_first if window.backward else nearest_first
    place = func.row_number().over(partition_by=down.c.requested, order_by=order).label("place")
    found = select(down.c.requested, down.c.depth, down.c.id, place).select_from(shown).where(*conditions)
    if window.after is not None:
        found = found.where(_beyond(down, "after", onwards=True))
    if window.before is not None:
        found = found.where(_beyond(down, "before", onwards=False))
    ranked = found.subquery("ranked")
    page = select(ranked).where(*_in_window(ranked.c.place, window)).subquery("page")
    joined, run = _runs_of(page)
    rows = select(page.c.requested, page.c.depth, *(run.c[column.name] for column in run_columns(columns)))
    return rows.select_from(joined).order_by(page.c.place)


def _in_window(place: ColumnElement[int], window: WindowShape) -> Iterable[ColumnElement[bool]]:
    limit = literal(str(window.limit), Integer)
    if not window.skips:
        return (place <= limit,)
    skipped = bindparam("skipped", type_=Integer())
    return (place > skipped, place <= skipped + limit)


def _beyond(down: CTE, side: str, *, onwards: bool) -> ColumnElement[bool]:
    depth, created_at, run_id = position(side, int, int, str)
    here, there = tuple_(down.c.created_at, down.c.id), tuple_(created_at, run_id)
    if onwards:
        return or_(down.c.depth > depth, and_(down.c.depth == depth, here < there))
    return or_(down.c.depth < depth, and_(down.c.depth == depth, here > there))


def _count_descendants() -> Select[Any]:
    down = _descendants("status")
    return select(down.c.requested, down.c.status, func.count().label("n")).group_by(down.c.requested, down.c.status)


_COUNT_DESCENDANTS: Final = _count_descendants()
