"""The schema's revisions, and the upgrade to the newest."""

import asyncio
import logging
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from persistence.postgres import connection as postgres_connection
from persistence.sqlite import connection as sqlite_connection
from runindex.domain.errors import UnavailableError

LOGGER: Final = logging.getLogger("runindex.migrations")
_BUSY_SECONDS: Final = 60
# One process migrates; the others wait, and find nothing left to do. The lock's number is random.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7262981450316617)")


def upgrade(url: str) -> None:
    """Upgrade a database (sqlite:///path or postgresql://…) to the newest revision, in one transaction.

    Any number of processes may do so at once. Raise UnavailableError when the storage cannot be reached or belongs to
    a newer release. Must not be called inside an event loop.
    """
    try:
        if url.startswith("sqlite"):
            with sqlite_connection.translate_errors():
                _upgrade_sqlite(url)
        else:
            with postgres_connection.translate_errors():
                asyncio.run(_upgrade_postgres(url))
    except DBAPIError as error:
        LOGGER.warning("the storage cannot be brought up to date: %s", _cause(error))
        raise UnavailableError("the storage cannot be brought up to date") from error


def is_current(url: str) -> bool:
    """Tell whether a database is at the newest revision; raise, and be called, as `upgrade`."""
    try:
        if url.startswith("sqlite"):
            with sqlite_connection.translate_errors(), create_engine(url, poolclass=NullPool).connect() as connection:
                return _is_current(connection)
        with postgres_connection.translate_errors():
            return asyncio.run(_is_postgres_current(url))
    except DBAPIError as error:
        raise UnavailableError("the storage cannot be read") from error


def _cause(error: DBAPIError) -> str:
    """Return the driver's error in one line for the operator's log, without the statement and its values."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    text = next(iter(str(error.orig).splitlines()), "")
    return " ".join(filter(None, (type(error.orig).__name__, sqlstate, text)))


def alembic_config() -> Config:
    """Return Alembic's configuration; callers put the connection into its attributes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _upgrade_sqlite(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _write_ahead)
    event.listen(engine, "begin", _begin_immediate)
    with engine.connect() as connection:
        if _is_current(connection):
            return
    with engine.begin() as connection:
        _migrate(connection)


def _write_ahead(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _is_postgres_current(url: str) -> bool:
    async with _postgres_engine(url).connect() as connection:
        return await connection.run_sync(_is_current)


def _postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(url))


async def _upgrade_postgres(url: str) -> None:
    engine = _postgres_engine(url)
    async with engine.connect() as connection:
        if await connection.run_sync(_is_current):
            return
    async with engine.begin() as connection:
        await connection.execute(_LOCK)
        await connection.run_sync(_migrate)


def _is_current(connection: Connection) -> bool:
    script = ScriptDirectory.from_config(alembic_config())
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= {revision.revision for revision in script.walk_revisions()}:
        raise UnavailableError("the storage belongs to a newer release")
    return present == set(script.get_heads())


def _migrate(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
