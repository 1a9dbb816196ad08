"""Fixtures for every test: a clock, and a store of each kind on it."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
import pytest_asyncio

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.store import PostgresStore
from persistence.sqlite.feed import SqliteFeed
from persistence.sqlite.store import SqliteStore
from runindex.ports.feed import ChangeFeed
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.databases.shared import SharedPostgres, migrate

Opener = Callable[[StandingClock], AbstractAsyncContextManager[Store]]


@dataclass(frozen=True, slots=True)
class Backend:
    """A kind of storage: how to make a new place for it, and to open a store and a feed there."""

    new_place: Callable[[pytest.FixtureRequest], AbstractContextManager[str]]
    open_store: Callable[[str, StandingClock], AbstractAsyncContextManager[Store]]
    open_feed: Callable[[str], AbstractAsyncContextManager[ChangeFeed]]


@contextmanager
def _nowhere(_: pytest.FixtureRequest) -> Iterator[str]:
    yield ""


@contextmanager
def _new_file(request: pytest.FixtureRequest) -> Iterator[str]:
    template: Path = request.getfixturevalue("sqlite_template")
    directory: Path = request.getfixturevalue("tmp_path")
    yield str(shutil.copyfile(template, directory / f"{uuid4().hex}.db"))


@contextmanager
def _new_database(_: pytest.FixtureRequest) -> Iterator[str]:
    with SharedPostgres.inherit().emptied_database() as url:
        yield url


@asynccontextmanager
async def _memory_feed(_: str) -> AsyncIterator[ChangeFeed]:
    yield MemoryFeed()


BACKENDS = {
    "memory": Backend(_nowhere, lambda _, clock: MemoryStore.open(clock), _memory_feed),
    "sqlite": Backend(
        _new_file,
        lambda path, clock: SqliteStore.open(Path(path), clock),
        lambda path: SqliteFeed(Path(path)),
    ),
    "postgres": Backend(_new_database, PostgresStore.open, PostgresFeed),
}


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate a database file once, to be copied for each store."""
    path = tmp_path_factory.mktemp("template") / "runs.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    """Give each kind of storage in turn."""
    return BACKENDS[request.param]


def opener(request: pytest.FixtureRequest, backend: Backend) -> Opener:
    """Return a function that opens a new store, empty but for the default run."""

    @asynccontextmanager
    async def open_fresh(clock: StandingClock) -> AsyncIterator[Store]:
        with backend.new_place(request) as place:
            async with backend.open_store(place, clock) as opened:
                yield opened

    return open_fresh


@pytest.fixture
def open_store(request: pytest.FixtureRequest, backend: Backend) -> Opener:
    """Give a function that opens new stores, of each kind in turn."""
    return opener(request, backend)


@pytest_asyncio.fixture
async def store(open_store: Opener, clock: StandingClock) -> AsyncIterator[Store]:
    """Open a new store."""
    async with open_store(clock) as opened:
        yield opened


@pytest.fixture
def storage(store: Store) -> Storage:
    """Give the store with its maintenance."""
    return cast("Storage", store)
