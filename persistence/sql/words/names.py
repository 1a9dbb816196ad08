"""Pages and counts of the runs whose names contain a text, whatever else is asked of them.

A text that many names have is found among the first runs of the list; for another, the index of words names the runs.
Which it is shows when the statement runs, and depends on no statistics.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Label,
    Select,
    bindparam,
    func,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import (
    Keys,
    WindowShape,
    keys_of,
    limit_of,
    limited,
    ordering,
    page_by,
    page_of_runs,
)
from persistence.sql.queries.run_pages import run_columns, run_page
from persistence.sql.queries.shape import Condition, Conditions, Kind, Values, name_of
from persistence.sql.queries.tag_index import is_narrow, rarest
from persistence.sql.queries.where import INSTANT, TEXT, matching
from persistence.sql.tables.runs import run_tags, runs
from persistence.sql.tables.words import unindexed_runs
from persistence.sql.words.asking import values_asking
from persistence.sql.words.few import only_if
from persistence.sql.words.matches import join_runs, named_by_index
from runindex.domain.runs.words import entries_for_name
from runindex.ports.queries import Columns, RunOrder, RunOrderField

# So many runs of the list are looked at before the index is asked.
LOOKED_AT: Final = 500
# A count of names that more runs may have reads the runs themselves.
MOST_COUNTED: Final = 20_000
NAME: Final = "name"
_BOUNDS: Final = frozenset({Kind.FROM, Kind.UNTIL})
_TAGS: Final = frozenset({Kind.TAG, Kind.TAGS_ALL})
_NO_COLUMNS: Final[Columns] = frozenset()


def asking_for_name(conditions: Conditions, values: Values) -> dict[str, str]:
    """Return the values that ask the index for runs by their names; none when it is of no use for that.

    It is where a part of the name that is long enough must be there, and nothing else leaves few runs.
    """
    if is_narrow(conditions):
        return {}
    parts = [values[name_of(each.place)] for each in conditions if each.kind is Kind.NAME_CONTAINS]
    entries = dict.fromkeys(entry for part in parts for entry in entries_for_name(part))
    return values_asking(NAME, entries) if entries else {}


def run_page_by_name(conditions: Conditions, columns: Columns, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Return the statement for a window of a list of runs whose names contain a text; a backward one comes in reverse.

    The text's entries are bound beside it (`asking_for_name`).
    """
    if order.field is RunOrderField.METADATA:
        return run_page(conditions, columns, order, window)
    selection = select(*run_columns(columns, order.field.column))
    names = [column.name for column in selection.selected_columns]
    limit = max(LOOKED_AT, window.limit)
    listed = _first_of_list(conditions, order, window._replace(limit=limit, skips=False)).cte("listed")
    looked = selection.select_from(expressions.join_from_left(listed, runs, runs.c.id == listed.c.id))
    inside = window._replace(merged=True)
    near = page_of_runs(looked.where(matching(conditions)), order, inside).cte("near").prefix_with("MATERIALIZED")
    is_short = (_number_of(near) < limit_of(window)) & (_number_of(listed) >= literal(str(limit)))
    found = selection.select_from(join_runs(_named(is_short))).where(matching(conditions), is_short)
    far = page_of_runs(found, order, inside).subquery("far")
    parts = (select(*(near.c[name] for name in names)).where(~is_short), select(*(far.c[name] for name in names)))
    merged: FromClause = union_all(*parts).subquery("merged")
    return limited(select(merged).order_by(*ordering(keys_of(merged, order), order, window)), window)


def _first_of_list(conditions: Conditions, order: RunOrder, window: WindowShape) -> Select[Any]:
    """Return the ids of a window of a list of which an index has the order, and which has all that is asked for."""
    if order.field is not RunOrderField.CREATED_AT:
        return run_page((), _NO_COLUMNS, order, window)
    bounds = tuple(each for each in conditions if each.kind in _BOUNDS and each.detail == "created_at")
    for tagged in conditions:
        if tagged.kind in _TAGS:
            return _first_of_tag(tagged, bounds, order, window)
    statuses = tuple(each for each in conditions if each.kind is Kind.STATUS_IN)
    return run_page((*statuses, *bounds), _NO_COLUMNS, order, window)


def _first_of_tag(tagged: Condition, bounds: Conditions, order: RunOrder, window: WindowShape) -> Select[Any]:
    tag: ColumnElement[str] = bindparam(name_of(tagged.place), type_=TEXT)
    tags = run_tags.alias("tagged")
    found = select(tags.c.run_id.label("id")).where(tags.c.tag == (tag if tagged.kind is Kind.TAG else rarest(tag)))
    for each in bounds:
        instant = bindparam(name_of(each.place), type_=INSTANT)
        is_behind = tags.c.created_at >= instant
        found = found.where(is_behind if each.kind is Kind.FROM else tags.c.created_at < instant)
    return page_by(found, Keys(tags.c.created_at, tags.c.run_id), order, window)


def count_by_name(conditions: Conditions) -> CompoundSelect[Any]:
    """Select once as `one` each run that meets conditions of which some are on its name: for a count.

    Of a part of a name that very many have, the runs themselves are read.
    """
    one: Label[int] = literal("1").label("one")
    probed = named_by_index(NAME, "probed")
    some = select(one).select_from(probed).limit(literal(str(MOST_COUNTED + 1))).subquery("some")
    number = select(func.count().label("n")).select_from(some).cte("number").prefix_with("MATERIALIZED")
    is_few = select(number.c.n).scalar_subquery() <= literal(str(MOST_COUNTED))
    by_index = select(one).select_from(join_runs(_named(is_few))).where(matching(conditions), is_few)
    all_runs = expressions.join_from_left(number, runs, true())
    is_many = only_if(number, number.c.n > literal(str(MOST_COUNTED)))
    return union_all(by_index, select(one).select_from(all_runs).where(is_many, matching(conditions)))


def _named(is_asked: ColumnElement[bool]) -> FromClause:
    """Return the runs that may have the name: those that the index names, and those not in it."""
    known = named_by_index(NAME, "known", is_asked)
    return union(
        select(known.c.incarnation, known.c.run_id), select(unindexed_runs.c.incarnation, unindexed_runs.c.run_id)
    ).subquery("named")


def _number_of(rows: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()
