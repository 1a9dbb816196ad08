"""Drives a query from the tag index when a filter demands a tag."""

from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, func, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.shape import Condition, Conditions, Kind, name_of
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.tables.runs import run_tags, runs, tag_counts

# Conditions that few runs meet, and that have an index.
_NARROW: Final = frozenset({Kind.ID_IN, Kind.BELOW, Kind.EQUALS})


class TaggedRuns(NamedTuple):
    """Runs joined to one of their tags: the join, its condition, and the tags, ordered by the run's creation."""

    source: FromClause
    condition: ColumnElement[bool]
    tags: FromClause


def is_narrow(conditions: Conditions) -> bool:
    """Tell whether the conditions leave few runs even without those on tags."""
    return any(condition.kind in _NARROW for condition in conditions)


def runs_by_tag(conditions: Conditions) -> TaggedRuns | None:
    """Return the runs that meet the conditions, read from the index of a tag they demand; None when they demand none.

    Of several tags it is the one that the fewest runs have.
    """
    if is_narrow(conditions):
        return None
    for kind in (Kind.TAG, Kind.TAGS_ALL):
        for condition in conditions:
            if condition.kind is kind:
                return _join_tag(condition, conditions)
    return None


def with_runs(tags: FromClause) -> FromClause:
    """Join rows of `run_tags` with their runs."""
    return expressions.join_from_left(tags, runs, runs.c.id == tags.c.run_id)


def _join_tag(tagged: Condition, conditions: Conditions) -> TaggedRuns:
    bound = bindparam(name_of(tagged.place), type_=TEXT)
    is_one = tagged.kind is Kind.TAG
    others = tuple(condition for condition in conditions if not (is_one and condition is tagged))
    tags = run_tags.alias("tagged")
    is_tag = tags.c.tag == (bound if is_one else rarest(bound))
    return TaggedRuns(with_runs(tags), and_(is_tag, matching(others)), tags)


def rarest(tags: ColumnElement[str]) -> ColumnElement[str]:
    """Return the tag of a JSON array that the fewest runs have, by the kept counts."""
    wanted = expressions.each(tags, "wanted")
    counted = select(wanted.c.value).outerjoin_from(wanted, tag_counts, tag_counts.c.tag == wanted.c.value)
    ordered = counted.order_by(func.coalesce(tag_counts.c.n, literal("0")), wanted.c.value)
    return ordered.limit(literal("1")).scalar_subquery()
