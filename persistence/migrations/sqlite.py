"""The revisions of a SQLite file."""

from threading import Event
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from persistence.migrations import filling, revisions
from persistence.migrations.ownership import check_ownership
from runindex.domain.errors import UnavailableError

_BUSY_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.01


def upgrade(url: str) -> None:
    """Bring a file to the newest revision."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _write_ahead)
    event.listen(engine, "begin", _begin_immediate)
    # Looked at first on a connection that changes nothing: the file may be another's.
    if is_current(url):
        return
    with engine.begin() as connection:
        is_new = not check_ownership(connection)
        if is_new:
            revisions.migrate(connection)
            return
        pending = filling.pending(connection)
    for module in pending:
        _fill(engine, module)
    with engine.begin() as connection:
        revisions.migrate(connection)


def _fill(engine: Engine, module: Any) -> None:  # noqa: ANN401 - a revision's module
    """Fill what a revision makes from the rows that are there, letting others write in between."""
    with engine.begin() as connection:
        revisions.migrate(connection, module.down_revision)
        module.create(connection)
    after: str | None = ""
    while after is not None:
        with engine.begin() as connection:
            after = module.fill_some(connection, after)
        # The others' next try for the lock comes within milliseconds.
        Event().wait(_PAUSE_SECONDS)


def is_current(url: str) -> bool:
    """Tell whether a file is at the newest revision."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return revisions.is_current(connection)


def reset(url: str) -> None:
    """Empty a file, which must be used by nobody else."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None, "timeout": 0})
    with engine.connect() as connection:
        try:
            # To leave write-ahead logging the file must be used by nobody else.
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        except OperationalError as error:
            raise UnavailableError(revisions.IN_USE) from error
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        revisions.recreate(connection)
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
