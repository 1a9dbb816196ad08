"""A batch finds its rows by their keys, however large the tables grow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.postgres.connection import Timeouts, close, connect
from persistence.postgres.statements import PostgresDialect
from persistence.postgres.writing.statement import move_runs
from persistence.sql.batch.dialect import Dialect
from persistence.sql.batch.writes import MOVED_COLUMNS, STORED_RUN_COLUMNS, Writes, change_values, run_values
from persistence.sql.statements import Statement
from persistence.sql.tables import runs as tables
from persistence.sql.tables.records import TABLES
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.idempotency import KeyScope
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run
from tests.support.commands import A, move

RUN = Run(id=A, incarnation=1, created_at=1, updated_at=1, name="n", tags=("t",))
ROW = run_values(RUN)
TAG = [("t", 1, A)]
EVERYTHING = Writes(
    inserted=[ROW],
    rewritten=[ROW],
    moved=[tuple(ROW[STORED_RUN_COLUMNS.index(column)] for column in MOVED_COLUMNS)],
    deleted=[(A,)],
    tags_added=[*TAG],
    tags_removed=[*TAG],
    changes=[change_values(Change(1, RunChangeKind.CREATED, RUN, None))],
    head=[(1,)],
    status_steps=[("ACTIVE", 1)],
    tag_steps=[("t", -1)],
    tags_dropped=[("t", -1)],
    kept=[("actor", "mutation", "key", "fingerprint", "answer", 1)],
    expired=[(1, 1)],
)
MOVES = Writes(moved=EVERYTHING.moved, changes=EVERYTHING.changes, head=EVERYTHING.head)
MOVED = [move_runs([move(A, RunStatus.PAUSED)] * number, "w", 1, None, notify=True) for number in (1, 2)]
SCANNED = re.compile(rf"(?:Seq Scan on|SCAN) ({'|'.join(tables.METADATA.tables)})\b")


def statements(dialect: Dialect) -> Iterator[Statement]:
    """Yield what a batch may say, but for what chooses runs by a filter."""
    for wait in (True, False):
        yield dialect.lock_runs([A], wait=wait)
    yield dialect.lock_head([1], 7)
    yield dialect.find_runs([A])
    yield dialect.find_kept([KeyScope("actor", "mutation", "key")])
    yield dialect.find_parents([A])
    yield dialect.find_lineage([A])
    for writes in (EVERYTHING, MOVES):
        yield from dialect.write(writes)


def test_sqlite_scans_no_table(sqlite_path: Path) -> None:
    connection = sqlite_connection.connect(sqlite_path, seconds=1)
    try:
        for statement in statements(SqliteDialect()):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
            assert not SCANNED.search("\n".join(row[-1] for row in plan)), statement.text
    finally:
        connection.close()


@pytest.mark.asyncio
async def test_postgres_scans_no_table(postgres_url: str) -> None:
    dialect = PostgresDialect(notify=True)
    connection = await connect(postgres_url, Timeouts(), dialect.settings)
    try:
        for statement in (*statements(dialect), *MOVED):
            plan = await connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments)
            assert not SCANNED.search("\n".join(row[0] for row in plan)), statement.text
    finally:
        await close(connection, Timeouts())


@pytest.mark.asyncio
@pytest.mark.parametrize("statement", MOVED, ids=["one", "many"])
async def test_postgres_finds_the_runs_of_moves_by_their_ids(postgres_url: str, statement: Statement) -> None:
    """Not in the order of an index, which would read all of them."""
    connection = await connect(postgres_url, Timeouts(), PostgresDialect.settings)
    try:
        plan = [row[0] for row in await connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments)]
    finally:
        await close(connection, Timeouts())
    reads = [place for place, line in enumerate(plan) if re.search(r"Scan .*on runs\b", line)]
    assert len(reads) == 2
    for place in reads:
        assert "Index Cond: (id = " in plan[place + 1], "\n".join(plan)


MANY_OWNERS = """
INSERT INTO results (owner, generation, item_id, retry_count, id, run_id, seq, latency, started_at, completed_at,
                     created_at, scores)
SELECT n, 0, 'item', 0, n, 'run', 1, 1, 1, 1, 1, '[]' FROM generate_series(1, 2000) AS n;
INSERT INTO events (owner, sequence, stream, payload, at, hash)
SELECT n, 0, 's', '{}', 1, '' FROM generate_series(1, 2000) AS n;
INSERT INTO receipts (owner, runtime_id, sequence, run_id, boundary, contributing_input_ids, message_count, created_at)
SELECT n, 'agent', 0, 'run', 'END', '[]', 1, 1 FROM generate_series(1, 2000) AS n;
ANALYZE;
"""


@pytest.mark.asyncio
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "many small runs"])
async def test_postgres_finds_records_by_their_whole_key(postgres_url: str, *, filled: bool) -> None:
    dialect = PostgresDialect(notify=True)
    connection = await connect(postgres_url, Timeouts(), dialect.settings)
    try:
        if filled:
            await connection.execute(MANY_OWNERS)
        for kind, table in TABLES.items():
            key = [tuple("1" if column.type.python_type is str else 1 for column in table.primary_key)]
            for statement in (dialect.find_records(kind, key), dialect.take_records(kind, key)):
                plan = await connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments)
                assert f"using {table.primary_key.name} on" in "\n".join(row[0] for row in plan), statement.text
    finally:
        await close(connection, Timeouts())


def assert_reads_as_much_as_is_claimed(plan: str) -> None:
    assert not re.search(r"Seq Scan|SCAN jobs", plan), plan
    assert plan.count("ix_jobs_rank") + plan.count("ix_jobs_queue_status_lease_expires_at_id") >= 3, plan


def test_sqlite_claims_jobs_in_the_order_of_an_index(sqlite_path: Path) -> None:
    connection = sqlite_connection.connect(sqlite_path, seconds=1)
    try:
        statement = SqliteDialect().lock_due("queue", 1, 10)
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
        assert_reads_as_much_as_is_claimed("\n".join(row[-1] for row in rows))
    finally:
        connection.close()


@pytest.mark.asyncio
async def test_postgres_claims_jobs_in_the_order_of_an_index(postgres_url: str) -> None:
    dialect = PostgresDialect(notify=True)
    connection = await connect(postgres_url, Timeouts(), dialect.settings)
    try:
        statement = dialect.lock_due("queue", 1, 10)
        plan = await connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments)
        assert_reads_as_much_as_is_claimed("\n".join(row[0] for row in plan))
    finally:
        await close(connection, Timeouts())
