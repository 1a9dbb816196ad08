"""A clock, and a store of each kind on it."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
import pytest_asyncio

from persistence.memory.store import MemoryStore
from persistence.postgres import PostgresStore
from persistence.sqlite import SqliteStore
from runindex.ports import Store
from runindex.upkeep.ports import Storage
from tests.support.clock import StandingClock
from tests.support.databases import SharedPostgres, migrate

Opener = Callable[[StandingClock], AbstractAsyncContextManager[Store]]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate a database file once, to be copied for each store."""
    path = tmp_path_factory.mktemp("template") / "runs.db"
    migrate(f"sqlite:///{path}")
    return path


def _memory(_: pytest.FixtureRequest) -> Opener:
    return MemoryStore.open


def _sqlite(request: pytest.FixtureRequest) -> Opener:
    template: Path = request.getfixturevalue("sqlite_template")
    directory: Path = request.getfixturevalue("tmp_path")
    return lambda clock: SqliteStore.open(Path(shutil.copy(template, directory / f"{uuid4().hex}.db")), clock)


def _postgres(_: pytest.FixtureRequest) -> Opener:
    @asynccontextmanager
    async def open_fresh(clock: StandingClock) -> AsyncIterator[Store]:
        with SharedPostgres.inherit().fresh_database() as url:
            async with PostgresStore.open(url, clock) as opened:
                yield opened

    return open_fresh


OPENERS = {"memory": _memory, "sqlite": _sqlite, "postgres": _postgres}


@pytest.fixture(params=OPENERS)
def open_store(request: pytest.FixtureRequest) -> Opener:
    """Give what opens a new store, empty but for the default run, of each kind in turn."""
    return OPENERS[request.param](request)


@pytest_asyncio.fixture
async def store(open_store: Opener, clock: StandingClock) -> AsyncIterator[Store]:
    """Open a store of each kind in turn."""
    async with open_store(clock) as opened:
        yield opened


@pytest.fixture
def storage(store: Store) -> Storage:
    """Give the store as what can also be kept up."""
    return cast("Storage", store)
