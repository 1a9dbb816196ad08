"""Pages of the runs that have a tag, or several, and a status: read in order of the rarest tag's runs, or the status'.

Which are fewer is read from the kept counts when the statement runs. Neither depends on the planner's statistics, which
say nothing just after a load, nor on a plan that was kept from before.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import (
    Keys,
    WindowShape,
    between,
    directed,
    keys_of,
    limited,
    limited_for,
    page_by,
)
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Conditions, Kind, name_of
from persistence.sql.queries.tag_index import rarest
from persistence.sql.queries.targets import has_all_tags, one_of_statuses
from persistence.sql.queries.where import TEXT
from persistence.sql.tables.runs import run_tags, runs, status_counts, tag_counts
from runindex.domain.lifecycle import RunStatus
from runindex.ports.queries import RunOrder


class _WantedTags(NamedTuple):
    """The parameter with the tags: one text, or a JSON array of several."""

    value: BindParameter[str]
    is_one: bool

    @property
    def rarest(self) -> ColumnElement[str]:
        """Return the tag that the fewest runs have."""
        return self.value if self.is_one else rarest(self.value)


_TAGS: Final = frozenset({Kind.TAG, Kind.TAGS_ALL})


def tagged_page(
    selection: Select[Any], conditions: Conditions, order: RunOrder, window: WindowShape
) -> Select[Any] | None:
    """Return a window of the runs with tags and a status, by creation; None when the conditions are others.

    None is for selections of computed columns, too.
    """
    columns = [column for column in selection.selected_columns if isinstance(column, Column)]
    if len(columns) < len(selection.selected_columns):
        return None
    tagged = next((condition for condition in conditions if condition.kind in _TAGS), None)
    others = [condition for condition in conditions if condition is not tagged]
    if tagged is None or len(others) > 1 or any(other.kind is not Kind.STATUS_IN for other in others):
        return None
    tag = _WantedTags(bindparam(name_of(tagged.place), type_=TEXT), is_one=tagged.kind is Kind.TAG)
    statuses = others[0] if others else None
    if statuses is None or statuses == UNARCHIVED_ONLY:
        return page_by(*_of_tag(columns, tag, statuses), order, window)
    if len(statuses.detail) != 1:
        return None
    few = _counted(tag_counts.c.n, tag_counts.c.tag == tag.rarest) <= _counted(
        status_counts.c.n, one_of_statuses(status_counts.c.status, statuses.detail)
    )
    parts = []
    for (found, keys), is_chosen in (
        (_of_tag(columns, tag, statuses), few),
        (_of_status(columns, tag, statuses), ~few),
    ):
        inside = found.where(is_chosen, *between(keys, order, window)).order_by(*directed(keys, order, window))
        parts.append(limited_for(inside, window).subquery())
    merged = union_all(*map(select, parts)).subquery("merged")
    return limited(select(merged).order_by(*directed(keys_of(merged, order), order, window)), window)


def _of_tag(columns: Sequence[Column[Any]], tag: _WantedTags, statuses: Condition | None) -> tuple[Select[Any], Keys]:
    """Return the runs in the order of the tag's index."""
    tags = run_tags.alias("tagged")
    needed = list({column.name: column for column in (*columns, runs.c.id, runs.c.status)}.values())
    joined, found = expressions.found_from_left(
        tags, needed, lambda run: _is(run, statuses) & (run.c.id == tags.c.run_id), "found"
    )
    # Those of the index, by which the planner knows the order of what is selected.
    ordered = {"created_at": tags.c.created_at, "id": tags.c.run_id.label("id")}
    selected = (ordered.get(column.name, found.c[column.name]) for column in columns)
    selection = select(*selected).select_from(joined).where(tags.c.tag == tag.rarest)
    if not tag.is_one:
        # Of most runs the tags alone are looked at.
        selection = selection.where(has_all_tags(tags.c.created_at, tags.c.run_id, tag.value))
    return selection, Keys(tags.c.created_at, tags.c.run_id)


def _of_status(columns: Sequence[Column[Any]], tag: _WantedTags, statuses: Condition) -> tuple[Select[Any], Keys]:
    """Return the runs in the order of the status' index."""
    if not tag.is_one:
        held = select(*columns).where(_is(runs, statuses), has_all_tags(runs.c.created_at, runs.c.id, tag.value))
        return held, Keys(runs.c.created_at, runs.c.id)
    joined, _ = expressions.found_from_left(
        runs,
        [run_tags.c.run_id, run_tags.c.tag, run_tags.c.created_at],
        lambda tags: (
            (tags.c.tag == tag.value) & (tags.c.created_at == runs.c.created_at) & (tags.c.run_id == runs.c.id)
        ),
        "held",
    )
    selection = select(*columns).select_from(joined).where(_is(runs, statuses))
    return selection, Keys(runs.c.created_at, runs.c.id)


def _is(run: FromClause, statuses: Condition | None) -> ColumnElement[bool]:
    if statuses is None:
        return true()
    if statuses == UNARCHIVED_ONLY:
        return run.c.status != literal(f"'{RunStatus.ARCHIVED}'")
    return one_of_statuses(run.c.status, statuses.detail)


def _counted(count: Column[int], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(select(count).where(condition).scalar_subquery(), literal("0"))
