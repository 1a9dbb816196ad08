"""One step up or down the hierarchy, inside a recursion."""

from collections.abc import Iterable

from sqlalchemy import CTE, Column, FromClause

from persistence.sql.queries.expressions import looked_up
from persistence.sql.tables.runs import runs


def parents_of(rows: CTE, columns: Iterable[str]) -> tuple[FromClause, FromClause]:
    """Join rows, by their `parent_id`, with their parents; return the join and the parents."""
    return looked_up(rows, _columns("id", columns), lambda source: source.c.id == rows.c.parent_id, "parent")


def children_of(rows: CTE, columns: Iterable[str]) -> tuple[FromClause, FromClause]:
    """Join rows, by their `id`, with their children; return the join and the children."""
    return looked_up(rows, _columns("parent_id", columns), lambda source: source.c.parent_id == rows.c.id, "child")


def _columns(key: str, names: Iterable[str]) -> list[Column[object]]:
    return [runs.c[name] for name in dict.fromkeys((key, *names))]
