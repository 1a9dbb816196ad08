"""The newest revision comes to a Postgres database in use: nobody waits, and what was interrupted goes on."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import pytest
import pytest_asyncio

from persistence import migrations
from persistence.migrations import preparation, revisions
from persistence.migrations.driver import create_postgres_engine
from runindex.domain.errors import UnavailableError
from tests.support.databases.postgres import psql

pytestmark = pytest.mark.asyncio

PATIENCE = 30
RUNS = 3_000
OWNERS = 2 * preparation.ROWS_AT_ONCE + 7
NAMES = {
    "ix_runs_started_at_id",
    "ix_runs_name_id",
    "ix_runs_duration_id",
    "ix_runs_target_id_created_at_id",
    "ix_run_tags_run_id",
}
DROPPED = "ix_run_tags_run_id_tag"
ZEROS = """
    SELECT jsonb_object_agg(attname, 0) - 'last_at' AS zeros FROM pg_attribute
    WHERE attrelid = '{table}'::regclass AND attnum > 0
"""
ROWS = """
INSERT INTO {table} SELECT (
    jsonb_populate_record(NULL::{table}, zeros || jsonb_build_object('owner', n, '{instant}', n))
).* FROM ({zeros}) AS columns, generate_series(1, {number}) AS n;
"""
COPIES = """
CREATE TEMP TABLE one AS SELECT * FROM runs;
INSERT INTO runs SELECT (jsonb_populate_record(one, jsonb_build_object('id', 'run-' || n))).*
    FROM one, generate_series(1, {number}) AS n;
"""
MAKING = """
SELECT pid FROM pg_stat_activity
WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock' AND datname = current_database()
"""
WRITE = "UPDATE runs SET version = version + 1 WHERE id = 'run-2'"


@pytest_asyncio.fixture
async def url(postgres_url: str) -> str:
    """Give the test a database of the previous release that has runs and records."""
    psql(postgres_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    async with create_postgres_engine(postgres_url).begin() as connection:
        await connection.run_sync(revisions.migrate, "0005")
    # A level at which transactions have a snapshot from beginning to end, for which indexes would wait.
    name = postgres_url.rpartition("/")[2]
    psql(postgres_url, f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    psql(postgres_url, COPIES.format(number=RUNS))
    for table, instant in (("totals", "owner"), ("cells", "updated_at")):
        zeros = ZEROS.format(table=table)
        psql(postgres_url, ROWS.format(table=table, instant=instant, zeros=zeros, number=OWNERS))
    return postgres_url


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def until(find: Callable[[], Awaitable[object]]) -> object:
    """Return what is found at last."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await find()):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.01)
    return found


async def indexes(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, bool]:
    rows = await connection.fetch(
        """
        SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indexrelid = to_regclass(relname) AND relname = ANY ($1)
    """,
        [*NAMES, DROPPED],
    )
    return {row["relname"]: row["indisvalid"] for row in rows}


async def missing(connection: "asyncpg.Connection[asyncpg.Record]") -> list[int]:
    rows = await connection.fetch("SELECT owner FROM totals WHERE last_at IS DISTINCT FROM owner ORDER BY owner")
    return [row["owner"] for row in rows]


async def test_who_reads_and_writes_never_waits_for_an_upgrade(url: str) -> None:
    async with connected(url) as holder, connected(url) as other:
        held = holder.transaction()
        await held.start()
        await holder.execute("UPDATE runs SET version = version + 1 WHERE id = 'run-1'")
        upgrade = asyncio.create_task(asyncio.to_thread(migrations.upgrade, url))
        await until(partial(other.fetchval, MAKING))
        await other.execute("SET statement_timeout = '1s'")
        for _ in range(20):
            await other.execute(WRITE)
            await other.execute("INSERT INTO run_tags VALUES ('t', 1, 'run-2') ON CONFLICT DO NOTHING")
            assert await other.fetchval("SELECT count(*) FROM runs") == RUNS + 1
        assert not upgrade.done()
        await held.commit()
        await asyncio.wait_for(upgrade, PATIENCE)
        assert await indexes(other) == dict.fromkeys(NAMES, True)
        assert await missing(other) == []
    assert await asyncio.to_thread(migrations.is_current, url)


async def test_runs_that_somebody_writes_are_passed_over_and_filled_in_at_the_end(url: str) -> None:
    async with connected(url) as holder, connected(url) as other:
        await asyncio.to_thread(migrate_to_the_one_before, url)
        # At the database's own level it would have a snapshot, for which an index waits.
        async with holder.transaction(isolation="read_committed"):
            await holder.execute("SELECT FROM totals WHERE owner IN (3, 900) FOR UPDATE")
            preparing = asyncio.create_task(preparation.prepare(url))
            # The transaction touches no run, so that no index waits for it.
            await asyncio.wait_for(preparing, PATIENCE)
            assert await missing(other) == [3, 900]
        await asyncio.to_thread(migrations.upgrade, url)
        assert await missing(other) == []


def migrate_to_the_one_before(url: str) -> None:
    async def migrate() -> None:
        async with create_postgres_engine(url).begin() as connection:
            await connection.run_sync(revisions.migrate, preparation.BEFORE)

    asyncio.run(migrate())


async def test_an_upgrade_whose_process_was_killed_goes_on(url: str) -> None:
    program = "import sys; from persistence.migrations import upgrade; upgrade(sys.argv[1])"
    async with connected(url) as holder, connected(url) as other:
        held = holder.transaction()
        await held.start()
        await holder.execute("UPDATE runs SET version = version + 1 WHERE id = 'run-1'")
        process = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-c", program, url])
        try:
            await until(partial(other.fetchval, MAKING))
        finally:
            process.kill()
            await asyncio.to_thread(process.wait)
        # The server goes on making the index for nobody, and the next upgrade waits for that.
        upgrade = asyncio.create_task(asyncio.to_thread(migrations.upgrade, url))
        waiting = "SELECT count(*) = 2 FROM pg_stat_activity WHERE query LIKE '%advisory_lock%'"
        await until(partial(other.fetchval, waiting))
        await held.commit()
        await asyncio.wait_for(upgrade, PATIENCE)
        assert await indexes(other) == dict.fromkeys(NAMES, True)


async def test_an_index_that_was_given_up_is_made_anew(url: str) -> None:
    async with connected(url) as holder, connected(url) as other:
        held = holder.transaction()
        await held.start()
        await holder.execute("UPDATE runs SET version = version + 1 WHERE id = 'run-1'")
        upgrade = asyncio.create_task(asyncio.to_thread(migrations.upgrade, url))
        pid = await until(partial(other.fetchval, MAKING))
        await other.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(UnavailableError):
            await asyncio.wait_for(upgrade, PATIENCE)
        assert False in (await indexes(other)).values()
        await held.commit()
        await asyncio.to_thread(migrations.upgrade, url)
        assert await indexes(other) == dict.fromkeys(NAMES, True)
        assert await missing(other) == []
