"""Pages of the runs that have a tag and a status: read in order of the tag's runs, or of the status' if they are fewer.

Which are fewer is read from the kept counts when the statement runs. Neither depends on the planner's statistics, which
say nothing just after a load, nor on a plan that was kept from before.
"""

from collections.abc import Sequence
from typing import Any

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
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Kind, name_of
from persistence.sql.queries.tag_index import Conditions
from persistence.sql.queries.targets import one_of_statuses
from persistence.sql.queries.where import TEXT
from persistence.sql.tables.runs import run_tags, runs, status_counts, tag_counts
from runindex.domain.lifecycle import RunStatus
from runindex.ports.queries import RunOrder


def tagged_page(
    selection: Select[Any], conditions: Conditions, order: RunOrder, window: WindowShape
) -> Select[Any] | None:
    """Return a window of the runs with a tag and a status, by creation; None when the conditions are others.

    None is for selections of computed columns, too.
    """
    columns = [column for column in selection.selected_columns if isinstance(column, Column)]
    if len(columns) < len(selection.selected_columns):
        return None
    tagged = next((condition for condition in conditions if condition.kind is Kind.TAG), None)
    others = [condition for condition in conditions if condition is not tagged]
    if tagged is None or len(others) > 1 or any(other.kind is not Kind.STATUS_IN for other in others):
        return None
    tag = bindparam(name_of(tagged.place), type_=TEXT)
    statuses = others[0] if others else None
    if statuses is None or statuses == UNARCHIVED_ONLY:
        return page_by(*_of_tag(columns, tag, statuses), order, window)
    if len(statuses.detail) != 1:
        return None
    few = _counted(tag_counts.c.n, tag_counts.c.tag == tag) <= _counted(
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


def _of_tag(
    columns: Sequence[Column[Any]], tag: BindParameter[str], statuses: Condition | None
) -> tuple[Select[Any], Keys]:
    """Return the runs in the order of the tag's index."""
    tags = run_tags.alias("tagged")
    needed = list({column.name: column for column in (*columns, runs.c.id, runs.c.status)}.values())
    joined, found = expressions.found_from_left(
        tags, needed, lambda run: _is(run, statuses) & (run.c.id == tags.c.run_id), "found"
    )
    # Those of the index, by which the planner knows the order of what is selected.
    ordered = {"created_at": tags.c.created_at, "id": tags.c.run_id.label("id")}
    selected = (ordered.get(column.name, found.c[column.name]) for column in columns)
    selection = select(*selected).select_from(joined).where(tags.c.tag == tag)
    return selection, Keys(tags.c.created_at, tags.c.run_id)


def _of_status(
    columns: Sequence[Column[Any]], tag: BindParameter[str], statuses: Condition
) -> tuple[Select[Any], Keys]:
    """Return the runs in the order of the status' index."""
    joined, _ = expressions.found_from_left(
        runs,
        [run_tags.c.run_id, run_tags.c.tag],
        lambda tags: (tags.c.run_id == runs.c.id) & (tags.c.tag == tag),
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
