"""The statements of a batch in Postgres' words: arrays in, one statement for all that is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Executable, Table
from sqlalchemy.dialects.postgresql import asyncpg

from persistence.sql import tables
from persistence.sql.compiling import compiled
from persistence.sql.record_tables import TABLES
from persistence.sql.statements import Statement
from persistence.sql.tables import SHARD
from persistence.sql.writes import MOVED_COLUMNS, Writes, inserting, removing, replacing
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros
from runindex.queries import RUN_COLUMNS

CHANNEL: Final = "runindex_changes"

_COMPILER: Final = asyncpg.dialect()
_RUN: Final = ", ".join(RUN_COLUMNS)

# The transaction's id comes with the head, before the commit that it will have to speak for.
_LOCK_HEAD: Final = Statement(
    f"SELECT n, pg_current_xact_id()::text AS xid FROM feed_head WHERE shard = {SHARD} FOR UPDATE"
)
_LOCK_RUNS: Final = f"SELECT {_RUN} FROM runs WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
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
class _Part:
    """One table's part of the write: a data-modifying query over rows `s`, whose columns come as arrays."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    text: str

    def render(self, first: int) -> str:
        """Return the part as a common table expression, its placeholders counted from `first`."""
        arrays = ", ".join(f"${first + place}::{kind}[]" for place, kind in enumerate(self.types))
        source = f"unnest({arrays}) AS s ({', '.join(self.columns)})"
        return f"write_{self.name} AS ({self.text.format(source=source)})"


def _part(name: str, table: Table, text: str, columns: Sequence[str] | None = None) -> _Part:
    names = tuple(columns or table.columns.keys())
    types = tuple(table.columns[column].type.compile(_COMPILER).partition(" COLLATE")[0] for column in names)
    return _Part(name, names, types, text)


def _insert(name: str, table: Table) -> _Part:
    return _part(name, table, f"INSERT INTO {table.name} ({', '.join(table.columns.keys())}) SELECT * FROM {{source}}")


def _update(name: str, columns: Sequence[str]) -> _Part:
    assignments = ", ".join(f"{column} = s.{column}" for column in columns if column != "id")
    return _part(name, tables.runs, f"UPDATE runs AS r SET {assignments} FROM {{source}} WHERE r.id = s.id", columns)


_STEP_STATUSES: Final = """
INSERT INTO status_counts (status, n) SELECT s.status, s.n FROM {source}
ON CONFLICT (status) DO UPDATE SET n = status_counts.n + excluded.n
"""
# One statement cannot write a row twice, so whoever falls to zero is left out here and deleted beside it.
_STEP_TAGS: Final = """
INSERT INTO tag_counts (tag, n) SELECT s.tag, s.n FROM {source} LEFT JOIN tag_counts AS t ON t.tag = s.tag
WHERE t.n + s.n IS DISTINCT FROM 0 ON CONFLICT (tag) DO UPDATE SET n = tag_counts.n + excluded.n
"""
_DROP_TAGS: Final = "DELETE FROM tag_counts AS t USING {source} WHERE t.tag = s.tag AND t.n + s.n = 0"
_REMOVE_TAGS: Final = """
DELETE FROM run_tags AS t USING {source} WHERE t.tag = s.tag AND t.created_at = s.created_at AND t.run_id = s.run_id
"""
_EXPIRE: Final = """
DELETE FROM kept_answers AS k USING (
    SELECT old.* FROM {source}, LATERAL (
        SELECT actor, mutation, key FROM kept_answers WHERE created_at < s.before ORDER BY created_at LIMIT s.most
    ) AS old
) AS o WHERE k.actor = o.actor AND k.mutation = o.mutation AND k.key = o.key
"""


def _replace(kind: type, table: Table) -> _Part:
    key = [column.name for column in table.primary_key]
    assignments = ", ".join(f"{name} = s.{name}" for name in table.columns.keys() if name not in key)
    matches = " AND ".join(f"t.{name} = s.{name}" for name in key)
    return _part(replacing(kind), table, f"UPDATE {table.name} AS t SET {assignments} FROM {{source}} WHERE {matches}")


def _remove(kind: type, table: Table) -> _Part:
    key = [column.name for column in table.primary_key]
    matches = " AND ".join(f"t.{name} = s.{name}" for name in key)
    return _part(removing(kind), table, f"DELETE FROM {table.name} AS t USING {{source}} WHERE {matches}", key)


# The first ones are named as the fields of `Writes`.
_PARTS: Final = (
    _update("moved", MOVED_COLUMNS),
    _update("rewritten", tables.runs.columns.keys()),
    _insert("inserted", tables.runs),
    _part("deleted", tables.runs, "DELETE FROM runs AS r USING {source} WHERE r.id = s.id", ["id"]),
    _part("tags_removed", tables.run_tags, _REMOVE_TAGS),
    _insert("tags_added", tables.run_tags),
    _insert("changes", tables.changes),
    _part("head", tables.feed_head, f"UPDATE feed_head AS h SET n = s.n FROM {{source}} WHERE shard = {SHARD}", ["n"]),
    _part("status_steps", tables.status_counts, _STEP_STATUSES),
    _part("tag_steps", tables.tag_counts, _STEP_TAGS),
    _part("tags_dropped", tables.tag_counts, _DROP_TAGS),
    _insert("kept", tables.kept_answers),
    _Part("expired", ("before", "most"), ("BIGINT", "BIGINT"), _EXPIRE),
    *(_remove(kind, table) for kind, table in TABLES.items()),
    *(_replace(kind, table) for kind, table in TABLES.items()),
    *(_insert(inserting(kind), table) for kind, table in TABLES.items()),
)


def _finding(table: Table) -> str:
    key = [column.name for column in table.primary_key]
    types = [table.columns[name].type.compile(_COMPILER).partition(" COLLATE")[0] for name in key]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))
    matches = " AND ".join(f"t.{name} = s.{name}" for name in key)
    text = f"SELECT t.* FROM unnest({arrays}) AS s ({', '.join(key)}) JOIN {table.name} AS t ON {matches}"
    # Those that any process may change are locked, in the order of their keys; what belongs to a run is locked with it.
    order = ", ".join(f"t.{name}" for name in key)
    return text if "owner" in key else f"{text} ORDER BY {order} FOR UPDATE OF t"


_FIND_RECORDS: Final = {kind: _finding(table) for kind, table in TABLES.items()}
_LOCK_DUE: Final = """
SELECT j.* FROM jobs AS j WHERE j.queue = $1 AND (
    (j.status IN ('PENDING', 'RETRYING') AND j.run_at <= $2) OR (j.status = 'RUNNING' AND j.lease_expires_at <= $2)
) ORDER BY j.priority DESC, j.run_at, j.created_at, j.id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_FIND_NODES: Final = """
SELECT id FROM plans WHERE id = ANY($1::text[]) UNION ALL SELECT id FROM jobs WHERE id = ANY($1::text[])
"""
_FIND_RESULTS: Final = """
SELECT r.*, (u.id IS NOT NULL) AS is_live FROM results AS r
LEFT JOIN totals AS t ON t.owner = r.owner AND t.generation = r.generation
LEFT JOIN runs AS u ON u.id = t.run_id AND u.incarnation = r.owner
WHERE r.id = ANY($1::text[])
"""


class PostgresDialect:
    """Postgres, by way of asyncpg's numbered placeholders; with `notify`, what writes also tells who listens."""

    # Answers the transaction's id as `xid`.
    identify = _LOCK_HEAD

    def __init__(self, *, notify: bool) -> None:
        """Choose whether to notify: one notification for each batch."""
        self._last = f"SELECT pg_notify('{CHANNEL}', '')" if notify else "SELECT"

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a query made with SQLAlchemy, bound to parameters."""
        return compiled(query, _COMPILER).bind(parameters)

    def lock_runs(self, run_ids: Iterable[str]) -> Statement:
        """Lock those of the runs that exist, in the order of their ids, and answer them with all columns."""
        return Statement(_LOCK_RUNS, (list(run_ids),))

    def lock_head(self) -> Statement:
        """Lock the log's head and answer it as `n`, with the transaction's id as `xid`."""
        return _LOCK_HEAD

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Answer those of the runs that exist with all columns."""
        return Statement(_FIND_RUNS, (list(run_ids),))

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Answer the kept answers under those keys."""
        keys = [(scope.actor, scope.mutation, scope.key) for scope in scopes]
        return Statement(_FIND_KEPT, _columns(keys))

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Answer as `parent_id` those of the ids that some run names as its parent."""
        return Statement(_FIND_PARENTS, (list(run_ids),))

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Answer `id` and `parent_id` of those runs and all their ancestors."""
        return Statement(_FIND_LINEAGE, (list(run_ids),))

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Answer the records of those keys that exist, locked unless their run's lock covers them."""
        return Statement(_FIND_RECORDS[kind], _columns(keys))

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Answer jobs of a queue that may be claimed, best rank first; those that another claimer holds are passed over."""
        return Statement(_LOCK_DUE, (queue, now, limit))

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Answer as `id` those of the ids that a plan or a job has."""
        return Statement(_FIND_NODES, (list(ids),))

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Answer the results of those ids, and as `is_live` whether their run and generation exist."""
        return Statement(_FIND_RESULTS, (list(ids),))

    def write(self, writes: Writes) -> Iterator[Statement]:
        """Yield the one statement that writes the rows of all tables."""
        arguments: list[Any] = []
        present = []
        for place, part in enumerate(_PARTS):
            rows = writes.rows(part.name)
            if rows:
                present.append(place)
                arguments.extend(_columns(rows))
        yield Statement(_write_text(tuple(present), self._last), arguments)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


# A few shapes are all that a server meets; each is prepared once by the connection.
@lru_cache(maxsize=256)
def _write_text(present: tuple[int, ...], last: str) -> str:
    rendered, first = [], 1
    for place in present:
        rendered.append(_PARTS[place].render(first))
        first += len(_PARTS[place].types)
    return f"WITH {', '.join(rendered)} {last}"
