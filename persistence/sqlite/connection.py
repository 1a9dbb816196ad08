"""Connections to a SQLite file, each used by one thread at a time, and the errors that failures become."""

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Final

from persistence.sql.queries.expressions import SQLITE_FUNCTIONS
from persistence.sql.statements import LARGE, Rows, Statement
from runindex.domain.errors import OperationTimeoutError, RunIndexError, UnavailableError
from runindex.ports.allowance import ReadAllowance, size_of

LOGGER: Final = logging.getLogger("runindex.sqlite")
# The steps of SQLite's virtual machine between two checks of the time.
_STEPS_BETWEEN_CHECKS: Final = 2_000
# Seconds between a writer's tries for the lock. SQLite's own handler backs off to 100 ms, and may lose every race
# against a process that writes all the time.
_SHORTEST_PAUSE: Final = 0.0005
_LONGEST_PAUSE: Final = 0.003


def connect(path: Path, *, seconds: float, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing file; a statement that runs or waits longer than `seconds` is interrupted."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Readers wait by SQLite's timeout; a writer waits in `begin` only.
        connection.execute("PRAGMA query_only = ON" if read_only else "PRAGMA busy_timeout = 0")
        for name, (arity, function) in SQLITE_FUNCTIONS.items():
            connection.create_function(name, arity, function, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection


def run(connection: sqlite3.Connection, statement: Statement, allowance: ReadAllowance | None = None) -> Rows:
    """Run a statement and return its rows; raise AnswerTooLargeError beyond the allowance, before more is read."""
    return [dict(row) for row in read_rows(connection, statement, allowance)]


def read_rows(connection: sqlite3.Connection, statement: Statement, allowance: ReadAllowance | None = None) -> Rows:
    """Run a statement as `run` does, and return the driver's own rows."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    cursor.execute(statement.text, statement.arguments)
    if cursor.description is None:
        return ()
    large = [place for place, column in enumerate(cursor.description) if column[0] in LARGE]
    rows: Any = cursor.fetchall() if allowance is None or not large else list(_counted(cursor, large, allowance))
    return rows  # type: ignore[no-any-return]


def _counted(cursor: sqlite3.Cursor, large: Sequence[int], allowance: ReadAllowance) -> Iterator[tuple[Any, ...]]:
    for row in cursor:
        allowance.take(sum(map(size_of, (row[place] for place in large))))
        yield row


@contextmanager
def time_limit(
    connection: sqlite3.Connection, seconds: float, is_ended: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Interrupt a statement on the connection after so many seconds, or when it was ended."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline or is_ended(), _STEPS_BETWEEN_CHECKS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def begin(connection: sqlite3.Connection, seconds: float) -> None:
    """Begin a transaction as the file's only writer; wait at most so many seconds for another's end."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            # Not by time.sleep, which raises in a process whose clock libfaketime shifts.
            Event().wait(random.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE))  # noqa: S311 - only spreads the tries
        else:
            return


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise the driver's errors as those of the Store port, without their texts, which may hold data."""
    try:
        yield
    except sqlite3.Error as error:
        translated = error_for(error)
        if translated is None:
            raise
        LOGGER.warning("%s: %s", translated.message, getattr(error, "sqlite_errorname", type(error).__name__))
        raise translated from None


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another connection holds the lock."""
    return _code(error) in _BUSY


def error_for(error: sqlite3.Error) -> RunIndexError | None:
    """Return the error that the caller gets, None for a bug of our own."""
    if is_busy(error):
        return UnavailableError("the storage is busy")
    code = _code(error)
    if code == sqlite3.SQLITE_INTERRUPT:
        return OperationTimeoutError("the statement took too long")
    if code in DAMAGED:
        return UnavailableError("the storage's file is damaged")
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(_MISSING):
        return UnavailableError("the storage's tables are not as they must be")
    return UnavailableError("the storage cannot be used") if code in _BROKEN else None


_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# What another program did to the tables; SQLite has no code for it.
_MISSING: Final = ("no such table", "no such column", "no such index")
_BROKEN: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)
_PRIMARY_CODE: Final = 0xFF  # an extended code's low byte


def _code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE
