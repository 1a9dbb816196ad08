"""Postgres' statements of a batch: arrays as parameters, and one statement for all writes."""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Executable, Table
from sqlalchemy.dialects.postgresql import asyncpg

from persistence.postgres.record_statements import PostgresRecords
from persistence.sql.batch.writes import CHANGE_COLUMNS, MOVED_COLUMNS, STORED_RUN_COLUMNS, Values, Writes
from persistence.sql.statements import NO_PARAMETERS, Flow, Rows, Statement, compiled
from persistence.sql.tables.runs import (
    SHARD,
    changes,
    feed_head,
    kept_answers,
    run_tags,
    runs,
    status_counts,
    tag_counts,
)
from persistence.sql.tables.words import run_words
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros
from runindex.ports.queries import RUN_COLUMNS

CHANNEL: Final = "runindex_changes"

_COMPILER: Final = asyncpg.dialect()  # type: ignore[no-untyped-call]
_RUN: Final = ", ".join(RUN_COLUMNS)

# A batch finds its rows by their keys. Generic plans are made once for a connection, maybe while tables are still
# small: plans that scan tables are disabled, and sorts where an index has the order. Queries by filter are planned
# freely.
_SCANS: Final = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
_SORTS: Final = ("enable_sort", "enable_incremental_sort", "enable_bitmapscan")
_SETTINGS: Final = MappingProxyType(
    {
        "plan_cache_mode": "force_generic_plan",
        **dict.fromkeys((*_SCANS, *_SORTS), "off"),
    }
)
# A server that recovers from a crash, or takes over from another, reuses the ids of transactions that were lost. Its
# statistics are reset then, and otherwise only by hand.
ERA: Final = "extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())::text"
_PLAN_FREELY: Final = Statement(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    + ", ".join(f"set_config('{name}', 'on', true)" for name in (*_SCANS, *_SORTS))
)
# The server's clock, which servers of the API share; it is read when a lock is held, not when it was asked for.
NOW: Final = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
TELL_TIME: Final = Statement(f"SELECT {NOW} AS now")
# The transaction's id and era come with the head, so that a commit without an answer can be looked up by them.
_LOCK_HEAD: Final = f"""
SELECT head.n, pg_current_xact_id()::text AS xid, {ERA} AS era, clock.now, (
    SELECT json_object_agg(owner, last_at)::text FROM totals
    WHERE owner = ANY($1::bigint[]) AND last_at > clock.now
) AS later
FROM (SELECT n FROM feed_head WHERE shard = {SHARD} FOR UPDATE) AS head,
    LATERAL (SELECT coalesce($2::bigint, {NOW}) AS now WHERE head.n IS NOT NULL OFFSET 0) AS clock
"""
_LOCK_RUNS: Final = (
    f"SELECT run.*, {NOW} AS now FROM"
    f" (SELECT {_RUN} FROM runs WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE{{more}}) AS run"
)
_FIND_RUNS: Final = f"SELECT {_RUN} FROM runs WHERE id = ANY($1::text[])"
_FIND_KEPT: Final = """
SELECT k.* FROM unnest($1::text[], $2::text[], $3::text[]) AS s (actor, mutation, key)
JOIN kept_answers AS k ON k.actor = s.actor AND k.mutation = s.mutation AND k.key = s.key
"""
_FIND_PARENTS: Final = "SELECT DISTINCT parent_id FROM runs WHERE parent_id = ANY($1::text[])"
_FIND_LINEAGE: Final = """
WITH RECURSIVE lineage AS (
    SELECT id, parent_id FROM runs WHERE id = ANY($1::text[])
    UNION SELECT r.id, r.parent_id FROM lineage JOIN runs AS r ON r.id = lineage.parent_id
) SELECT id, parent_id FROM lineage
"""


@dataclass(frozen=True, slots=True)
class _WriteClause:
    """A CTE that writes one table from rows `s`, whose columns come as arrays."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    text: str

    def render(self, first: int) -> str:
        """Return the CTE's text, its placeholders counted from `first`."""
        arrays = ", ".join(f"${first + index}::{kind}[]" for index, kind in enumerate(self.types))
        source = f"unnest({arrays}) AS s ({', '.join(self.columns)})"
        return f"write_{self.name} AS ({self.text.format(source=source)})"


def _part(name: str, table: Table, columns: Sequence[str], text: str) -> _WriteClause:
    types = (table.columns[column].type.compile(_COMPILER).partition(" ")[0] for column in columns)
    return _WriteClause(name, tuple(columns), tuple(types), text)


def _insert(name: str, table: Table, columns: Sequence[str]) -> _WriteClause:
    return _part(name, table, columns, f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM {{source}}")


def _update(name: str, columns: Sequence[str]) -> _WriteClause:
    assignments = ", ".join(f"{column} = s.{column}" for column in columns if column != "id")
    text = f"UPDATE runs SET {assignments} FROM {{source}} WHERE runs.id = s.id"
    return _part(name, runs, columns, text)


_STEP_STATUSES: Final = """
INSERT INTO status_counts (status, n) SELECT s.status, s.n FROM {source}
ON CONFLICT (status) DO UPDATE SET n = status_counts.n + excluded.n
"""
# One statement cannot write a row twice: tags that fall to zero are left out here and deleted by another CTE.
_STEP_TAGS: Final = """
INSERT INTO tag_counts (tag, n) SELECT s.tag, s.n FROM {source} LEFT JOIN tag_counts AS t ON t.tag = s.tag
WHERE t.n + s.n IS DISTINCT FROM 0 ON CONFLICT (tag) DO UPDATE SET n = tag_counts.n + excluded.n
"""
_DROP_TAGS: Final = "DELETE FROM tag_counts AS t USING {source} WHERE t.tag = s.tag AND t.n + s.n = 0"
_REMOVE_TAGS: Final = """
DELETE FROM run_tags AS t USING {source} WHERE t.tag = s.tag AND t.created_at = s.created_at AND t.run_id = s.run_id
"""
_KEEP_WORDS: Final = """
INSERT INTO run_words (incarnation, run_id, version, words)
SELECT s.incarnation, s.run_id, s.version, array_to_tsvector(string_to_array(s.words, ' ')) FROM {source}
ON CONFLICT (incarnation) DO UPDATE SET version = excluded.version, words = excluded.words
"""
_EXPIRE: Final = """
DELETE FROM kept_answers AS k USING (
    SELECT old.* FROM {source}, LATERAL (
        SELECT actor, mutation, key FROM kept_answers WHERE created_at < s.before ORDER BY created_at LIMIT s.most
    ) AS old
) AS o WHERE k.actor = o.actor AND k.mutation = o.mutation AND k.key = o.key
"""

# Each column is an array to send: columns that most log entries leave null are left out when a whole batch does.
_RARE: Final = (
    *("plan_id", "dataset_id", "dataset_version", "target_type", "target_id", "total_items"),
    *("former_name", "former_name_folded", "former_tags", "former_metadata"),
)
_PLAIN: Final = tuple(column for column in CHANGE_COLUMNS if column not in _RARE)
_RARE_PLACES: Final = tuple(CHANGE_COLUMNS.index(column) for column in _RARE)
_SEQ: Final = CHANGE_COLUMNS.index("seq")
_PLAIN_PLACES: Final = tuple(CHANGE_COLUMNS.index(column) for column in _PLAIN)

# Named as the fields of `Writes`; `plain_changes` are changes without the rare columns.
_PARTS: Final = (
    _update("moved", MOVED_COLUMNS),
    _update("rewritten", STORED_RUN_COLUMNS),
    _insert("inserted", runs, STORED_RUN_COLUMNS),
    _WriteClause("words", tuple(run_words.columns.keys()), ("BIGINT", "TEXT", "INTEGER", "TEXT"), _KEEP_WORDS),
    _part("deleted", runs, ["id"], "DELETE FROM runs AS r USING {source} WHERE r.id = s.id"),
    _part("tags_removed", run_tags, run_tags.columns.keys(), _REMOVE_TAGS),
    _insert("tags_added", run_tags, run_tags.columns.keys()),
    _insert("changes", changes, CHANGE_COLUMNS),
    _insert("plain_changes", changes, _PLAIN),
    _part("head", feed_head, ["n"], f"UPDATE feed_head SET n = s.n FROM {{source}} WHERE shard = {SHARD}"),
    _part("status_steps", status_counts, ["status", "n"], _STEP_STATUSES),
    _part("tag_steps", tag_counts, ["tag", "n"], _STEP_TAGS),
    _part("tags_dropped", tag_counts, ["tag", "n"], _DROP_TAGS),
    _insert("kept", kept_answers, kept_answers.columns.keys()),
    _WriteClause("expired", ("before", "most"), ("BIGINT", "BIGINT"), _EXPIRE),
)

# Few texts, so that all stay prepared: a write takes the first shape that has all its CTEs.
_LOG: Final = frozenset({"plain_changes", "head", "status_steps"})
_KEYS: Final = frozenset({"kept", "expired"})
_MOVES: Final = _LOG | {"moved"}
_CREATIONS: Final = _LOG | {"inserted", "words", "tags_added", "tag_steps"}
_EVERYTHING: Final = frozenset(part.name for part in _PARTS) - {"plain_changes"}
_SHAPES: Final = (_MOVES, _MOVES | _KEYS, _CREATIONS, _CREATIONS | _KEYS)


class PostgresDialect(PostgresRecords):
    """Statements with asyncpg's numbered placeholders; with `notify`, a write also notifies the listeners."""

    # The text of the statement that selects the transaction's id as `xid`.
    identify = _LOCK_HEAD
    settings = _SETTINGS

    def __init__(self, *, notify: bool) -> None:
        """With `notify`, each batch sends one notification: the log's head, or 0 when the log did not grow."""
        self.notify = notify

    def choose(self, query: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Flow[Rows]:
        """Run a SQLAlchemy query that finds rows by other columns than their keys."""
        yield _PLAN_FREELY
        return (yield self.query(query, parameters))

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a SQLAlchemy query as a statement, bound to parameters."""
        return compiled(query, _COMPILER).bind(parameters)

    def lock_runs(self, run_ids: Iterable[str], *, wait: bool) -> Statement:
        """Lock the runs that exist, in the order of their ids, and select all their columns.

        Each row has the server's instant as `now`. Without `wait`, runs that another transaction locked are left out.
        """
        return Statement(_LOCK_RUNS.format(more="" if wait else " SKIP LOCKED"), (list(run_ids),))

    def lock_head(self, owners: Iterable[int], now: Micros | None) -> Statement:
        """Lock the log's head and select it as `n`, with the instants, and the transaction's id as `xid`."""
        return Statement(_LOCK_HEAD, (list(owners), now))

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Select the runs that exist with all columns."""
        return Statement(_FIND_RUNS, (list(run_ids),))

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Select the answers kept under those keys."""
        keys = [(scope.actor, scope.mutation, scope.key) for scope in scopes]
        return Statement(_FIND_KEPT, _columns(keys))

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Select as `parent_id` those of the ids that a run names as its parent."""
        return Statement(_FIND_PARENTS, (list(run_ids),))

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Select `id` and `parent_id` of those runs and all their ancestors."""
        return Statement(_FIND_LINEAGE, (list(run_ids),))

    def write(self, writes: Writes) -> Flow[None]:
        """Yield the statements that write records, then the one that writes runs and their log; the last notifies."""
        statements = list(self.write_records(writes))
        columns = {part.name: _columns(rows) for part in _PARTS if (rows := getattr(writes, part.name, ()))}
        if columns or not statements:
            statements.append(self._write_log(columns, writes.changes[-1][_SEQ] if writes.changes else 0))
        elif self.notify:
            statements[-1] = _notifying(statements[-1])
        for statement in statements:  # noqa: UP028 - a flow is sent rows, these take none
            yield statement

    def _write_log(self, columns: dict[str, list[Sequence[Any]]], last: int) -> Statement:
        shape = _shape(columns)
        arguments: list[Any] = []
        for part in _PARTS:
            if part.name in shape:
                arguments.extend(columns.get(part.name) or [[]] * len(part.columns))
        if self.notify:
            arguments.append(str(last))
        return Statement(_write_text(shape, notify=self.notify), arguments)


def _notifying(write: Statement) -> Statement:
    """Return a statement that writes records and notifies of them, which spares a round trip."""
    return Statement(_notifying_text(write.text, len(write.arguments) + 1), [*write.arguments, "0"])


def _columns(rows: Sequence[Values]) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True))


def _shape(columns: dict[str, list[Sequence[Any]]]) -> frozenset[str]:
    """Return the names of the CTEs to write with; add `plain_changes` to the columns where they suffice."""
    if not columns:
        return frozenset()
    changes = columns.get("changes")
    if changes is not None and not _is_plain(changes):
        return _EVERYTHING
    needed = {"plain_changes" if name == "changes" else name for name in columns}
    for shape in _SHAPES:
        if needed <= shape:
            if changes is not None:
                columns["plain_changes"] = [changes[index] for index in _PLAIN_PLACES]
            return shape
    return _EVERYTHING


def _is_plain(changes: list[Sequence[Any]]) -> bool:
    return all(changes[index].count(None) == len(changes[index]) for index in _RARE_PLACES)


@lru_cache
def _notifying_text(text: str, place: int) -> str:
    return f"WITH written AS ({text}) SELECT pg_notify('{CHANNEL}', ${place})"


@lru_cache
def _write_text(shape: frozenset[str], *, notify: bool) -> str:
    rendered, first = [], 1
    for part in _PARTS:
        if part.name in shape:
            rendered.append(part.render(first))
            first += len(part.types)
    last = f"SELECT pg_notify('{CHANNEL}', ${first})" if notify else "SELECT"
    return f"WITH {', '.join(rendered)} {last}" if rendered else last
