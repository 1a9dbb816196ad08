"""The change log, read."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy import literal_column as literal

from persistence.sql.change_rows import change_of
from persistence.sql.conditions import Condition, taken_apart
from persistence.sql.fetching import NOTHING, Fetching
from persistence.sql.filters import AFTER, BEFORE, INSTANT, matching
from persistence.sql.tables import SHARD, changes, feed_head
from runindex.domain.changes import Change
from runindex.ports import ChangeQuery, LogState

_DERIVED: Final = frozenset({"shard", "name_folded", "former_name_folded"})
CHANGE_COLUMNS: Final[Sequence[ColumnElement[Any]]] = tuple(
    column.label("id") if column.name == "run_id" else column for column in changes.c if column.name not in _DERIVED
)
_SHARD: Final[ColumnElement[int]] = literal(str(SHARD))
_STATE: Final = select(feed_head.c.epoch, feed_head.c.n, feed_head.c.floor).where(feed_head.c.shard == _SHARD)


class LogReads(Fetching):
    """Answers what happened."""

    async def log_state(self) -> LogState:
        """Return where the log stands."""
        (row,) = await self._fetch(_STATE, NOTHING)
        return LogState(row["epoch"], row["n"], row["floor"])

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        """Return log entries in log order."""
        conditions, values = (None, {}) if query.filter is None else taken_apart(query.filter)
        rows = await self._fetch(_list(conditions, query.limit), {**values, "after": query.after})
        return [change_of(row) for row in rows]


@lru_cache(maxsize=256)
def _list(conditions: tuple[Condition, ...] | None, limit: int) -> Select[Any]:
    behind = (changes.c.shard == _SHARD, changes.c.seq > bindparam("after", type_=INSTANT))
    selection = select(*CHANGE_COLUMNS).where(*behind).order_by(changes.c.seq).limit(literal(str(limit)))
    if conditions is None:
        return selection
    return selection.where(or_(matching(conditions, BEFORE), matching(conditions, AFTER)))
