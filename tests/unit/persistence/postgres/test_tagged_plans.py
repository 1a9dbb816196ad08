"""Lists of tags and statuses, together or as alternatives, are read from indexes without statistics."""

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
from runindex.domain.runs.filters import RunFilter, TagFilter, visible
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
INSERT INTO run_tags SELECT 'old', n, 'r' || n FROM generate_series(1, 1000) AS n WHERE n % 100 <> 0;
INSERT INTO tag_counts VALUES ('usual', 5000), ('rare', 50), ('old', 990);
INSERT INTO status_counts VALUES ('FAILED', 50), ('ACTIVE', 4950) ON CONFLICT (status) DO UPDATE SET n = excluded.n;
"""
ROWS, RARE = 20, 50


def listing(run_filter: RunFilter) -> Statement:
    """Return the statement for the newest runs that the filter lists."""
    conditions, values = split_filter(run_filter)
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


def tagged(*tags: str) -> RunFilter:
    """Return the filter of all these tags."""
    return RunFilter(tags=TagFilter(all=tags))


FAILED = RunFilter(status=(RunStatus.FAILED,))
NARROW = {
    "a rare tag, a rare status": RunFilter(tags=TagFilter(all=("rare",)), status=(RunStatus.FAILED,)),
    "a usual tag, a rare status": RunFilter(tags=TagFilter(all=("usual",)), status=(RunStatus.FAILED,)),
    "a rare tag, a usual status": RunFilter(tags=TagFilter(all=("rare",)), status=(RunStatus.ACTIVE,)),
    "tags that no run has together": visible(tagged("usual", "old", "rare")),
    "tags of several conditions": visible(RunFilter(and_=(tagged("usual"), tagged("old", "usual"), tagged("rare")))),
    "tags and a status": RunFilter(tags=TagFilter(all=("usual", "old")), status=(RunStatus.FAILED,)),
    "a rare tag or a status": visible(RunFilter(or_=(tagged("rare"), FAILED))),
    "a tag of no run or a status": visible(RunFilter(or_=(tagged("none"), FAILED))),
    "tags or a parent or a status": visible(
        RunFilter(or_=(tagged("rare", "usual"), RunFilter(or_=(RunFilter(parent_id="r1"), FAILED))))
    ),
}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("chosen", NARROW)
async def test_no_plan_reads_more_than_the_rarest_of_all(connection: Connection, mode: str, chosen: str) -> None:
    statement = listing(NARROW[chosen])
    given = ", ".join("'" + str(value).replace("'", "''") + "'" for value in statement.arguments)
    types = ", ".join("text" for _ in statement.arguments)
    await connection.execute(f"SET plan_cache_mode = {mode}; PREPARE listing ({types}) AS {statement.text}")
    lines = await connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) EXECUTE listing({given})")
    plan = "\n".join(line[0] for line in lines)
    assert not re.search(r"Seq Scan on (runs|run_tags)\b", plan), plan
    # What is read of the tables and their indexes, in all loops together.
    read = re.findall(r"(?:runs|run_tags)\b[^\n]*actual rows=([\d.]+) loops=(\d+)", plan)
    assert read, plan
    assert max(float(rows) * int(loops) for rows, loops in read) <= 2 * RARE, plan
