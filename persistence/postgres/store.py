"""The store in Postgres, shared by any number of processes."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Executable, text

from persistence.postgres.clock import ServerClock
from persistence.postgres.connection import Timeouts, is_lost, open_pool, run_alone, translate_errors
from persistence.postgres.login import DRIVER_ERRORS
from persistence.postgres.pool import Pool
from persistence.postgres.session import open_session, transact
from persistence.postgres.statements import PostgresDialect
from persistence.postgres.writing.writer import PostgresWriter
from persistence.sql.batch.transactions import Execute
from persistence.sql.maintenance.maintenance import SqlMaintenance
from persistence.sql.maintenance.tokens import SqlTokens
from persistence.sql.queries.large import READ_BYTES, cut_off, take
from persistence.sql.reads.store_reads import SqlReads
from persistence.sql.statements import NO_PARAMETERS, Flow, Rows, Statement
from runindex.commands import AnyCommand
from runindex.domain.errors import UnavailableError
from runindex.domain.instants import Micros
from runindex.ports.allowance import ALLOWANCE
from runindex.ports.clock import Clock
from runindex.ports.store import Applied

T = TypeVar("T")

POOL_SIZE: Final = 10
_PING: Final = text("SELECT 1 AS one")
_IS_READ_ONLY: Final = text(
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_read_only"
)


class PostgresStore(SqlReads, SqlMaintenance, SqlTokens):
    """A store in a database that `persistence.migrations.upgrade` has migrated; open it with `open`."""

    sweep_step = 256
    sweep_seconds = 0.1

    def __init__(
        self, url: str, dialect: PostgresDialect, *, writer: PostgresWriter, pool: Pool, timeouts: Timeouts
    ) -> None:
        """Take the open writer and pool."""
        self.dialect = dialect
        self._url = url
        self._writer = writer
        self._pool = pool
        self._timeouts = timeouts
        self._time = ServerClock(self._fetch)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        clock: Clock | None = None,
        *,
        pool_size: int = POOL_SIZE,
        notify: bool = True,
        timeouts: Timeouts | None = None,
    ) -> AsyncIterator[Self]:
        """Open a database (postgresql://…) with at most `pool_size` connections that read and one that writes.

        Connections are made when first needed. Without a clock, the server's is used. With `notify`, each batch wakes
        the feeds of all processes.
        """
        timeouts = timeouts or Timeouts()
        dialect = PostgresDialect(notify=notify)
        async with (
            PostgresWriter.open(url, clock, dialect, timeouts) as writer,
            open_pool(url, timeouts, pool_size) as pool,
        ):
            yield cls(url, dialect, writer=writer, pool=pool, timeouts=timeouts)

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write a batch, as the Store port says."""
        return await self._writer.apply(batch)

    async def now(self) -> Micros:
        """Return the instant of the server's clock."""
        return await self._time.now() if self._writer.clock is None else self._writer.clock.now()

    async def check_writable(self) -> None:
        """Return when the database answers, and transactions may write."""
        for _ in range(2):
            (row,) = await self._fetch(_IS_READ_ONLY)
            if not row["is_read_only"]:
                return
            # Sessions keep what they began with, so only a new one knows.
            self._pool.expire()
        raise UnavailableError("the storage is read-only")

    async def write_nothing(self) -> None:
        """Return when something was written, as a batch would be."""
        await self._writer.touch()

    async def ping(self) -> None:
        """Return when the database answers."""
        await self._fetch(_PING)

    async def _transact(self, flow: Callable[[], Flow[T]]) -> T:
        return await transact(self._pool, self._timeouts, flow)

    def _session(self, *, writes: bool) -> AbstractAsyncContextManager[Execute]:
        return open_session(self._url, self._timeouts, writes=writes)

    async def _fetch(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        rows = [dict(row) for row in await self._read(statement, parameters)]
        for row in rows:
            row.pop(READ_BYTES, None)
        return rows

    async def _read(self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Rows:
        whole, allowance = self.dialect.query(statement, parameters), ALLOWANCE.get()
        if allowance is None:
            return await self._run_again(whole)
        bound = cut_off(statement, whole, allowance)
        rows = await self._run_again(bound)
        if bound is not whole:
            take(rows, allowance)
        return rows

    async def _run_again(self, bound: Statement) -> Rows:
        with translate_errors():
            # Connections idle during a restart of the server fail when used, at worst all of the pool.
            for _ in range(len(self._pool)):
                try:
                    return await self._run(bound)
                except DRIVER_ERRORS as error:
                    if isinstance(error, TimeoutError) or not is_lost(error):
                        raise
            return await self._run(bound)

    async def _run(self, statement: Statement) -> Rows:
        connection = await self._pool.take(self._timeouts.connect)
        try:
            return await run_alone(connection, statement, self._timeouts.statement)
        finally:
            self._pool.give(connection)
