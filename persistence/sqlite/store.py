"""The store in a SQLite file: one thread writes, a few read, and any number of processes share the file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Executable, text

from persistence.sql.batch.apply import AppliedBatch, apply_batch
from persistence.sql.batch.transactions import Execute
from persistence.sql.maintenance.maintenance import SqlMaintenance
from persistence.sql.maintenance.tokens import SqlTokens
from persistence.sql.reads.store_reads import SqlReads
from persistence.sql.statements import NO_PARAMETERS, Flow, Rows, Statement
from persistence.sql.tables.runs import SHARD
from persistence.sqlite.clock import KEPT, FileClock
from persistence.sqlite.connection import begin, connect, is_busy, read_rows, run, time_limit, translate_errors
from persistence.sqlite.file import IndexFile
from persistence.sqlite.running import RunningRead
from persistence.sqlite.session import open_session
from persistence.sqlite.statements import SqliteDialect
from runindex.commands import AnyCommand
from runindex.domain.errors import OutcomeUnknownError
from runindex.domain.instants import Micros
from runindex.ports.allowance import ALLOWANCE, ReadAllowance
from runindex.ports.clock import Clock
from runindex.ports.store import Applied

T = TypeVar("T")

READERS: Final = 4
SECONDS: Final = 5.0
_PING: Final = text("SELECT 1 AS one")
_TOUCH: Final = Statement(f"UPDATE feed_head SET n = n WHERE shard = {SHARD}")  # noqa: S608 - a number of our own


class SqliteStore(SqlReads, SqlMaintenance, SqlTokens):
    """A store in a file that `persistence.migrations.upgrade` has migrated; open it with `open`."""

    dialect = SqliteDialect()
    sweep_step = 32
    sweep_seconds = 0.015

    def __init__(self, path: Path, seconds: float, clock: FileClock, writer: "_Writer", readers: "_Readers") -> None:
        """Take the open writer and readers."""
        self._path = path
        self._seconds = seconds
        self._clock = clock
        self._writer = writer
        self._readers = readers

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, clock: Clock | None = None, *, readers: int = READERS, seconds: float = SECONDS
    ) -> AsyncIterator[Self]:
        """Open the file. Without a clock, it has its own, which is steadier than the machine's.

        A query, the statements of a batch, and the wait for another process's lock take at most so many seconds each.
        """
        async with AsyncExitStack() as stack:
            file = IndexFile(path)
            writer = await stack.enter_async_context(_Writer.open(path, file, seconds))
            lent = await stack.enter_async_context(_Readers.open(path, file, seconds, readers))
            yield cls(path, seconds, FileClock(clock), writer, lent)

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write a batch, as the Store port says."""
        result = await self._writer.transact(lambda: self._decide(batch), lambda done: done.wrote)
        return result.applied

    def _decide(self, batch: Sequence[AnyCommand]) -> Flow[AppliedBatch]:
        """Decide on a batch at the instant of the file's clock."""
        result = yield from apply_batch(batch, (yield from self._clock.tell()), self.dialect)
        if result.wrote:
            yield from self._clock.keep()
        return result

    async def now(self) -> Micros:
        """Return the instant of the file's clock."""
        return self._clock.instant(await self._readers.run(KEPT))

    async def ping(self) -> None:
        """Return when the file answers."""
        await self._fetch(_PING)

    async def check_writable(self) -> None:
        """Return when a transaction can begin that writes."""
        await self._writer.transact(_nothing, lambda _: False)

    async def write_nothing(self) -> None:
        """Return when something was written, as a batch would be."""
        await self._writer.transact(_touch)

    async def _transact(self, flow: Callable[[], Flow[T]]) -> T:
        return await self._writer.transact(flow)

    def _session(self, *, writes: bool) -> AbstractAsyncContextManager[Execute]:
        return open_session(self._path, self._seconds, writes=writes)

    async def _fetch(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        return [dict(row) for row in await self._read(statement, parameters)]

    async def _read(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        return await self._readers.run(self.dialect.query(statement, parameters))


class _Writer:
    """The thread that writes, and its connection."""

    def __init__(self, path: Path, file: IndexFile, seconds: float, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._file = file
        self._seconds = seconds
        self._thread = thread
        self._connection: sqlite3.Connection | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, file: IndexFile, seconds: float) -> AsyncIterator[Self]:
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        writer = cls(path, file, seconds, thread)
        try:
            await writer._in_thread(writer._open_connection)
            yield writer
        finally:
            await writer._in_thread(writer._close)
            thread.shutdown()

    async def transact(self, flow: Callable[[], Flow[T]], is_wanted: Callable[[T], bool] = lambda _: True) -> T:
        """Run a flow in one transaction, and commit if its result is wanted."""
        return await self._in_thread(lambda: self._transact(flow, is_wanted))

    async def _in_thread(self, function: Callable[[], T]) -> T:
        with translate_errors():
            return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _transact(self, flow: Callable[[], Flow[T]], is_wanted: Callable[[T], bool]) -> T:
        self._file.check()
        connection = self._connection or self._open_connection()
        try:
            begin(connection, self._seconds)
            with time_limit(connection, self._seconds):
                found = _drive(connection, flow())
            if not is_wanted(found):
                connection.execute("ROLLBACK")
                return found
            connection.execute("COMMIT")
        except BaseException as error:
            self._roll_back(connection, error)
            raise
        self._file.know_log()
        if fault := self._file.fault():
            raise OutcomeUnknownError(f"the storage's file {fault} in the commit")
        return found

    def _roll_back(self, connection: sqlite3.Connection, error: BaseException) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._close()
        if isinstance(error, sqlite3.Error) and not is_busy(error):
            # After a failure the file gets a new connection.
            self._close()

    def _open_connection(self) -> sqlite3.Connection:
        self._file.forget_log()
        self._connection = connect(self._path, seconds=self._seconds)
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        was_whole = self._file.fault() is None
        with suppress(sqlite3.Error):
            connection.close()
        if was_whole:
            # SQLite deletes the log with the last connection.
            self._file.forget_log()


def _nothing() -> Flow[None]:
    """Run no statement."""
    yield from ()


def _touch() -> Flow[None]:
    """Write what is there already."""
    yield _TOUCH


def _drive(connection: sqlite3.Connection, flow: Flow[T]) -> T:
    """Run the statements of a flow in the open transaction and return its result."""
    try:
        statement = next(flow)
        while True:
            statement = flow.send(run(connection, statement))
    except StopIteration as end:
        found: T = end.value
        return found


class _Readers:
    """A few threads that read, each on a connection of its own."""

    def __init__(self, path: Path, file: IndexFile, seconds: float, threads: ThreadPoolExecutor) -> None:
        self._path = path
        self._file = file
        self._seconds = seconds
        self._threads = threads
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, file: IndexFile, seconds: float, count: int) -> AsyncIterator[Self]:
        threads = ThreadPoolExecutor(count, thread_name_prefix="sqlite-reader")
        readers = cls(path, file, seconds, threads)
        try:
            yield readers
        finally:
            # Abandoned reads end within their time limit.
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
            readers._close()

    async def run(self, statement: Statement) -> Rows:
        loop, read = asyncio.get_running_loop(), RunningRead(self._seconds)
        with translate_errors(), read.watched(loop):
            return await loop.run_in_executor(self._threads, self._run, statement, ALLOWANCE.get(), read)

    def _run(self, statement: Statement, allowance: ReadAllowance | None, read: RunningRead) -> Rows:
        self._file.check()
        connection = self._take()
        try:
            with time_limit(connection, self._seconds, read.is_ended), read.on(connection):
                rows = read_rows(connection, statement, allowance)
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)
        return rows

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return connect(self._path, seconds=self._seconds, read_only=True)

    def _close(self) -> None:
        while not self._idle.empty():
            self._idle.get().close()
