"""Storages of a run, each with the troubles that may befall it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

from tests.faults.troubles.postgres import PostgresTroubles
from tests.faults.troubles.sqlite import SqliteTroubles, small_device
from tests.faults.troubles.trouble import Trouble
from tests.faults.truth import PostgresStorage, SqliteStorage, Storage
from tests.support.databases.postgres import postgres_server, psql
from tests.support.databases.proxy import proxied

DEVICE: Final = "256m"
ROLE: Final = "app"
# More than a server takes: ten that read, one that writes, and one that listens.
CONNECTIONS: Final = 30
Site: TypeAlias = tuple[Storage, Sequence[Trouble]]


@asynccontextmanager
async def sqlite_site(directory: Path, device: str = DEVICE) -> AsyncIterator[Site]:
    """Give a file on a device of its own, if this user may make one, and its troubles."""
    folder = directory / "device"
    folder.mkdir()
    with small_device(folder, device) as is_small:
        path = folder / "runindex.db"
        yield SqliteStorage(path), SqliteTroubles(path, is_small).all()


@asynccontextmanager
async def postgres_site() -> AsyncIterator[Site]:
    """Give a database on a server of its own, and its troubles."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(fsync=True))
        psql(server.url(), f"CREATE ROLE {ROLE} LOGIN CONNECTION LIMIT {CONNECTIONS}")
        psql(server.url(), f"CREATE DATABASE soak OWNER {ROLE}")
        url = server.url("soak").replace("postgres@", f"{ROLE}@")
        async with proxied(url) as (through, proxy):
            yield PostgresStorage(through), PostgresTroubles(server, proxy, "soak", ROLE).all()
