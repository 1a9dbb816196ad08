"""SQLite's statements that read and write the records of a batch."""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Table

from persistence.sql.batch.writes import RECORD_PARTS, Writes
from persistence.sql.statements import Statement
from persistence.sql.tables.records import TABLES
from persistence.sqlite.chunks import chunks_of, rows_text
from runindex.domain.instants import Micros
from runindex.domain.records.kinds import NODES

_IDS: Final = "(SELECT value FROM json_each(?))"


def _find(table: Table) -> str:
    matches = " AND ".join(f"t.{column.name} = s.value ->> {place}" for place, column in enumerate(table.primary_key))
    return f"SELECT t.* FROM json_each(?) AS s CROSS JOIN {table.name} AS t ON {matches}"


def _write(verb: str, table: Table) -> str:
    if verb == "remove":
        key = ", ".join(column.name for column in table.primary_key)
        return f"DELETE FROM {table.name} WHERE ({key}) IN ({{rows}})"
    insertion = "REPLACE" if verb == "replace" else "INSERT"
    return f"{insertion} INTO {table.name} ({', '.join(table.columns.keys())}) {{rows}}"


def _take(table: Table) -> str:
    matches = " AND ".join(f"t.{column.name} = s.value ->> {place}" for place, column in enumerate(table.primary_key))
    rows = f"SELECT t.rowid FROM json_each(?) AS s CROSS JOIN {table.name} AS t ON {matches}"
    return f"DELETE FROM {table.name} WHERE rowid IN ({rows}) RETURNING 1 AS one"


_FIND: Final = {kind: _find(table) for kind, table in TABLES.items()}
_WRITE: Final = {(verb, kind): _write(verb, TABLES[kind]) for verb, kind in RECORD_PARTS}
_RANK: Final = "priority DESC, run_at, created_at, id"
_DUE: Final = (
    "status = 'PENDING' AND run_at <= ?2",
    "status = 'RETRYING' AND run_at <= ?2",
    "status = 'RUNNING' AND lease_expires_at <= ?2 AND attempts < max_attempts",
)
# Each part is in the order of an index, so that no more rows are read than claimed, however long the queue.
_PARTS: Final = " UNION ALL ".join(
    f"SELECT * FROM (SELECT * FROM jobs WHERE queue = ?1 AND {due} ORDER BY {_RANK} LIMIT ?3)" for due in _DUE
)
_FIND_DUE: Final = f"SELECT * FROM ({_PARTS}) ORDER BY {_RANK} LIMIT ?3"
_FIND_SPENT: Final = """
SELECT * FROM jobs WHERE queue = ?1 AND status = 'RUNNING' AND lease_expires_at <= ?2 AND attempts >= max_attempts
ORDER BY lease_expires_at, id LIMIT ?3
"""
_DROP_INPUTS: Final = "DELETE FROM runtime_inputs WHERE runtime_id IN ({rows})"
_FIND_NODES: Final = " UNION ALL ".join(
    f"SELECT id FROM {TABLES[kind].name} WHERE id IN (SELECT value FROM json_each(?1))" for kind in NODES
)
_FIND_RESULTS: Final = f"""
SELECT r.*, (u.id IS NOT NULL) AS is_live FROM results AS r
LEFT JOIN totals AS t ON t.owner = r.owner AND t.generation = r.generation
LEFT JOIN runs AS u ON u.id = t.run_id AND u.incarnation = r.owner
WHERE r.id IN {_IDS}
"""


class SqliteRecords:
    """Makes statements that take keys as JSON arrays, and records as VALUES."""

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Select the records of those keys."""
        return Statement(_FIND[kind], (json.dumps(keys),))

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select jobs of a queue that may be claimed, best rank first."""
        return Statement(_FIND_DUE, (queue, now, limit))

    def lock_spent(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select jobs of a queue whose last lease has lapsed."""
        return Statement(_FIND_SPENT, (queue, now, limit))

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Select as `id` those of the ids that a plan, a job or a view has."""
        return Statement(_FIND_NODES, (json.dumps(list(ids)),))

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Select the results of those ids, and as `is_live` whether their run and generation exist."""
        return Statement(_FIND_RESULTS, (json.dumps(list(ids)),))

    def take_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Delete the records of those keys and return a row for each."""
        return Statement(_take(TABLES[kind]), (json.dumps(keys),))

    def write_records(self, writes: Writes) -> Iterator[Statement]:
        """Yield statements for each kind of record and verb."""
        for chunk in chunks_of(writes.inputs_dropped):
            yield Statement(_DROP_INPUTS.format(rows=rows_text(len(chunk), 1)), [value for (value,) in chunk])
        for part in RECORD_PARTS:
            for chunk in chunks_of(writes.records.get(part, ())):
                text = _WRITE[part].format(rows=rows_text(len(chunk), len(chunk[0])))
                yield Statement(text, [value for row in chunk for value in row])
