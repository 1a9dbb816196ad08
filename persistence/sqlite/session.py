"""A long transaction on a SQLite file, on a connection and in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from persistence.sql.batch.transactions import Execute
from persistence.sql.statements import Rows, Statement
from persistence.sqlite import connection as sqlite_connection
from runindex.domain.errors import BadRequestError

T = TypeVar("T")


@asynccontextmanager
async def open_session(path: Path, seconds: float, *, writes: bool) -> AsyncIterator[Execute]:
    """Give a transaction, committed when the context ends well; the wait for the file's lock takes at most so long."""
    with ThreadPoolExecutor(1, thread_name_prefix="sqlite-session") as thread:

        async def hop(function: Callable[[], T]) -> T:
            with sqlite_connection.translate_errors(), _refusals():
                return await asyncio.get_running_loop().run_in_executor(thread, function)

        connection = await hop(partial(_open, path, seconds, writes=writes))
        try:

            async def run(statement: Statement) -> Rows:
                return await hop(partial(sqlite_connection.run, connection, statement))

            yield run
            await hop(partial(connection.execute, "COMMIT"))
        finally:
            # Closing rolls back what was not committed.
            await hop(connection.close)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise BadRequestError("something comes twice, or is not as it must be") from None


def _open(path: Path, seconds: float, *, writes: bool) -> sqlite3.Connection:
    connection = sqlite_connection.connect(path, seconds=seconds, read_only=not writes)
    try:
        if writes:
            sqlite_connection.begin(connection, seconds)
        else:
            connection.execute("BEGIN")
            # What is seen is settled by the first look.
            connection.execute("SELECT 1 FROM feed_head")
    except BaseException:
        connection.close()
        raise
    return connection
