"""Two stores on one database, as two processes would have them."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from persistence.postgres.store import PostgresStore
from persistence.sqlite.store import SqliteStore
from runindex.ports.store import Store
from tests.support.clock import StandingClock


@pytest.fixture
def sqlite_path(sqlite_template: Path, tmp_path: Path) -> Path:
    """Give the test a migrated file."""
    return shutil.copyfile(sqlite_template, tmp_path / "runs.db")


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def stores(
    request: pytest.FixtureRequest, sqlite_path: Path, clock: StandingClock
) -> AsyncIterator[tuple[Store, Store]]:
    """Open two stores on one database."""
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            yield (
                await stack.enter_async_context(SqliteStore.open(sqlite_path, clock)),
                await stack.enter_async_context(SqliteStore.open(sqlite_path, clock)),
            )
        else:
            url = request.getfixturevalue("postgres_url")
            yield (
                await stack.enter_async_context(PostgresStore.open(url, clock)),
                await stack.enter_async_context(PostgresStore.open(url, clock)),
            )
