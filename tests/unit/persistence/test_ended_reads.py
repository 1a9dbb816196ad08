"""A read of which nobody awaits the answer any more ends, and so does one that takes too long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from sqlalchemy import text

from persistence.postgres.connection import Timeouts
from persistence.postgres.store import PostgresStore
from persistence.sqlite.store import READERS, SqliteStore
from runindex.domain.errors import OperationTimeoutError
from tests.support.clock import StandingClock

LONG: Final = 600.0
SECONDS: Final = 30.0  # far less than a statement would run, and far more than its end takes
# Many short steps, and few that take long each.
ENDLESS: Final = {
    "steps": "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c",
    "texts": (
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000) "
        "SELECT sum(length(replace(hex(zeroblob(1000000 + n)), '00', 'xyz'))) AS n FROM c"
    ),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ENDLESS.values(), ids=ENDLESS.keys())
async def test_an_abandoned_read_of_a_file_frees_its_thread(
    sqlite_path: Path, clock: StandingClock, query: str
) -> None:
    async with SqliteStore.open(sqlite_path, clock, seconds=LONG) as store:
        reads = [asyncio.create_task(store._fetch(text(query))) for _ in range(READERS)]  # noqa: SLF001
        waiting = asyncio.create_task(store.ping())
        await asyncio.wait(reads, timeout=0.05)
        for read in reads:
            read.cancel()
        async with asyncio.timeout(SECONDS):
            await waiting
            assert await asyncio.gather(*reads, return_exceptions=True)


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_read_of_a_file_ends_in_time(sqlite_path: Path, clock: StandingClock, query: str) -> None:
    async with SqliteStore.open(sqlite_path, clock, seconds=0.05) as store, asyncio.timeout(SECONDS):
        with pytest.raises(OperationTimeoutError):
            await store._fetch(text(query))  # noqa: SLF001
        await store.ping()


@asynccontextmanager
async def observer(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Open another connection to a database."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def sleepers(connection: asyncpg.Connection) -> int:
    """Return the number of sessions that run the statement."""
    found = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(%'"
        " AND datname = current_database()"
    )
    return int(found)


async def until_sleepers(connection: asyncpg.Connection, number: int) -> None:
    """Wait until so many sessions run the statement."""
    async with asyncio.timeout(SECONDS):
        while await sleepers(connection) != number:  # noqa: ASYNC110 - the question paces it
            await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_an_abandoned_read_of_a_database_is_cancelled(postgres_url: str, clock: StandingClock) -> None:
    timeouts = Timeouts(statement=LONG, operation=LONG)
    async with PostgresStore.open(postgres_url, clock, timeouts=timeouts) as store, observer(postgres_url) as other:
        read = asyncio.create_task(store._fetch(text("SELECT pg_sleep(600)")))  # noqa: SLF001
        await until_sleepers(other, 1)
        read.cancel()
        await until_sleepers(other, 0)
        await store.ping()


async def answered(store: PostgresStore) -> None:
    """Wait until the database answers in time, which takes a busy machine more than one attempt."""
    while True:
        with suppress(OperationTimeoutError):
            await store.ping()
            return


@pytest.mark.asyncio
async def test_a_read_of_a_database_ends_in_time(postgres_url: str, clock: StandingClock) -> None:
    timeouts = Timeouts(statement=0.1)
    async with PostgresStore.open(postgres_url, clock, timeouts=timeouts) as store, observer(postgres_url) as other:
        with pytest.raises(OperationTimeoutError):
            await store._fetch(text("SELECT pg_sleep(600)"))  # noqa: SLF001
        await until_sleepers(other, 0)
        await answered(store)
