"""Postgres' statements that read and write the records of a batch."""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from persistence.sql.batch.writes import RECORD_PARTS, Values, Writes
from persistence.sql.statements import Statement
from persistence.sql.tables.records import TABLES
from runindex.domain.instants import Micros
from runindex.domain.records.kinds import NODES

_COMPILER: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def _arrays(table: Table, names: Sequence[str], first: int = 1) -> str:
    types = [table.columns[name].type.compile(_COMPILER).partition(" COLLATE")[0] for name in names]
    return ", ".join(f"${first + place}::{kind}[]" for place, kind in enumerate(types))


def _rows(table: Table, names: Sequence[str], first: int = 1) -> str:
    return f"unnest({_arrays(table, names, first)}) AS s ({', '.join(names)})"


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _same_key(table: Table) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in _key(table))


def _seek(table: Table, columns: str) -> str:
    """Return a FROM clause that seeks, for each key, the first row whose key is not smaller.

    With a condition of equality the planner may choose another index with the same first columns, and read all rows of
    an owner for each key: while it believes that there are few, both cost the same. Only the key's own index yields
    the first row in this order.
    """
    key = _key(table)
    wanted, order = ", ".join(f"s.{name}" for name in key), ", ".join(f"k.{name}" for name in key)
    # Only the owner's rows: deleted rows of the next owner may still lie there, and would be scanned.
    condition = f"({order}) >= ({wanted}) AND k.{key[0]} <= s.{key[0]}"
    first = f"SELECT {columns} FROM {table.name} AS k WHERE {condition} ORDER BY {order} LIMIT 1"
    return f"{_rows(table, key)} CROSS JOIN LATERAL ({first})"


def _find(table: Table) -> str:
    key = _key(table)
    if "owner" in key:  # the run's lock covers it
        return f"SELECT t.* FROM {_seek(table, 'k.*')} AS t WHERE {_same_key(table)}"
    # Records without an owner are locked here, in the order of their keys.
    order = ", ".join(f"t.{name}" for name in key)
    rows = f"{_rows(table, key)} JOIN {table.name} AS t ON {_same_key(table)}"
    return f"SELECT t.* FROM {rows} ORDER BY {order} FOR UPDATE OF t"


def _remove(table: Table) -> str:
    if "owner" not in _key(table):
        return f"DELETE FROM {table.name} AS t USING {_rows(table, _key(table))} WHERE {_same_key(table)}"
    found = f"{_seek(table, 'k.ctid AS place')} AS f"
    return f"DELETE FROM {table.name} AS t USING {found} WHERE t.ctid = f.place AND {_same_key(table)}"


_FIND: Final = {kind: _find(table) for kind, table in TABLES.items()}
_RANK: Final = "priority DESC, run_at, created_at, id"
_DUE: Final = (
    "status = 'PENDING' AND run_at <= $2",
    "status = 'RETRYING' AND run_at <= $2",
    "status = 'RUNNING' AND lease_expires_at <= $2 AND attempts < max_attempts",
)
# Each part is in the order of an index, so that no more rows are read than claimed, however long the queue. Rows locked
# but not claimed are free again after the commit.
_PARTS: Final = " UNION ALL ".join(
    f"SELECT * FROM (SELECT * FROM jobs WHERE queue = $1 AND {due} ORDER BY {_RANK} LIMIT $3 FOR UPDATE SKIP LOCKED)"
    f" AS part{number}"
    for number, due in enumerate(_DUE)
)
_LOCK_DUE: Final = f"SELECT * FROM ({_PARTS}) AS due ORDER BY {_RANK} LIMIT $3"
_LOCK_SPENT: Final = """
SELECT * FROM jobs WHERE queue = $1 AND status = 'RUNNING' AND lease_expires_at <= $2 AND attempts >= max_attempts
ORDER BY lease_expires_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_DROP_INPUTS: Final = "DELETE FROM runtime_inputs WHERE runtime_id = ANY($1::text[])"
_FIND_NODES: Final = " UNION ALL ".join(
    f"SELECT id FROM {TABLES[kind].name} WHERE id = ANY($1::text[])" for kind in NODES
)
_FIND_RESULTS: Final = """
SELECT r.*, (u.id IS NOT NULL) AS is_live FROM results AS r
LEFT JOIN totals AS t ON t.owner = r.owner AND t.generation = r.generation
LEFT JOIN runs AS u ON u.id = t.run_id AND u.incarnation = r.owner
WHERE r.id = ANY($1::text[])
"""


class PostgresRecords:
    """Makes statements that take records as one array for each column."""

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Select the records of those keys, locked unless their run's lock covers them."""
        return Statement(_FIND[kind], _columns(keys))

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select and lock jobs of a queue that may be claimed, best rank first, without those locked already."""
        return Statement(_LOCK_DUE, (queue, now, limit))

    def lock_spent(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select and lock jobs of a queue whose last lease has lapsed, without those locked already."""
        return Statement(_LOCK_SPENT, (queue, now, limit))

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Select as `id` those of the ids that a plan, a job or a view has."""
        return Statement(_FIND_NODES, (list(ids),))

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Select the results of those ids, and as `is_live` whether their run and generation exist."""
        return Statement(_FIND_RESULTS, (list(ids),))

    def take_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Delete the records of those keys and return a row for each."""
        return Statement(f"{_write_text('remove', kind)} RETURNING 1 AS one", _columns(keys))

    def write_records(self, writes: Writes) -> Iterator[Statement]:
        """Yield one statement for each kind of record and verb."""
        if writes.inputs_dropped:
            yield Statement(_DROP_INPUTS, _columns(writes.inputs_dropped))
        for part in RECORD_PARTS:
            rows = writes.records.get(part)
            if rows:
                yield Statement(_write_text(*part), _columns(rows))


def _columns(rows: Sequence[Values]) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True))


@lru_cache(maxsize=64)
def _write_text(verb: str, kind: type) -> str:
    table = TABLES[kind]
    names = table.columns.keys()
    match verb:
        case "remove":
            return _remove(table)
        case "replace":
            assignments = ", ".join(f"{name} = s.{name}" for name in names if name not in _key(table))
            return f"UPDATE {table.name} AS t SET {assignments} FROM {_rows(table, names)} WHERE {_same_key(table)}"
        case _:
            return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM {_rows(table, names)}"
