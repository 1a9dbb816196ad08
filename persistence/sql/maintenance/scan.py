"""Statements that read rows of any kind: a page in the order of a scan, or by key."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, bindparam, exists, or_, select, tuple_
from sqlalchemy import literal_column as literal

from persistence.sql.queries.keys import is_one_of
from persistence.sql.queries.shape import Condition
from persistence.sql.queries.where import matching
from persistence.sql.tables.records import TABLES
from persistence.sql.tables.runs import changes, run_tags, runs, status_counts, tag_counts
from persistence.sql.words.matches import kept_words
from runindex.domain.runs.changes import Change
from runindex.domain.runs.derived import RunTag, RunTexts, StatusCount, TagCount
from runindex.domain.runs.run import Run
from runindex.ports.maintenance import Key, Scan
from runindex.ports.queries import RUN_COLUMNS, Columns

_HIDDEN: Final = frozenset({"shard", "name_folded", "former_name_folded", "run_id"})
_COLUMNS: Final[Mapping[type, Mapping[str, ColumnElement[Any]]]] = MappingProxyType(
    {
        Run: {name: runs.c[name] for name in RUN_COLUMNS},
        Change: {"id": changes.c.run_id, **{c.name: c for c in changes.c if c.name not in _HIDDEN}},
        RunTexts: {
            "run_id": runs.c.id,
            **{name: runs.c[name] for name in ("name_folded", "search_text", "search_words")},
            "words": kept_words(),
        },
        RunTag: dict(run_tags.c.items()),
        StatusCount: dict(status_counts.c.items()),
        TagCount: dict(tag_counts.c.items()),
        **{kind: dict(table.c.items()) for kind, table in TABLES.items()},
    }
)


@lru_cache(maxsize=256)
def page(scan: Scan, *, is_behind: bool, within: bool) -> Select[Any]:
    """Return the statement for a page of a scan; a position's values are bound as `after_0` and so on."""
    columns = _COLUMNS[scan.kind]
    order = [columns[name] for name in scan.order]
    rows = _chosen(scan.kind, None if scan.columns is None else scan.columns.union(scan.order))
    bounds = [bindparam(f"after_{index}", type_=column.type) for index, column in enumerate(order)]
    if within:
        rows = rows.where(order[0] == bounds[0], tuple_(*order[1:]) > tuple_(*bounds[1:]))
    elif is_behind:
        rows = rows.where(tuple_(*order) > tuple_(*bounds))
    # The limit is literal: with a parameter the planner would expect a long list, and sort the table.
    return rows.order_by(*order).limit(literal(str(scan.page)))


def position_values(after: Key | None) -> dict[str, Any]:
    """Return the values of a position's parameters."""
    return {f"after_{index}": value for index, value in enumerate(after or ())}


@lru_cache(maxsize=256)
def ids_matching(conditions: tuple[Condition, ...]) -> Select[Any]:
    """Return the statement for the ids of the runs that meet conditions, in order."""
    return select(runs.c.id).where(matching(conditions)).order_by(runs.c.id)


@lru_cache(maxsize=256)
def by_key(kind: type, columns: Columns | None, number: int) -> Select[Any]:
    """Return the statement for the rows of so many keys, bound by `key_parameters`."""
    key = _key_of(kind)
    rows = _chosen(kind, None if columns is None else columns.union(column.name for column in key))
    return rows.where(is_one_of(key, number))


def cycle() -> Select[Any]:
    """Return the statement for a run on a cycle, or below one: no path leads to it from a root or an orphan."""
    parent, child = runs.alias(), runs.alias()
    is_below = exists(1).where(parent.c.id == runs.c.parent_id)
    tree = select(runs.c.id).where(or_(runs.c.parent_id.is_(None), ~is_below)).cte("tree", recursive=True)
    tree = tree.union_all(select(child.c.id).join(tree, child.c.parent_id == tree.c.id))
    return select(runs.c.id).where(runs.c.id.not_in(select(tree.c.id))).limit(literal("1"))


def _key_of(kind: type) -> list[Column[Any]]:
    return [runs.c.id] if kind is Run else list(TABLES[kind].primary_key)


def _chosen(kind: type, names: Columns | None) -> Select[Any]:
    return select(*(column.label(name) for name, column in _COLUMNS[kind].items() if names is None or name in names))


CYCLE: Final = cycle()
