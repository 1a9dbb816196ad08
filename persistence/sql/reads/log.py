"""Reads of the change log."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, exists, func, or_, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.keyset import WindowShape, in_list_order, limited, position, shape_of, values_of
from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.targets import AFTER, BEFORE
from persistence.sql.queries.where import INSTANT, TEXT, matching
from persistence.sql.reads.hierarchy import by_requested
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import NO_PARAMETERS, StatementRunner
from persistence.sql.tables.runs import SHARD, changes, feed_head, runs
from runindex.domain.instants import Micros
from runindex.domain.runs.changes import Change
from runindex.ports.change_rows import change_of
from runindex.ports.queries import Window
from runindex.ports.store import ChangeQuery, LogState

_REQUESTED: Final = bindparam("requested", type_=TEXT)
_NO_VERSION: Final[ColumnElement[int]] = literal(str(2**31 - 1))
_SHARD: Final[ColumnElement[int]] = literal(str(SHARD))
STATE: Final = select(feed_head.c.epoch, feed_head.c.n, feed_head.c.floor).where(feed_head.c.shard == _SHARD)
_DERIVED: Final = frozenset({"name_folded", "former_name_folded"})
# `shard` too: SQLite's joins need the whole key.
_COLUMNS: Final = tuple(column for column in changes.c if column.name not in _DERIVED)


class LogReads(StatementRunner):
    """Reads the log."""

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor."""
        (row,) = await self._fetch(STATE, NO_PARAMETERS)
        return LogState(row["epoch"], row["n"], row["floor"])

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        """Return log entries in log order."""
        conditions, values = (None, {}) if query.filter is None else split_filter(query.filter)
        rows = await self._fetch(_list(conditions, query.limit), {**values, "after": query.after})
        return [change_of(row) for row in rows]

    async def list_history(self, run_ids: Sequence[str], window: Window) -> Mapping[str, Sequence[Change]]:
        """Return the log of each run's present incarnation, oldest first. A position is (seq,)."""
        values = values_of(window) | {"requested": array_of(dict.fromkeys(run_ids))}
        rows = in_list_order(await self._fetch(_list_history(shape_of(window)), values), window)
        return {run_id: list(map(change_of, entries)) for run_id, entries in by_requested(run_ids, rows).items()}

    async def find_as_of(self, run_ids: Sequence[str], at: Micros) -> Mapping[str, Change]:
        """Return the newest entry of each run's present incarnation that is not younger than `at`."""
        rows = await self._fetch(_AS_OF, {"requested": array_of(dict.fromkeys(run_ids)), "at": at})
        return {row["requested"]: change_of(row) for row in rows}


@lru_cache(maxsize=256)
def _list(conditions: tuple[Condition, ...] | None, limit: int) -> Select[Any]:
    behind = (changes.c.shard == _SHARD, changes.c.seq > bindparam("after", type_=INSTANT))
    selection = select(*_entries(changes)).where(*behind).order_by(changes.c.seq).limit(literal(str(limit)))
    if conditions is None:
        return selection
    return selection.where(or_(matching(conditions, BEFORE), matching(conditions, AFTER)))


@lru_cache(maxsize=256)
def _list_history(window: WindowShape) -> Select[Any]:
    history = _history()
    if window.after is not None:
        (seq,) = position("after", int)
        history = history.where(changes.c.seq > seq, changes.c.version > func.coalesce(_version_at(seq), literal("0")))
    if window.before is not None:
        (seq,) = position("before", int)
        history = history.where(changes.c.seq < seq, changes.c.version < func.coalesce(_version_at(seq), _NO_VERSION))
    version = changes.c.version
    page = limited(history.order_by(version.desc() if window.backward else version), window)
    rows, found = _of_each_requested(page)
    return rows.order_by(found.c.seq.desc() if window.backward else found.c.seq)


def _as_of() -> Select[Any]:
    at = bindparam("at", type_=INSTANT)
    newest = _history().where(changes.c.updated_at <= at).order_by(changes.c.version.desc()).limit(literal("1"))
    rows, found = _of_each_requested(newest)
    # Without its successor an entry may not be the one in force at that time: compaction may have removed that one.
    following = exists(1).where(
        changes.c.run_id == runs.c.id,
        changes.c.incarnation == runs.c.incarnation,
        changes.c.version == found.c.version + literal("1"),
    )
    return rows.where(or_(found.c.version == runs.c.version, following))


def _history() -> Select[Any]:
    """Return the log of a run's present incarnation, correlated to `runs` of the enclosing statement."""
    same = (changes.c.run_id == runs.c.id, changes.c.incarnation == runs.c.incarnation)
    return select(*_COLUMNS).where(*same).correlate(runs)


def _version_at(seq: ColumnElement[int]) -> ColumnElement[int]:
    # The index has versions, not sequence numbers: the version at the bound lets a read start at the right entry.
    known = changes.alias("known")
    there = (known.c.shard == _SHARD, known.c.seq == seq, known.c.run_id == runs.c.id)
    found = select(known.c.version).where(*there, known.c.incarnation == runs.c.incarnation)
    return found.correlate(runs).scalar_subquery()


def _of_each_requested(page: Select[Any]) -> tuple[Select[Any], FromClause]:
    requested = expressions.each(_REQUESTED, "requested")
    joined, found = expressions.top_of_each(requested.join(runs, runs.c.id == requested.c.value), page, changes.c.seq)
    rows = select(runs.c.id.label("requested"), *_entries(found)).select_from(joined)
    return rows.where(found.c.shard == _SHARD), found


def _entries(source: FromClause) -> list[ColumnElement[Any]]:
    return [source.c.run_id.label("id"), *(source.c[column.name] for column in _COLUMNS if column.name != "run_id")]


_AS_OF: Final = _as_of()
