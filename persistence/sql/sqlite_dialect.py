"""The statements of a batch in SQLite's words.

A thread gives Python's lock away at each step of a statement and must win it back, which under load costs more than the
step: so many rows go into one statement, in chunks of a few sizes, whose texts the connection keeps prepared.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import sqlite

from persistence.sql import tables
from persistence.sql.compiling import compiled
from persistence.sql.record_tables import TABLES
from persistence.sql.statements import Statement
from persistence.sql.tables import SHARD
from persistence.sql.writes import MOVED_COLUMNS, Values, Writes, inserting, removing, replacing
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros
from runindex.queries import RUN_COLUMNS

_COMPILER: Final = sqlite.dialect()
_RUN: Final = ", ".join(RUN_COLUMNS)
_IDS: Final = "(SELECT value FROM json_each(?))"

_LOCK_HEAD: Final = Statement(f"SELECT n FROM feed_head WHERE shard = {SHARD}")
_FIND_RUNS: Final = f"SELECT {_RUN} FROM runs WHERE id IN {_IDS}"
_FIND_KEPT: Final = """
SELECT k.* FROM json_each(?) AS s JOIN kept_answers AS k
ON k.actor = s.value ->> 0 AND k.mutation = s.value ->> 1 AND k.key = s.value ->> 2
"""
_FIND_PARENTS: Final = f"SELECT DISTINCT parent_id FROM runs WHERE parent_id IN {_IDS}"
_FIND_LINEAGE: Final = f"""
WITH RECURSIVE lineage AS (
    SELECT id, parent_id FROM runs WHERE id IN {_IDS}
    UNION SELECT r.id, r.parent_id FROM lineage JOIN runs AS r ON r.id = lineage.parent_id
) SELECT id, parent_id FROM lineage
"""

_CHUNKS: Final = (256, 64, 16, 4, 1)


@dataclass(frozen=True, slots=True)
class _Part:
    """One table's part of the write: a statement over rows of so many columns, named as the field of `Writes`."""

    name: str
    columns: int
    text: str


def _insert(name: str, table: Table) -> _Part:
    columns = table.columns.keys()
    return _Part(name, len(columns), f"INSERT INTO {table.name} ({', '.join(columns)}) {{rows}}")


def _update(name: str, columns: Sequence[str]) -> _Part:
    values = [f"s.column{place}" for place in range(2, len(columns) + 1)]
    assignments = f"({', '.join(columns[1:])}) = ({', '.join(values)})"
    return _Part(name, len(columns), f"UPDATE runs SET {assignments} FROM ({{rows}}) AS s WHERE id = s.column1")


def _replace(kind: type, table: Table) -> _Part:
    names = table.columns.keys()
    return _Part(replacing(kind), len(names), f"REPLACE INTO {table.name} ({', '.join(names)}) {{rows}}")


def _remove(kind: type, table: Table) -> _Part:
    key = [column.name for column in table.primary_key]
    return _Part(removing(kind), len(key), f"DELETE FROM {table.name} WHERE ({', '.join(key)}) IN ({{rows}})")


_STEP: Final = "INSERT INTO {table} {{rows}} ON CONFLICT ({key}) DO UPDATE SET n = n + excluded.n"
_EXPIRE: Final = """
DELETE FROM kept_answers WHERE (actor, mutation, key) IN (
    SELECT actor, mutation, key FROM kept_answers WHERE created_at < ? ORDER BY created_at LIMIT ?
)
"""

_PARTS: Final = (
    _update("moved", MOVED_COLUMNS),
    _update("rewritten", tables.runs.columns.keys()),
    _insert("inserted", tables.runs),
    _Part("deleted", 1, "DELETE FROM runs WHERE id IN ({rows})"),
    _Part("tags_removed", 3, "DELETE FROM run_tags WHERE (tag, created_at, run_id) IN ({rows})"),
    _insert("tags_added", tables.run_tags),
    _insert("changes", tables.changes),
    _Part("head", 1, f"UPDATE feed_head SET n = ({{rows}}) WHERE shard = {SHARD}"),
    _Part("status_steps", 2, _STEP.format(table="status_counts", key="status")),
    _Part("tag_steps", 2, _STEP.format(table="tag_counts", key="tag")),
    _Part("tags_dropped", 2, "DELETE FROM tag_counts WHERE n = 0 AND tag IN (SELECT column1 FROM ({rows}))"),
    _insert("kept", tables.kept_answers),
    _Part("expired", 2, _EXPIRE),
    *(_remove(kind, table) for kind, table in TABLES.items()),
    *(_replace(kind, table) for kind, table in TABLES.items()),
    *(_insert(inserting(kind), table) for kind, table in TABLES.items()),
)


def _finding(table: Table) -> str:
    matches = " AND ".join(f"t.{column.name} = s.value ->> {place}" for place, column in enumerate(table.primary_key))
    return f"SELECT t.* FROM json_each(?) AS s CROSS JOIN {table.name} AS t ON {matches}"


_FIND_RECORDS: Final = {kind: _finding(table) for kind, table in TABLES.items()}
_FIND_DUE: Final = """
SELECT j.* FROM jobs AS j WHERE j.queue = ?1 AND (
    (j.status IN ('PENDING', 'RETRYING') AND j.run_at <= ?2) OR (j.status = 'RUNNING' AND j.lease_expires_at <= ?2)
) ORDER BY j.priority DESC, j.run_at, j.created_at, j.id LIMIT ?3
"""
_FIND_NODES: Final = f"SELECT id FROM plans WHERE id IN {_IDS} UNION ALL SELECT id FROM jobs WHERE id IN {_IDS}"
_FIND_RESULTS: Final = f"""
SELECT r.*, (u.id IS NOT NULL) AS is_live FROM results AS r
LEFT JOIN totals AS t ON t.owner = r.owner AND t.generation = r.generation
LEFT JOIN runs AS u ON u.id = t.run_id AND u.incarnation = r.owner
WHERE r.id IN {_IDS}
"""


class SqliteDialect:
    """SQLite, by way of positional placeholders. Its one writer at a time holds every lock there is."""

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a query made with SQLAlchemy, bound to parameters."""
        return compiled(query, _COMPILER).bind(parameters)

    def lock_runs(self, run_ids: Iterable[str]) -> Statement:
        """Answer those of the runs that exist with all columns."""
        return self.find_runs(run_ids)

    def lock_head(self) -> Statement:
        """Answer the log's head as `n`."""
        return _LOCK_HEAD

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Answer those of the runs that exist with all columns."""
        return Statement(_FIND_RUNS, (json.dumps(list(run_ids)),))

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Answer the kept answers under those keys."""
        return Statement(_FIND_KEPT, (json.dumps([[scope.actor, scope.mutation, scope.key] for scope in scopes]),))

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Answer as `parent_id` those of the ids that some run names as its parent."""
        return Statement(_FIND_PARENTS, (json.dumps(list(run_ids)),))

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Answer `id` and `parent_id` of those runs and all their ancestors."""
        return Statement(_FIND_LINEAGE, (json.dumps(list(run_ids)),))

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Answer the records of those keys that exist."""
        return Statement(_FIND_RECORDS[kind], (json.dumps(keys),))

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Answer jobs of a queue that may be claimed, best rank first."""
        return Statement(_FIND_DUE, (queue, now, limit))

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Answer as `id` those of the ids that a plan or a job has."""
        wanted = json.dumps(list(ids))
        return Statement(_FIND_NODES, (wanted, wanted))

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Answer the results of those ids, and as `is_live` whether their run and generation exist."""
        return Statement(_FIND_RESULTS, (json.dumps(list(ids)),))

    def write(self, writes: Writes) -> Iterator[Statement]:
        """Yield the statements of each table in turn."""
        for part in _PARTS:
            for chunk in _chunks(writes.rows(part.name)):
                yield Statement(_write_text(part, len(chunk)), [value for row in chunk for value in row])


def _chunks(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


@lru_cache(maxsize=256)
def _write_text(part: _Part, rows: int) -> str:
    row = f"({', '.join('?' * part.columns)})"
    return part.text.format(rows=f"VALUES {', '.join([row] * rows)}")
