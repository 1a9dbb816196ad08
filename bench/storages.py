"""A new index on each durable storage, with its files on the disk as in production."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from persistence import migrations
from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.store import PostgresStore
from persistence.sqlite.feed import SqliteFeed
from persistence.sqlite.store import SqliteStore
from runindex.index import RunIndex, open_index
from runindex.ports.maintenance import Storage
from tests.support.databases.postgres import postgres_server, psql


@dataclass(frozen=True, slots=True)
class Bench:
    """An open index and its storage."""

    name: str
    index: RunIndex
    storage: Storage


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[Bench]:
    """Open an index on a new SQLite file."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "runs.db")
        await asyncio.to_thread(migrations.upgrade, f"sqlite:///{path}")
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(SqliteStore.open(path))
            feed = await stack.enter_async_context(SqliteFeed(path))
            yield Bench("SQLite", await stack.enter_async_context(open_index(store, feed, maintenance=store)), store)


@asynccontextmanager
async def on_postgres() -> AsyncIterator[Bench]:
    """Open an index on a new Postgres with fsync on."""
    with postgres_server(fsync=True) as server:
        psql(server.url(), "create database bench")
        url = server.url("bench")
        await asyncio.to_thread(migrations.upgrade, url)
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(PostgresStore.open(url))
            feed = await stack.enter_async_context(PostgresFeed(url))
            yield Bench("Postgres", await stack.enter_async_context(open_index(store, feed, maintenance=store)), store)


STORAGES = (on_sqlite, on_postgres)
