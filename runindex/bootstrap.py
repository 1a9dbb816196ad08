"""The composition root, which knows every adapter.

Imports are local to the functions: each storage loads only its own libraries.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from runindex.index import RunIndex, open_index
from runindex.ports.clock import SteadyClock
from runindex.ports.feed import ChangeFeed
from runindex.ports.maintenance import Storage
from runindex.settings.settings import Settings, SettingsError, StorageBackend
from runindex.settings.sqlite_path import PathError, prepare_file

log: Final = logging.getLogger(__name__)


def migrate(settings: Settings) -> str:
    """Migrate the storage to the present schema, and return what to call it; several processes may do so at once."""
    if settings.storage is StorageBackend.MEMORY:
        return "memory"
    name = _prepare_file(settings) if settings.storage is StorageBackend.SQLITE else _check_addresses(settings)
    from persistence import migrations

    with _refusing_damage(settings):
        migrations.upgrade(_url(settings))
    return name


def check_storage(settings: Settings) -> None:
    """Raise SettingsError unless the storage outlives a process, exists, and has the present schema."""
    if settings.storage is StorageBackend.MEMORY:
        raise SettingsError("STORAGE_BACKEND=memory keeps nothing outside the server's own process")
    if settings.storage is StorageBackend.POSTGRES:
        _check_addresses(settings)
    elif not _exists(settings.sqlite_path):
        raise SettingsError(f"there is no file {settings.sqlite_path}: SQLITE_PATH names another")
    from persistence import migrations

    with _refusing_damage(settings):
        is_current = migrations.is_current(_url(settings))
    if not is_current:
        raise SettingsError("the storage is not up to date: `runindex migrate` brings it there")


def reset(settings: Settings) -> None:
    """Delete everything in a storage, which must have the present schema, and be used by nobody else."""
    from persistence import migrations

    migrations.reset(_url(settings))


def name_storage(settings: Settings) -> str:
    """Return what to call a storage that exists: its file, or the address of its database."""
    if settings.storage is StorageBackend.POSTGRES:
        return _check_addresses(settings)
    return str(settings.sqlite_path.absolute())


@contextmanager
def _refusing_damage(settings: Settings) -> Iterator[None]:
    """Raise SettingsError for a file that is no database, or damaged."""
    if settings.storage is not StorageBackend.SQLITE:
        yield
        return
    from persistence.sqlite.file import DamagedError

    try:
        yield
    except DamagedError as error:
        raise SettingsError(f"SQLITE_PATH cannot be used: {error.message}") from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _prepare_file(settings: Settings) -> str:
    """Make a file unless there is one; return its path and whether it is new."""
    try:
        is_new = prepare_file(settings.sqlite_path)
    except PathError as error:
        raise SettingsError(f"SQLITE_PATH cannot be used: {error}") from None
    from persistence.sqlite.file import inspect

    with _refusing_damage(settings):
        inspect(settings.sqlite_path)
    return f"{settings.sqlite_path.absolute()}{' (new)' if is_new else ''}"


def _check_addresses(settings: Settings) -> str:
    """Raise SettingsError for an address that cannot be read; return the database's, without its password."""
    from persistence.postgres.addresses.address import Address
    from persistence.postgres.addresses.conninfo import AddressError

    name = ""
    for variable, text in (("LISTEN_DSN", settings.listen_dsn), ("POSTGRESQL_URL", settings.postgresql_url)):
        if text is None:
            continue
        try:
            address = Address.read(text)
        except AddressError as error:
            raise SettingsError(f"{variable} cannot be used: {error}") from None
        for remark in address.remarks:
            log.warning("%s: %s", variable, remark)
        name = str(address)
    return name


def _url(settings: Settings) -> str:
    if settings.storage is not StorageBackend.SQLITE:
        return settings.postgresql_url or ""
    from sqlalchemy import URL

    return URL.create("sqlite", database=str(settings.sqlite_path)).render_as_string()


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    """Open a storage other than memory, which must have the present schema, for maintenance."""
    if settings.storage is StorageBackend.SQLITE:
        from persistence.sqlite.store import SqliteStore

        async with SqliteStore.open(settings.sqlite_path) as file:
            yield file
    else:
        from persistence.postgres.store import PostgresStore

        url = settings.postgresql_url or ""
        async with PostgresStore.open(url, pool_size=2, notify=settings.notify) as database:
            yield database


async def has_tokens(settings: Settings) -> bool:
    """Tell whether a token was ever made in a storage, which has the present schema, or settings name some."""
    if settings.tokens or settings.issuer is not None:
        return True
    if settings.storage is StorageBackend.MEMORY:
        return False
    async with open_storage(settings) as storage:
        return bool(await storage.list_tokens())


@asynccontextmanager
async def open_runindex(settings: Settings) -> AsyncIterator[RunIndex]:
    """Open the index that the settings describe; its storage must have the present schema."""
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

    async with (
        MemoryStore.open(SteadyClock()) as store,
        _open_index(settings, store, MemoryFeed()) as index,
    ):
        yield index


@asynccontextmanager
async def _open_sqlite(settings: Settings) -> AsyncIterator[RunIndex]:
    from persistence.sqlite.feed import SqliteFeed
    from persistence.sqlite.store import SECONDS, SqliteStore

    seconds = min(SECONDS, settings.operation_seconds)
    async with (
        SqliteStore.open(settings.sqlite_path, seconds=seconds) as store,
        SqliteFeed(settings.sqlite_path) as feed,
        _open_index(settings, store, feed) as index,
    ):
        yield index


@asynccontextmanager
async def _open_postgres(settings: Settings) -> AsyncIterator[RunIndex]:
    from persistence.postgres.connection import Timeouts
    from persistence.postgres.listening.feed import PostgresFeed
    from persistence.postgres.store import PostgresStore

    url = settings.postgresql_url or ""
    timeouts = Timeouts.within(settings.operation_seconds)
    async with (
        PostgresStore.open(url, pool_size=settings.pool_size, notify=settings.notify, timeouts=timeouts) as store,
        PostgresFeed(settings.listen_dsn or url, notify=settings.notify) as feed,
        _open_index(settings, store, feed) as index,
    ):
        yield index


def _open_index(settings: Settings, storage: Storage, feed: ChangeFeed) -> AbstractAsyncContextManager[RunIndex]:
    return open_index(storage, feed, maintenance=storage, tokens=storage, operation_seconds=settings.operation_seconds)
