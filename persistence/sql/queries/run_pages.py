"""Pages of runs: each list has an index in its order, and its statement is worded to use that index."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, false, select, union, union_all
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import (
    Keys,
    WindowShape,
    behind,
    behind_id,
    between,
    directed,
    keys_of,
    limited,
    limited_for,
    ordering,
    page_by,
    page_of_runs,
    path_key,
)
from persistence.sql.queries.shape import UNARCHIVED_ONLY, Condition, Conditions, Kind, name_of, with_one_status
from persistence.sql.queries.tag_index import TaggedRuns, is_narrow, runs_by_tag, with_runs
from persistence.sql.queries.tagged_pages import tagged_page
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.tables.runs import duration_in, run_tags, runs
from runindex.domain.lifecycle import RunStatus
from runindex.ports.queries import RUN_COLUMNS, SORT_KEY, Columns, RunOrder, RunOrderField

_DURATION: Final = RunOrderField.DURATION.column
_OF_DURATION: Final = frozenset({"created_at", "started_at", "finished_at"})
_ARCHIVED_ONLY: Final = Condition(Kind.STATUS_IN, detail=(RunStatus.ARCHIVED,))
# A statement of more alternatives costs more to plan than it saves.
MOST_BRANCHES: Final = 8
# With an index in the order of creation, or of few runs.
_TAGGED: Final = frozenset({Kind.TAG, Kind.TAGS_ALL, Kind.TAGS_ANY})
_FOUND: Final = frozenset({Kind.NEVER, Kind.ID_IN, Kind.BELOW, Kind.EQUALS})
# What may stand beside them: a bound of the order itself costs nothing.
_BOUNDS: Final = frozenset({Kind.FROM, Kind.UNTIL})


def run_columns(columns: Columns, *more: str, source: FromClause = runs) -> list[ColumnElement[Any]]:
    """Return those columns of `runs`, or of rows taken from it, `more` and the id, in the table's order."""
    wanted = columns.union(more, ("id",))
    computed = [duration_in(source).label(_DURATION)] if _DURATION in wanted else []
    return [*(source.c[name] for name in RUN_COLUMNS if name in wanted), *computed]


def run_page(conditions: Conditions, columns: Columns, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Return the statement for a window of a list of runs; a backward window comes in reverse."""
    if order.field is RunOrderField.METADATA:
        return _by_metadata(conditions, columns, order, window)
    selection = select(*run_columns(columns, order.field.column))
    if order.field.is_nullable:
        return _valued_first(selection.where(matching(conditions)), order, window)
    if order.field is RunOrderField.UPDATED_AT or is_narrow(conditions):
        return page_of_runs(selection.where(matching(conditions)), order, window)
    branches = _branches_of(conditions)
    if branches:
        return _by_branch(branches, columns, order, window)
    by_tag = _by_tag(selection, conditions, order, window)
    return _by_status(selection, conditions, order, window) if by_tag is None else by_tag


def with_key(page_of_list: Select[Any], order: RunOrder, window: WindowShape) -> Select[Any]:
    """Return a window of a list with the sort key of a metadata value, made for the window's runs alone."""
    page = page_of_list.subquery("page")
    key = path_key(runs.c.metadata).label(SORT_KEY)
    rows = select(*page.c, key).select_from(expressions.join_from_left(page, runs, runs.c.id == page.c.id))
    return rows.order_by(*ordering(keys_of(page, order), order, window))


def _by_branch(branches: Sequence[Conditions], columns: Columns, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Merge the lists of the alternatives, each read in order as if it were asked alone; UNION drops repeats."""
    inner = window._replace(merged=True)
    pages = (run_page(branch, frozenset(), order, inner).subquery() for branch in branches)
    merged = union(*map(select, pages)).subquery("merged")
    keys = keys_of(merged, order)
    page = limited(select(*keys).order_by(*directed(keys, order, window)), window).subquery("page")
    needed = [runs.c[name] for name in RUN_COLUMNS if name in columns.union(_OF_DURATION, ("id",))]
    joined, found = expressions.found_from_left(page, needed, lambda run: run.c.id == page.c.id, "found")
    rows = select(*run_columns(columns, order.field.column, source=found)).select_from(joined)
    return rows.order_by(*directed(keys_of(page, order), order, window))


def _by_tag(selection: Select[Any], conditions: Conditions, order: RunOrder, window: WindowShape) -> Select[Any] | None:
    """Read the index of a tag that the conditions demand, if they do."""
    tagged = tagged_page(selection, conditions, order, window)
    if tagged is not None:
        return tagged
    by_tag = runs_by_tag(conditions)
    if by_tag is not None:
        return _tagged(selection, by_tag, order, window)
    any_of = next((condition for condition in conditions if condition.kind is Kind.TAGS_ANY), None)
    return None if any_of is None else _tagged_with_any(selection, conditions, any_of, order, window)


def _by_status(selection: Select[Any], conditions: Conditions, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Merge the lists of the wanted statuses: each is read from an index in order, however rare the status."""
    others = tuple(condition for condition in conditions if condition.kind is not Kind.STATUS_IN)
    branches = [selection.where(matching((branch, *others))) for branch in _status_branches(conditions)]
    if len(branches) == 1:
        return page_by(branches[0], keys_of(runs, order), order, window)
    inside = between(keys_of(runs, order), order, window)
    merged = _merged([branch.where(*inside) for branch in branches], order, window)
    return limited(select(merged).order_by(*directed(keys_of(merged, order), order, window)), window)


def _merged(parts: Iterable[Select[Any]], order: RunOrder, window: WindowShape) -> FromClause:
    """Return the first entries of each part, as many as the window may need."""
    directions = directed(keys_of(runs, order), order, window)
    pages = (limited_for(part.order_by(*directions), window).subquery() for part in parts)
    return union_all(*map(select, pages)).subquery("merged")


def _status_branches(conditions: Conditions) -> Iterable[Condition]:
    for condition in conditions:
        if condition.kind is Kind.STATUS_IN:
            if condition == UNARCHIVED_ONLY or not condition.detail:
                return (condition,)
            return [Condition(Kind.STATUS_IN, detail=(status,)) for status in condition.detail]
    return (UNARCHIVED_ONLY, _ARCHIVED_ONLY)


def _tagged(selection: Select[Any], by_tag: TaggedRuns, order: RunOrder, window: WindowShape) -> Select[Any]:
    found = selection.select_from(by_tag.source).where(by_tag.condition)
    return page_by(found, Keys(by_tag.tags.c.created_at, by_tag.tags.c.run_id), order, window)


def _tagged_with_any(
    selection: Select[Any], conditions: Conditions, tagged: Condition, order: RunOrder, window: WindowShape
) -> Select[Any]:
    """Merge the pages of each tag; DISTINCT drops the repeats of a run with several tags."""
    others = tuple(condition for condition in conditions if condition is not tagged)
    tags = expressions.each(bindparam(name_of(tagged.place), type_=TEXT), "tags")
    by_tag = run_tags.alias("tagged")
    found = selection.select_from(with_runs(by_tag)).where(by_tag.c.tag == tags.c.value, matching(others))
    found = found.correlate(tags)
    keys = Keys(by_tag.c.created_at, by_tag.c.run_id)
    found = found.where(*between(keys, order, window)).order_by(*directed(keys, order, window))
    page = limited_for(found, window)
    joined, ranked = expressions.top_of_each(tags, page, runs.c.id)
    rows = select(*(ranked.c[column.name] for column in selection.selected_columns)).select_from(joined).distinct()
    return limited(rows.order_by(*directed(keys_of(ranked, order), order, window)), window)


def _by_metadata(conditions: Conditions, columns: Columns, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Sort all runs that match: no index has the values at a path."""
    key = path_key(runs.c.metadata).label(order.field.column)
    found = select(*run_columns(columns), key).where(matching(conditions))
    # The offset keeps the planner from inlining this subquery, which would make each key several times.
    keyed = found.offset(literal("0")).subquery("keyed")
    return page_of_runs(select(keyed), order, window, keyed)


def _valued_first(selection: Select[Any], order: RunOrder, window: WindowShape) -> Select[Any]:
    """Merge runs with a value and, after them, those without, each part read from the index in order."""
    parts = (_valued(selection, order, window), _valueless(selection, order, window))
    # A window that ends before it begins has neither part.
    some = [part for part in parts if part is not None] or [selection.where(false())]
    merged = _merged(some, order, window)
    return limited(select(merged).order_by(*ordering(keys_of(merged, order), order, window)), window)


def _valued(selection: Select[Any], order: RunOrder, window: WindowShape) -> Select[Any] | None:
    keys = keys_of(runs, order)
    part = selection.where(keys.value.is_not(None))
    if window.after is not None:
        if not window.after[0]:
            return None
        part = part.where(behind(keys, order, "after"))
    if window.before is not None and window.before[0]:
        part = part.where(behind(keys, order, "before"))
    return part


def _valueless(selection: Select[Any], order: RunOrder, window: WindowShape) -> Select[Any] | None:
    keys = keys_of(runs, order)
    part = selection.where(keys.value.is_(None))
    if window.before is not None:
        if window.before[0]:
            return None
        part = part.where(behind_id(keys, order, "before"))
    if window.after is not None and not window.after[0]:
        part = part.where(behind_id(keys, order, "after"))
    return part


def _branches_of(conditions: Conditions) -> Sequence[Conditions]:
    """Return the conjunctions that the conditions amount to; none when some are read by no index.

    One that few runs meet, and no index has, would be looked for in all runs, however soon another fills the page.
    """
    choices = [condition for condition in conditions if condition.kind is Kind.ANY]
    others = tuple(condition for condition in conditions if condition.kind is not Kind.ANY)
    if len(choices) != 1 or not all(condition.kind is Kind.STATUS_IN or _is_bound(condition) for condition in others):
        return ()
    branches = [branch for part in choices[0].parts for branch in _flat(part)]
    whole = [with_one_status((*others, *branch)) for branch in branches]
    return whole if 1 < len(whole) <= MOST_BRANCHES and all(map(_is_indexed, whole)) else ()


def _flat(part: Condition) -> Sequence[Conditions]:
    """Return the conjunctions that an alternative amounts to: of one that is but a choice itself, its alternatives."""
    own = part.parts if part.kind is Kind.ALL else (part,)
    if len(own) == 1 and own[0].kind is Kind.ANY:
        return [branch for inner in own[0].parts for branch in _flat(inner)]
    return [own]


def _is_indexed(branch: Conditions) -> bool:
    drives = False
    for condition in branch:
        is_status = condition.kind is Kind.STATUS_IN
        drives = drives or condition.kind in _TAGGED | _FOUND or (is_status and condition != UNARCHIVED_ONLY)
        if not (is_status or condition.kind in _TAGGED | _FOUND or _is_bound(condition)):
            return False
    return drives


def _is_bound(condition: Condition) -> bool:
    return condition.kind in _BOUNDS and condition.detail == "created_at"
