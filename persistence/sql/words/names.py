"""Pages of the runs whose names contain a text.

A text that many names have is found among the first runs of the list; for another, the index of words names the runs.
Which it is shows when the statement runs, and depends on no statistics.
"""

from typing import Any, Final

from sqlalchemy import FromClause, Select, bindparam, func, select, union, union_all
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import WindowShape, keys_of, limited, limited_for, ordering, page_of_runs
from persistence.sql.queries.run_pages import run_columns, run_page
from persistence.sql.queries.shape import Condition, Kind, Values, name_of
from persistence.sql.queries.where import TEXT, matching
from persistence.sql.tables.runs import runs
from persistence.sql.tables.words import unindexed_runs
from persistence.sql.words.asking import values_asking
from persistence.sql.words.matches import join_runs, named_by_index
from runindex.domain.runs.words import entries_for_name
from runindex.ports.queries import Columns, RunOrder, RunOrderField, RunQuery

# So many runs of the list are looked at before the index is asked.
LOOKED_AT: Final = 500
NAME: Final = "name"


def asking_for_name(conditions: tuple[Condition, ...], values: Values, query: RunQuery) -> dict[str, str]:
    """Return the values that ask the index for a list's runs by their names; none when it is of no use for that.

    It is where the name is the only condition but for those on the status, and its part is long enough.
    """
    others = [condition for condition in conditions if condition.kind is not Kind.STATUS_IN]
    if len(others) != 1 or others[0].kind is not Kind.NAME_CONTAINS or query.path is not None:
        return {}
    if query.order.field is RunOrderField.METADATA or query.window.offset or query.window.limit > LOOKED_AT:
        return {}
    entries = entries_for_name(values[name_of(others[0].place)])
    return values_asking(NAME, entries) if entries else {}


def run_page_by_name(
    conditions: tuple[Condition, ...], columns: Columns, order: RunOrder, window: WindowShape
) -> Select[Any]:
    """Return the statement for a window of a list of runs whose names contain a text; a backward one comes in reverse.

    The text's entries are bound beside it (`asking_for_name`).
    """
    selection = select(*run_columns(columns, order.field.column))
    statuses = tuple(condition for condition in conditions if condition.kind is Kind.STATUS_IN)
    (named,) = (condition for condition in conditions if condition.kind is Kind.NAME_CONTAINS)
    first = run_page(statuses, columns, order, window._replace(limit=LOOKED_AT))
    listed = first.subquery("listed")
    names = [column.name for column in selection.selected_columns]
    part = bindparam(name_of(named.place), type_=TEXT)
    has_part = expressions.contains_text(runs.c.name_folded, part)
    looked = select(*(listed.c[name] for name in names)).where(has_part)
    looked = looked.select_from(expressions.join_from_left(listed, runs, runs.c.id == listed.c.id))
    near = (
        limited_for(looked.order_by(*ordering(keys_of(listed, order), order, window)), window)
        .cte("near")
        .prefix_with("MATERIALIZED")
    )
    number = select(func.count()).select_from(near).scalar_subquery()
    is_short = number < literal(str(window.limit))
    known = named_by_index(NAME, "known", is_short)
    ids = union(
        select(known.c.incarnation, known.c.run_id), select(unindexed_runs.c.incarnation, unindexed_runs.c.run_id)
    ).subquery("named")
    far = selection.select_from(join_runs(ids)).where(matching(conditions), is_short)
    parts = (select(near).where(~is_short), select(page_of_runs(far, order, window).subquery("far")))
    merged: FromClause = union_all(*parts).subquery("merged")
    return limited(select(merged).order_by(*ordering(keys_of(merged, order), order, window)), window)
