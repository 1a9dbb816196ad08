"""The composition root: the one place that knows every adapter.

Imports stand where they are used: each storage loads only its own libraries.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runindex.index import RunIndex, open_index
from runindex.ports import SystemClock
from runindex.settings import Settings, StorageBackend


def migrate(settings: Settings) -> None:
    """Bring the storage's schema up to date; several processes may do so at once."""
    match settings.storage:
        case StorageBackend.MEMORY:
            return
        case StorageBackend.SQLITE:
            settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
            from sqlalchemy import URL

            url = URL.create("sqlite", database=str(settings.sqlite_path)).render_as_string()
        case _:
            url = settings.postgresql_url or ""
    from persistence import migrations

    migrations.upgrade(url)


@asynccontextmanager
async def open_runindex(settings: Settings) -> AsyncIterator[RunIndex]:
    """Open the index that the settings describe, on a storage that is up to date."""
    match settings.storage:
        case StorageBackend.MEMORY:
            opened = _open_memory(settings)
        case StorageBackend.SQLITE:
            opened = _open_sqlite(settings)
        case _:
            opened = _open_postgres(settings)
    async with opened as index:
        yield index


@asynccontextmanager
async def _open_memory(settings: Settings) -> AsyncIterator[RunIndex]:
    from persistence.memory.feed import MemoryFeed
    from persistence.memory.store import MemoryStore

    clock = SystemClock()
    async with (
        MemoryStore.open(clock) as store,
        open_index(store, MemoryFeed(), clock=clock, operation_seconds=settings.operation_seconds) as index,
    ):
        yield index


@asynccontextmanager
async def _open_sqlite(settings: Settings) -> AsyncIterator[RunIndex]:
    from persistence.feeds.sqlite import SqliteFeed
    from persistence.sqlite import SECONDS, SqliteStore

    clock = SystemClock()
    seconds = min(SECONDS, settings.operation_seconds)
    async with (
        SqliteStore.open(settings.sqlite_path, clock, seconds=seconds) as store,
        SqliteFeed(settings.sqlite_path) as feed,
        open_index(store, feed, clock=clock, operation_seconds=settings.operation_seconds) as index,
    ):
        yield index


@asynccontextmanager
async def _open_postgres(settings: Settings) -> AsyncIterator[RunIndex]:
    from persistence.drivers.postgres_connection import Patience
    from persistence.feeds.postgres import PostgresFeed
    from persistence.postgres import PostgresStore

    clock = SystemClock()
    url = settings.postgresql_url or ""
    patience = Patience.within(settings.operation_seconds)
    async with (
        PostgresStore.open(
            url, clock, pool_size=settings.pool_size, notify=settings.notify, patience=patience
        ) as store,
        PostgresFeed(settings.listen_dsn or url, notify=settings.notify) as feed,
        open_index(store, feed, clock=clock, operation_seconds=settings.operation_seconds) as index,
    ):
        yield index
