"""The conditions of a filter that leave few runs: these are read, and no index of words is asked.

How many they leave is counted when the statement runs, up to a bound, from indexes that have them.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, or_, select, true
from sqlalchemy import literal_column as literal

from persistence.sql.queries.expressions import join_from_left
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Conditions, Kind, name_of
from persistence.sql.queries.tag_index import rarest
from persistence.sql.queries.targets import one_of_statuses
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.tables.runs import run_tags, runs, status_counts

# So many runs are read rather than looked up.
FEW: Final = 1000
_TAGS: Final = frozenset({Kind.TAG, Kind.TAGS_ALL})
_BOUNDS: Final = frozenset({Kind.FROM, Kind.UNTIL})


class _Narrowing(NamedTuple):
    """Whether a condition leaves few runs, and the runs that meet it: what they are joined to is tried first."""

    is_few: ColumnElement[bool]
    joined: Callable[[FromClause], FromClause]


class FewRuns(NamedTuple):
    """How many a filter leaves: selects of the ids of its runs, which find none unless they are few.

    `source` is a row to join from the left, and `is_other` tells whether no select finds any.
    """

    ids: tuple[Select[Any], ...]
    source: FromClause
    is_other: ColumnElement[bool]


def few_runs(conditions: Conditions) -> FewRuns | None:
    """Return how the runs that meet the conditions are read when they are few; None when no condition tells."""
    found = tuple(_narrowings(conditions))
    if not found:
        return None
    known = select(*(each.is_few.label(f"by_{place}") for place, each in enumerate(found)))
    few = known.cte("few").prefix_with("MATERIALIZED")
    flags = [few.c[f"by_{place}"] for place in range(len(found))]
    ids = []
    for place, each in enumerate(found):
        chosen = only_if(few, and_(flags[place], *(~earlier for earlier in flags[:place])))
        ids.append(
            select(runs.c.id).select_from(each.joined(few)).where(chosen, matching(conditions)).limit(literal(str(FEW)))
        )
    return FewRuns(tuple(ids), few, ~or_(*flags))


def only_if(row: FromClause, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a condition on a row that all else is joined to holds, so that nothing is read when it does not.

    SQLite tries what is on the left of a join first, and Postgres a subquery that no row takes part in.
    """
    return condition & select(condition).select_from(row).correlate(None).scalar_subquery()


def _narrowings(conditions: Conditions) -> Iterator[_Narrowing]:
    for condition in conditions:
        if condition.kind in _TAGS:
            yield _of_tag(condition)
    statuses = [each for each in conditions if each.kind is Kind.STATUS_IN]
    bounds = [each for each in conditions if each.kind in _BOUNDS and each.detail == "created_at"]
    # The index by creation alone has no archived runs.
    if statuses and (bounds or statuses[0] != UNARCHIVED_ONLY):
        yield _Narrowing(_are_few(statuses[0], bounds), lambda few: join_from_left(few, runs, true()))


def _of_tag(condition: Condition) -> _Narrowing:
    bound = bindparam(name_of(condition.place), type_=TEXT)
    tag = bound if condition.kind is Kind.TAG else rarest(bound)
    tags = run_tags.alias("few_tagged")
    some = _some(select(literal("1").label("one")).where(run_tags.c.tag == tag))

    def joined(few: FromClause) -> FromClause:
        return join_from_left(join_from_left(few, tags, tags.c.tag == tag), runs, runs.c.id == tags.c.run_id)

    return _Narrowing(some, joined)


def _are_few(status: Condition, bounds: list[Condition]) -> ColumnElement[bool]:
    if not bounds:
        number = select(func.coalesce(func.sum(status_counts.c.n), literal("0")))
        kept = number.where(one_of_statuses(status_counts.c.status, status.detail))
        return kept.scalar_subquery() <= literal(str(FEW))
    newest_first = (runs.c.created_at.desc(), runs.c.id.desc())
    return _some(select(literal("1").label("one")).where(matching((status, *bounds))).order_by(*newest_first))


def _some(ones: Select[Any]) -> ColumnElement[bool]:
    some = ones.limit(literal(str(FEW + 1))).subquery()
    return select(func.count()).select_from(some).scalar_subquery() <= literal(str(FEW))
