"""A clock, and a store of each kind on it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from runindex.ports import Store
from tests.support.clock import StandingClock
from tests.support.databases import migrate


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate a database file once, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "runs.db"
    migrate(f"sqlite:///{path}")
    return path


def _open_memory(request: pytest.FixtureRequest, clock: StandingClock) -> AbstractAsyncContextManager[Store]:
    del request
    from persistence.memory.store import MemoryStore  # noqa: PLC0415 - a storage that breaks must not take the others along

    return MemoryStore.open(clock)


def _open_sqlite(request: pytest.FixtureRequest, clock: StandingClock) -> AbstractAsyncContextManager[Store]:
    from persistence.sqlite import SqliteStore  # noqa: PLC0415

    template: Path = request.getfixturevalue("sqlite_template")
    directory: Path = request.getfixturevalue("tmp_path")
    return SqliteStore.open(Path(shutil.copy(template, directory)), clock)


def _open_postgres(request: pytest.FixtureRequest, clock: StandingClock) -> AbstractAsyncContextManager[Store]:
    from persistence.postgres import PostgresStore  # noqa: PLC0415

    return PostgresStore.open(request.getfixturevalue("postgres_url"), clock)


OPENERS = {"memory": _open_memory, "sqlite": _open_sqlite, "postgres": _open_postgres}


@pytest.fixture(params=OPENERS)
def closed_store(request: pytest.FixtureRequest, clock: StandingClock) -> AbstractAsyncContextManager[Store]:
    """Prepare a store of each kind in turn."""
    return OPENERS[request.param](request, clock)


@pytest_asyncio.fixture
async def store(closed_store: AbstractAsyncContextManager[Store]) -> AsyncIterator[Store]:
    """Open the store; it is empty but for the default run."""
    async with closed_store as opened:
        yield opened
