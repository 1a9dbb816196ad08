"""Filled indexes of several sizes on one kind of storage, each with a server of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg

from bench.scale import disk
from bench.scale.drawing import Landmarks
from bench.scale.filling import fill, write
from persistence import migrations
from persistence.postgres.store import PostgresStore
from persistence.sqlite.store import SqliteStore
from runindex.maintenance.verification.verify import verify
from tests.support.databases.postgres import postgres_server, psql
from tests.support.servers.served import COMMAND, serving

# So many are written through the writer to see how fast it is, and an index up to so large is verified.
WRITTEN: Final = 10_000
VERIFIED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A server of an index with so many runs, and what its storage takes on disk."""

    size: int
    port: int
    landmarks: Landmarks
    sizes: disk.Sizes


@asynccontextmanager
async def on_postgres(sizes: Sequence[int]) -> AsyncIterator[Sequence[Place]]:
    """Fill a database for each size, of one Postgres with fsync on."""
    with postgres_server(fsync=True) as server, TemporaryDirectory() as directory:

        async def prepare(name: str) -> str:
            psql(server.url(), f"create database {name}")
            await asyncio.to_thread(migrations.upgrade, server.url(name))
            return server.url(name)

        async with PostgresStore.open(await prepare("written")) as store:
            _tell_rate(await write(store, WRITTEN))
        async with AsyncExitStack() as stack:
            places = []
            for size in sizes:
                url = await prepare(f"runs_{size}")
                async with PostgresStore.open(url) as store:
                    landmarks = await _filled(store, size)
                await _settle(url)
                settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": url}
                served = stack.enter_context(serving(Path(directory), str(COMMAND), **settings))
                places.append(Place(size, served.port, landmarks, await disk.of_postgres(url)))
            yield places


@asynccontextmanager
async def on_sqlite(sizes: Sequence[int]) -> AsyncIterator[Sequence[Place]]:
    """Fill a file for each size."""
    with TemporaryDirectory() as directory:

        async def prepare(name: str) -> Path:
            path = Path(directory, f"{name}.db")
            await asyncio.to_thread(migrations.upgrade, f"sqlite:///{path}")
            return path

        async with SqliteStore.open(await prepare("written")) as store:
            _tell_rate(await write(store, WRITTEN))
        async with AsyncExitStack() as stack:
            places = []
            for size in sizes:
                path = await prepare(f"runs_{size}")
                async with SqliteStore.open(path) as store:
                    landmarks = await _filled(store, size)
                served = stack.enter_context(serving(Path(directory), str(COMMAND), SQLITE_PATH=str(path)))
                places.append(Place(size, served.port, landmarks, disk.of_sqlite(path)))
            yield places


async def _filled(store: PostgresStore | SqliteStore, size: int) -> Landmarks:
    begin = time.perf_counter()
    landmarks = await fill(store, size)
    took = time.perf_counter() - begin
    print(f"  {size:,} runs inserted in {took:,.0f} s, {size / took:,.0f} a second", flush=True)
    if size <= VERIFIED:
        faults = [fault async for fault in verify(store)]
        print(f"  verified: {len(faults)} faults", *faults[:5], sep="\n    ", flush=True)
    return landmarks


async def _settle(url: str) -> None:
    """Do what the server would do by itself in the background after a while."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM (ANALYZE)", timeout=None)
        await connection.execute("CHECKPOINT", timeout=None)
    finally:
        await connection.close()


def _tell_rate(rate: float) -> None:
    print(f"  through the writer: {WRITTEN:,} runs, {rate:,.0f} a second", flush=True)


STORAGES: Final = {"Postgres": on_postgres, "SQLite": on_sqlite}
