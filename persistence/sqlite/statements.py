"""SQLite's statements of a batch.

Many rows go into one statement: a thread releases Python's lock at each execution and must win it back, which under
load costs more than the execution.
"""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import sqlite

from persistence.sql.batch.writes import MOVED_COLUMNS, Writes
from persistence.sql.statements import NO_PARAMETERS, Flow, Rows, Statement, compiled
from persistence.sql.tables.runs import SHARD, changes, kept_answers, run_tags, runs
from persistence.sql.tables.words import run_words
from persistence.sqlite.chunks import chunks_of, rows_text
from persistence.sqlite.record_statements import SqliteRecords
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros
from runindex.ports.queries import RUN_COLUMNS

_COMPILER: Final = sqlite.dialect()
_RUN: Final = ", ".join(RUN_COLUMNS)
_IDS: Final = "(SELECT value FROM json_each(?))"

_LOCK_HEAD: Final = f"""
SELECT n, ?2 AS now, (
    SELECT json_group_object(owner, last_at) FROM totals
    WHERE owner IN (SELECT value FROM json_each(?1)) AND last_at > ?2
) AS later
FROM feed_head WHERE shard = {SHARD}
"""
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


@dataclass(frozen=True, slots=True)
class _WriteStatement:
    """A statement that writes rows of so many columns to one table; `name` is the field of `Writes`."""

    name: str
    columns: int
    text: str


def _insert(name: str, table: Table) -> _WriteStatement:
    columns = table.columns.keys()
    return _WriteStatement(name, len(columns), f"INSERT INTO {table.name} ({', '.join(columns)}) {{rows}}")


def _update(name: str, columns: Sequence[str]) -> _WriteStatement:
    values = [f"s.column{place}" for place in range(2, len(columns) + 1)]
    assignments = f"({', '.join(columns[1:])}) = ({', '.join(values)})"
    return _WriteStatement(
        name, len(columns), f"UPDATE runs SET {assignments} FROM ({{rows}}) AS s WHERE id = s.column1"
    )


_STEP: Final = "INSERT INTO {table} {{rows}} ON CONFLICT ({key}) DO UPDATE SET n = n + excluded.n"
# The casts give the columns of VALUES an affinity, without which no index is used.
_REMOVE_TAGS: Final = """
DELETE FROM run_tags WHERE (tag, created_at, run_id) IN (
    SELECT CAST(column1 AS TEXT), CAST(column2 AS BIGINT), CAST(column3 AS TEXT) FROM ({rows})
)
"""
# The condition tells that what follows belongs to no join.
_KEEP_WORDS: Final = f"""
INSERT INTO run_words ({", ".join(run_words.columns.keys())}) SELECT * FROM ({{rows}}) WHERE true
ON CONFLICT (incarnation) DO UPDATE SET version = excluded.version, words = excluded.words
"""
_EXPIRE: Final = """
DELETE FROM kept_answers WHERE (actor, mutation, key) IN (
    SELECT actor, mutation, key FROM kept_answers WHERE created_at < ? ORDER BY created_at LIMIT ?
)
"""

# Words come before their runs, so that triggers on these find them.
_PARTS: Final = (
    _WriteStatement("words", 4, _KEEP_WORDS),
    _update("moved", MOVED_COLUMNS),
    _update("rewritten", runs.columns.keys()),
    _insert("inserted", runs),
    _WriteStatement("deleted", 1, "DELETE FROM runs WHERE id IN ({rows})"),
    _WriteStatement("tags_removed", 3, _REMOVE_TAGS),
    _insert("tags_added", run_tags),
    _insert("changes", changes),
    _WriteStatement("head", 1, f"UPDATE feed_head SET n = ({{rows}}) WHERE shard = {SHARD}"),
    _WriteStatement("status_steps", 2, _STEP.format(table="status_counts", key="status")),
    _WriteStatement("tag_steps", 2, _STEP.format(table="tag_counts", key="tag")),
    _WriteStatement("tags_dropped", 2, "DELETE FROM tag_counts WHERE n = 0 AND tag IN (SELECT column1 FROM ({rows}))"),
    _insert("kept", kept_answers),
    _WriteStatement("expired", 2, _EXPIRE),
)


class SqliteDialect(SqliteRecords):
    """Statements with positional placeholders. The file's only writer needs no other locks."""

    def choose(self, query: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Flow[Rows]:
        """Run a SQLAlchemy query that finds rows by other columns than their keys."""
        return (yield self.query(query, parameters))

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a SQLAlchemy query as a statement, bound to parameters."""
        return compiled(query, _COMPILER).bind(parameters)

    def lock_runs(self, run_ids: Iterable[str], *, wait: bool) -> Statement:
        """Select the runs that exist with all columns; SQLite has no locks on rows."""
        del wait
        return self.find_runs(run_ids)

    def lock_head(self, owners: Iterable[int], now: Micros | None) -> Statement:
        """Select the log's head as `n`, the given instant, and the later ones of those owners' records."""
        return Statement(_LOCK_HEAD, (json.dumps(list(owners)), now))

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Select the runs that exist with all columns."""
        return Statement(_FIND_RUNS, (json.dumps(list(run_ids)),))

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Select the answers kept under those keys."""
        return Statement(_FIND_KEPT, (json.dumps([[scope.actor, scope.mutation, scope.key] for scope in scopes]),))

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Select as `parent_id` those of the ids that a run names as its parent."""
        return Statement(_FIND_PARENTS, (json.dumps(list(run_ids)),))

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Select `id` and `parent_id` of those runs and all their ancestors."""
        return Statement(_FIND_LINEAGE, (json.dumps(list(run_ids)),))

    def write(self, writes: Writes) -> Flow[None]:
        """Yield the statements of each table in turn."""
        for part in _PARTS:
            for chunk in chunks_of(getattr(writes, part.name)):
                text = part.text.format(rows=rows_text(len(chunk), part.columns))
                yield Statement(text, [value for row in chunk for value in row])
        for statement in self.write_records(writes):  # noqa: UP028 - a flow is sent rows, these take none
            yield statement
