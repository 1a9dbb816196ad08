"""The conditions of a filter that leave few runs: these are read, and no index of words is asked.

How many they leave is counted when the statement runs, up to a bound, from indexes that have them.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Label, Select, and_, bindparam, case, false, func, or_, select, true
from sqlalchemy import literal_column as literal

from persistence.sql.queries.expressions import join_from_left
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Conditions, Kind, name_of
from persistence.sql.queries.tag_index import rarest
from persistence.sql.queries.targets import one_of_statuses
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.tables.runs import run_tags, runs, status_counts
from persistence.sql.words.matches import named_by_index

# So many runs are read rather than looked up; of common words, which the index has for more runs than that, more are.
FEW: Final = 1000
MANY: Final = 10_000
_ONE: Final[Label[int]] = literal("1").label("one")
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


def few_runs(conditions: Conditions, words: int) -> FewRuns | None:
    """Return how the runs that meet the conditions are read when they are few; None when no condition tells.

    The index can be asked for so many words, by their places.
    """
    found = tuple(_narrowings(conditions, _is_common(words)))
    if not found:
        return None
    known = select(*(each.is_few.label(f"by_{place}") for place, each in enumerate(found)))
    few = known.cte("few").prefix_with("MATERIALIZED")
    flags = [few.c[f"by_{place}"] for place in range(len(found))]
    ids = []
    for place, each in enumerate(found):
        chosen = only_if(few, and_(flags[place], *(~earlier for earlier in flags[:place])))
        ids.append(
            select(runs.c.id)
            .select_from(each.joined(few))
            .where(chosen, matching(conditions))
            .limit(literal(str(MANY)))
        )
    return FewRuns(tuple(ids), few, ~or_(*flags))


def only_if(row: FromClause, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a condition on a row that all else is joined to holds, so that nothing is read when it does not.

    SQLite tries what is on the left of a join first, and Postgres a subquery that no row takes part in.
    """
    return condition & select(condition).select_from(row).correlate(None).scalar_subquery()


def _narrowings(conditions: Conditions, is_common: ColumnElement[bool]) -> Iterator[_Narrowing]:
    for condition in conditions:
        if condition.kind in _TAGS:
            yield _of_tag(condition, is_common)
    statuses = [each for each in conditions if each.kind is Kind.STATUS_IN]
    bounds = [each for each in conditions if each.kind in _BOUNDS and each.detail == "created_at"]
    # The index by creation alone has no archived runs.
    if statuses and (bounds or statuses[0] != UNARCHIVED_ONLY):
        yield _Narrowing(
            _are_few(_counted(statuses[0], bounds), is_common), lambda few: join_from_left(few, runs, true())
        )


def _of_tag(condition: Condition, is_common: ColumnElement[bool]) -> _Narrowing:
    bound = bindparam(name_of(condition.place), type_=TEXT)
    tag = bound if condition.kind is Kind.TAG else rarest(bound)
    tags = run_tags.alias("few_tagged")
    number = _number_of(select(_ONE).where(run_tags.c.tag == tag), MANY)

    def joined(few: FromClause) -> FromClause:
        return join_from_left(join_from_left(few, tags, tags.c.tag == tag), runs, runs.c.id == tags.c.run_id)

    return _Narrowing(_are_few(number, is_common), joined)


def _counted(status: Condition, bounds: list[Condition]) -> Select[Any]:
    if not bounds:
        number = select(func.coalesce(func.sum(status_counts.c.n), literal("0")).label("n"))
        return number.where(one_of_statuses(status_counts.c.status, status.detail))
    newest_first = (runs.c.created_at.desc(), runs.c.id.desc())
    found = select(_ONE).where(matching((status, *bounds))).order_by(*newest_first)
    return _number_of(found, MANY)


def _is_common(words: int) -> ColumnElement[bool]:
    """Tell whether the index has one of the words for many runs."""
    named = [named_by_index(place, f"common_{place}") for place in range(words)]
    numbers = [_number_of(select(_ONE).select_from(each), FEW) for each in named]
    return or_(*(number.scalar_subquery() > literal(str(FEW)) for number in numbers))


def _are_few(number: Select[Any], is_common: ColumnElement[bool]) -> ColumnElement[bool]:
    counted = number.subquery("counted")
    is_more = counted.c.n <= literal(str(MANY))
    few = case((counted.c.n <= literal(str(FEW)), true()), (is_more, is_common), else_=false())
    return select(few).select_from(counted).scalar_subquery()


def _number_of(ones: Select[Any], most: int) -> Select[Any]:
    """Count rows; one more than the most is enough."""
    return select(func.count().label("n")).select_from(ones.limit(literal(str(most + 1))).subquery())
