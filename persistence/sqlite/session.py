"""Long transactions on a SQLite file, each on a connection and in a thread of its own."""

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
from persistence.sqlite.connection import begin, connect, run, translate_errors
from runindex.domain.errors import BadRequestError

T = TypeVar("T")


@asynccontextmanager
async def open_session(path: Path, seconds: float, *, writes: bool) -> AsyncIterator[Execute]:
    """Open a transaction, committed unless an exception ends the context; its lock is awaited that many seconds."""
    with ThreadPoolExecutor(1, thread_name_prefix="sqlite-session") as thread:

        async def in_thread(function: Callable[[], T]) -> T:
            with translate_errors(), _refuse_conflicts():
                return await asyncio.get_running_loop().run_in_executor(thread, function)

        connection = await in_thread(partial(_open, path, seconds, writes=writes))
        try:

            async def execute(statement: Statement) -> Rows:
                return await in_thread(partial(run, connection, statement))

            yield execute
            await in_thread(partial(connection.execute, "COMMIT"))
        finally:
            # Closing rolls back what was not committed.
            await in_thread(connection.close)


@contextmanager
def _refuse_conflicts() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise BadRequestError("something comes twice, or is not as it must be") from None


def _open(path: Path, seconds: float, *, writes: bool) -> sqlite3.Connection:
    connection = connect(path, seconds=seconds, read_only=not writes)
    try:
        if writes:
            begin(connection, seconds)
        else:
            connection.execute("BEGIN")
            # The first read settles what the transaction sees.
            connection.execute("SELECT 1 FROM feed_head")
    except BaseException:
        connection.close()
        raise
    return connection
