"""The schema's revisions, and the upgrade to the newest."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from persistence.migrations.driver import create_postgres_engine
from persistence.migrations.ownership import VERSIONS, check_ownership
from persistence.postgres import connection as postgres_connection
from persistence.postgres.address import Address
from persistence.postgres.login import DRIVER_ERRORS
from persistence.sql.tables import records as _records  # noqa: F401 - adds its tables to those of the runs
from persistence.sql.tables import runs as tables
from persistence.sql.tables import tokens as _tokens  # noqa: F401 - adds its table too
from persistence.sqlite.connection import DAMAGED
from persistence.sqlite.file import DamagedError
from runindex.domain.errors import UnavailableError

LOGGER: Final = logging.getLogger("runindex.migrations")
_BUSY_SECONDS: Final = 60
# One process migrates; the others wait, and find nothing left to do. The lock's number is random.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7262981450316617)")
_READ_ONLY: Final = text("SHOW transaction_read_only")
_OTHERS: Final = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'runindex%' AND pid <> pg_backend_pid()
""")
_IN_USE: Final = "a server uses this storage: stop it first"


def upgrade(url: str) -> None:
    """Bring a database (sqlite:///path, or an address of Postgres) to the newest revision, in one transaction.

    Any number of processes may do so at once. Raise UnavailableError, whose message is for the operator, when the
    storage cannot be reached or used, belongs to a newer release, or to another application. Must not be called from
    within an event loop.
    """
    with _explained(url, "brought up to date"):
        if url.startswith("sqlite"):
            _upgrade_sqlite(url)
        else:
            asyncio.run(_upgrade_postgres(url))


def is_current(url: str) -> bool:
    """Tell whether a database is at the newest revision; raise, and be called, as `upgrade`."""
    with _explained(url, "read"):
        if url.startswith("sqlite"):
            return _is_sqlite_current(url)
        return asyncio.run(_is_postgres_current(url))


def reset(url: str) -> None:
    """Delete everything in an index, which is at the newest revision; raise, and be called, as `upgrade`.

    Nobody else may be using it: servers would go on from what they remember.
    """
    with _explained(url, "emptied"):
        if url.startswith("sqlite"):
            _reset_sqlite(url)
        else:
            asyncio.run(_reset_postgres(url))


@contextmanager
def _explained(url: str, purpose: str) -> Iterator[None]:
    """Say in one line what fails, where and why."""
    try:
        yield
    except (DBAPIError, *DRIVER_ERRORS) as error:
        # SQLAlchemy wraps the driver's error twice, or not at all.
        wrapped = error.orig if isinstance(error, DBAPIError) else error
        cause = getattr(wrapped, "__cause__", None) or wrapped
        if getattr(cause, "sqlite_errorcode", None) in DAMAGED:
            raise DamagedError(f"the file is damaged, or no database ({cause})") from error
        if isinstance(cause, DRIVER_ERRORS) and postgres_connection.is_lost(cause):
            purpose = "reached"
        raise UnavailableError(f"the storage at {_place(url)} cannot be {purpose}: {_cause(cause)}") from error


def _place(url: str) -> str:
    return url.partition(":///")[2] if url.startswith("sqlite") else str(Address.read(url))


def _cause(error: BaseException | None) -> str:
    """Return what the driver says, in one line, for the operator alone: no statement and none of its values."""
    text = next(iter(str(error).splitlines()), "")
    return " ".join(filter(None, (type(error).__name__, getattr(error, "sqlstate", None), text)))


def alembic_config() -> Config:
    """Return Alembic's configuration; callers put the connection into its attributes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _upgrade_sqlite(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _write_ahead)
    event.listen(engine, "begin", _begin_immediate)
    # Looked at first on a connection that changes nothing: the file may be another's.
    if not _is_sqlite_current(url):
        with engine.begin() as connection:
            _migrate(connection)


def _is_sqlite_current(url: str) -> bool:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return _is_current(connection)


def _reset_sqlite(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None, "timeout": 0})
    with engine.connect() as connection:
        try:
            # To leave write-ahead logging the file must be used by nobody else.
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        except OperationalError as error:
            raise UnavailableError(_IN_USE) from error
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        _recreate(connection)
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _write_ahead(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _is_postgres_current(url: str) -> bool:
    async with create_postgres_engine(url).connect() as connection:
        return await connection.run_sync(_is_current)


async def _upgrade_postgres(url: str) -> None:
    engine = create_postgres_engine(url)
    async with engine.connect() as connection:
        is_current = await connection.run_sync(_is_current)
        if await connection.scalar(_READ_ONLY) == "on":
            LOGGER.warning("the database is read-only (%s): mutations will be answered UNAVAILABLE", _place(url))
    if is_current:
        return
    async with engine.begin() as connection:
        await connection.execute(_LOCK)
        await connection.run_sync(_migrate)


async def _reset_postgres(url: str) -> None:
    async with create_postgres_engine(url).begin() as connection:
        await connection.execute(_LOCK)
        if await connection.scalar(_OTHERS):
            raise UnavailableError(_IN_USE)
        await connection.run_sync(_recreate)


def _recreate(connection: Connection) -> None:
    tables.METADATA.drop_all(connection)
    connection.execute(text(f"DROP TABLE {VERSIONS}"))
    _migrate(connection)


def _is_current(connection: Connection) -> bool:
    check_ownership(connection)
    script = ScriptDirectory.from_config(alembic_config())
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= {revision.revision for revision in script.walk_revisions()}:
        raise UnavailableError("the storage belongs to a newer release")
    return present == set(script.get_heads())


def _migrate(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
