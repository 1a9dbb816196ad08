"""Counts of runs: of a list, and by group."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, FromClause, Select, bindparam, collate, func, select, true
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import bound_values, bounded
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Kind, name_of, split_filter
from persistence.sql.queries.tag_index import runs_by_tag
from persistence.sql.queries.targets import one_of_statuses
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import run_tags, runs, status_counts, tag_counts
from persistence.sql.words.names import asking_for_name, count_by_name
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, only_status
from runindex.ports.queries import RunGroupKey
from runindex.ports.statistics import capped


class CountReads(StatementRunner):
    """Counts runs."""

    async def count_runs(self, run_filter: RunFilter, at_most: int | None = None) -> int:
        """Return how many runs the filter matches, exactly; counting stops at `at_most`."""
        statuses = only_status(run_filter)
        conditions, values = split_filter(run_filter)
        if statuses is not None:
            statement = _count_by_status(frozenset(statuses))
        else:
            asked = asking_for_name(conditions, values)
            values |= asked
            statement = count_statement(conditions, is_bounded=at_most is not None, by_name=bool(asked))
        return capped(int((await self._fetch(statement, values | bound_values(at_most)))[0]["n"]), at_most)

    async def group_runs(self, run_filter: RunFilter, key: RunGroupKey, limit: int | None) -> Sequence[tuple[str, int]]:
        """Return groups and their sizes, largest first, then by key. Runs without the key are in no group."""
        statuses = only_status(run_filter)
        conditions, values = split_filter(run_filter)
        if key is RunGroupKey.STATUS and statuses is not None:
            statement = _kept_status_groups(frozenset(statuses), limit)
        elif key is RunGroupKey.TAG and conditions == (UNARCHIVED_ONLY,):
            statement = _kept_tag_groups(limit)
        else:
            statement = _group(conditions, key, limit)
        return [(row["key"], row["n"]) for row in await self._fetch(statement, values)]


@lru_cache(maxsize=64)
def _count_by_status(statuses: frozenset[RunStatus]) -> Select[Any]:
    return _total(status_counts).where(one_of_statuses(status_counts.c.status, statuses))


@lru_cache(maxsize=1024)
def count_statement(conditions: tuple[Condition, ...], *, is_bounded: bool, by_name: bool) -> Select[Any]:
    """Return the statement that counts the runs that meet the conditions."""
    match sorted(conditions, key=lambda condition: condition.kind is Kind.TAG):
        case [condition, Condition(Kind.TAG, place)] if condition == UNARCHIVED_ONLY:
            return _total(tag_counts).where(tag_counts.c.tag == bindparam(name_of(place), type_=TEXT))
    if by_name:
        named = select(count_by_name(conditions).subquery("named"))
        some = (bounded(named) if is_bounded else named).subquery("some")
        return select(func.count().label("n")).select_from(some)
    if is_bounded:
        some = bounded(_found(select(literal("1").label("one")), conditions)).subquery("some")
        return select(func.count().label("n")).select_from(some)
    return _found(select(func.count().label("n")), conditions)


def _found(selection: Select[Any], conditions: tuple[Condition, ...]) -> Select[Any]:
    """Add to a selection its source: the runs that meet the conditions."""
    by_tag = runs_by_tag(conditions)
    if by_tag is None:
        return selection.select_from(runs).where(matching(conditions))
    return selection.select_from(by_tag.source).where(by_tag.condition)


def _total(counts: FromClause) -> Select[Any]:
    return select(func.coalesce(func.sum(counts.c.n), 0).label("n"))


@lru_cache(maxsize=64)
def _kept_status_groups(statuses: frozenset[RunStatus], limit: int | None) -> Select[Any]:
    chosen = one_of_statuses(status_counts.c.status, statuses)
    return _kept_groups(status_counts, status_counts.c.status, limit).where(chosen)


@lru_cache(maxsize=64)
def _kept_tag_groups(limit: int | None) -> Select[Any]:
    return _kept_groups(tag_counts, tag_counts.c.tag, limit)


def _kept_groups(counts: FromClause, key: ColumnElement[Any], limit: int | None) -> Select[Any]:
    groups = select(key.label("key"), counts.c.n).where(counts.c.n > literal("0"))
    return _largest_first(groups, counts.c.n, key, limit)


@lru_cache(maxsize=256)
def _group(conditions: tuple[Condition, ...], key: RunGroupKey, limit: int | None) -> Select[Any]:
    column, size = _COLUMNS[key], func.count()
    groups = select(column.label("key"), size.label("n")).where(column.is_not(None))
    if key is not RunGroupKey.TAG:
        groups = _found(groups, conditions)
    elif conditions:
        return _tags_of(_found(select(runs.c.tags), conditions).subquery("found"), limit)
    return _largest_first(groups.group_by(column), size, column, limit)


def _tags_of(found: FromClause, limit: int | None) -> Select[Any]:
    """Count the tags in the arrays of runs."""
    tags, size = expressions.each(found.c.tags, "each_tag"), func.count()
    tag = tags.c.value
    groups = select(tag.label("key"), size.label("n")).select_from(found.join(tags, true())).group_by(tag)
    return _largest_first(groups, size, expressions.PerDialect(postgresql=collate(tag, "C"), sqlite=tag), limit)


def _largest_first(
    groups: Select[Any], size: ColumnElement[int], key: ColumnElement[Any], limit: int | None
) -> Select[Any]:
    ordered = groups.order_by(size.desc(), key)
    return ordered if limit is None else ordered.limit(literal(str(limit)))


_COLUMNS: Final[Mapping[RunGroupKey, Column[Any]]] = MappingProxyType(
    {
        RunGroupKey.STATUS: runs.c.status,
        RunGroupKey.TAG: run_tags.c.tag,
        RunGroupKey.DATASET: runs.c.dataset_id,
        RunGroupKey.TARGET: runs.c.target_id,
        RunGroupKey.PARENT: runs.c.parent_id,
    }
)
