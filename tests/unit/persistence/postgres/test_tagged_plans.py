"""A list of a tag and a status is read from an index without statistics, and by a plan for any tag."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from persistence.postgres.connection import Timeouts, close, connect
from persistence.postgres.login import Connection
from persistence.postgres.statements import PostgresDialect
from persistence.sql.queries.keyset import shape_of, values_of
from persistence.sql.queries.run_pages import run_page
from persistence.sql.queries.shape import split_filter
from persistence.sql.statements import Statement
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.ports.queries import NEWEST_FIRST, Window

pytestmark = pytest.mark.asyncio

# One run in a hundred has the rare tag and has failed, all have the usual one. Nothing analyzes the tables.
FILLED = """
INSERT INTO runs (
    id, incarnation, version, status, tags, created_at, updated_at, retention_kind, search_text, search_words
)
SELECT 'r' || n, n, 1, CASE WHEN n % 100 = 0 THEN 'FAILED' ELSE 'ACTIVE' END, '[]', n, n, 'KEEP_ALL', '', 0
FROM generate_series(1, 5000) AS n;
INSERT INTO run_tags SELECT 'usual', n, 'r' || n FROM generate_series(1, 5000) AS n;
INSERT INTO run_tags SELECT 'rare', n, 'r' || n FROM generate_series(100, 5000, 100) AS n;
INSERT INTO tag_counts VALUES ('usual', 5000), ('rare', 50);
INSERT INTO status_counts VALUES ('FAILED', 50), ('ACTIVE', 4950) ON CONFLICT (status) DO UPDATE SET n = excluded.n;
"""
ROWS = 20


def listing(tag: str, status: RunStatus) -> Statement:
    """Return the statement for the newest runs of a tag and a status."""
    conditions, values = split_filter(RunFilter(tags=TagFilter(all=(tag,)), status=(status,)))
    window = Window(ROWS)
    query = run_page(conditions, frozenset({"id", "name", "tags"}), NEWEST_FIRST, shape_of(window))
    return PostgresDialect(notify=False).query(query, values | values_of(window))


@pytest_asyncio.fixture
async def connection(postgres_url: str) -> AsyncIterator[Connection]:
    """Give a connection to a database that was just filled."""
    connection = await connect(postgres_url, Timeouts())
    try:
        await connection.execute(FILLED)
        yield connection
    finally:
        await close(connection, Timeouts())


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("tag", "status"), [("rare", RunStatus.FAILED), ("usual", RunStatus.FAILED), ("rare", RunStatus.ACTIVE)]
)
async def test_no_plan_reads_more_than_the_rarer_of_both(
    connection: Connection, mode: str, tag: str, status: RunStatus
) -> None:
    statement = listing(tag, status)
    await connection.execute(f"SET plan_cache_mode = {mode}; PREPARE listing (text) AS {statement.text}")
    lines = await connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) EXECUTE listing('{tag}')")
    plan = "\n".join(line[0] for line in lines)
    assert not re.search(r"Seq Scan on (runs|run_tags)\b", plan), plan
    # What is read of the tables and their indexes, in all loops together.
    read = re.findall(r"(?:runs|run_tags)\b[^\n]*actual rows=([\d.]+) loops=(\d+)", plan)
    assert read, plan
    assert max(float(rows) * int(loops) for rows, loops in read) <= 50, plan
