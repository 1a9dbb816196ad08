"""A database of each kind, with its file or server at hand."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from persistence import migrations
from persistence.postgres.store import PostgresStore
from persistence.sqlite.store import SqliteStore
from runindex.ports.maintenance import Storage
from tests.support.clock import StandingClock
from tests.support.databases.postgres import psql


@dataclass(frozen=True, slots=True)
class Place:
    """A database: what opens a store on it, executes SQL there, and brings it to a revision and further."""

    url: str
    open: Callable[[StandingClock], AbstractAsyncContextManager[Storage]]
    execute: Callable[[str], Awaitable[list[tuple[object, ...]]]]

    @property
    def is_sqlite(self) -> bool:
        """Tell whether it is SQLite's."""
        return self.url.startswith("sqlite")


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        path = tmp_path / "words.db"

        async def in_file(sql: str) -> list[tuple[object, ...]]:
            with closing(sqlite3.connect(path)) as connection, connection:
                return list(map(tuple, connection.execute(sql.replace("chr_1", "char(1)"))))

        return Place(f"sqlite:///{path}", lambda clock: SqliteStore.open(path, clock), in_file)
    url: str = request.getfixturevalue("postgres_url")
    psql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    async def in_server(sql: str) -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            return list(map(tuple, await connection.fetch(sql.replace("chr_1", "chr(1)"))))
        finally:
            await connection.close()

    return Place(url, lambda clock: PostgresStore.open(url, clock), in_server)


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Storage]:
    await asyncio.to_thread(migrations.upgrade, place.url)
    async with place.open(StandingClock()) as opened:
        yield opened


async def unindex(place: Place, condition: str = "true") -> None:
    """Take runs out of the index, as if an earlier release had written them."""
    await place.execute(f"DELETE FROM run_words WHERE {condition}")  # noqa: S608 - a test's own
    await place.execute(
        f"INSERT INTO unindexed_runs SELECT incarnation, id FROM runs WHERE {condition} ON CONFLICT DO NOTHING"  # noqa: S608
    )
