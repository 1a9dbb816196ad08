"""One step up or down the hierarchy, inside a recursion."""

from sqlalchemy import CTE, FromClause

from persistence.sql.read_dialect import looked_up
from persistence.sql.tables import runs

_COLUMNS = (runs.c.id, runs.c.parent_id)


def parents_of(rows: CTE) -> tuple[FromClause, FromClause]:
    """Join rows, by their `parent_id`, with the runs above them; return the join and these runs."""
    return looked_up(rows, _COLUMNS, lambda source: source.c.id == rows.c.parent_id, "parent")


def children_of(rows: CTE) -> tuple[FromClause, FromClause]:
    """Join rows, by their `id`, with the runs below them; return the join and these runs."""
    return looked_up(rows, _COLUMNS, lambda source: source.c.parent_id == rows.c.id, "child")
