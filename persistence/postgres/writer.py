"""The connection that writes: one batch, one transaction, and the truth about a commit that got no answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Final, NamedTuple, Self

import asyncpg

from persistence.postgres.connection import (
    DRIVER_ERRORS,
    Connection,
    Timeouts,
    close,
    command,
    connect,
    is_lost,
    is_race,
    roll_back,
    run,
    translate_errors,
)
from persistence.postgres.statements import ERA, PostgresDialect
from persistence.sql.batch.apply import AppliedBatch, apply_batch
from persistence.sql.statements import Statement
from runindex.commands import AnyCommand
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, RunIndexError, UnavailableError
from runindex.ports.clock import Clock
from runindex.ports.store import Applied

ATTEMPTS: Final = 6
_PAUSE: Final = 0.05
_SETTINGS: Final = MappingProxyType({**PostgresDialect.settings, "application_name": "runindex writer"})


class Transaction(NamedTuple):
    """A transaction's id, and when the server that gave it began to count."""

    xid: str
    era: str | None


class PostgresWriter:
    """Applies batches one after the other, on a connection that it makes anew when it is lost."""

    def __init__(self, url: str, clock: Clock, dialect: PostgresDialect, timeouts: Timeouts) -> None:
        """Connect when the first batch comes."""
        self._url = url
        self._clock = clock
        self._dialect = dialect
        self._timeouts = timeouts
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, clock: Clock, dialect: PostgresDialect, timeouts: Timeouts) -> AsyncIterator[Self]:
        """Give a writer and close its connection in the end."""
        writer = cls(url, clock, dialect, timeouts)
        try:
            yield writer
        finally:
            await writer._close()

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write a batch; begin again when a race or the connection was lost."""
        async with self._turn:
            ends = _time() + self._timeouts.operation
            with translate_errors():
                return await self._persist(batch, ends)

    async def _persist(self, batch: Sequence[AnyCommand], ends: float) -> Applied:
        wait = True
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                applied = await self._attempt(batch, ends, wait=wait)
            except DRIVER_ERRORS as error:
                if not attempts_left or _time() > ends or not _may_pass(error):
                    raise
                # Whoever holds a run for so long shall not hold up the rest of the batch.
                wait = wait and not isinstance(error, asyncpg.LockNotAvailableError)
            else:
                if applied is not None:
                    return applied
        raise UnavailableError("the storage is busy")

    async def _attempt(self, batch: Sequence[AnyCommand], ends: float, *, wait: bool) -> Applied | None:
        """Run a batch in a transaction and return what became of it; None when it was aborted after all."""
        async with _before(ends):
            connection = await self._connected()
        try:
            async with _before(ends):
                judged, transaction = await self._drive(connection, batch, wait=wait)
        except BaseException:
            await roll_back(connection, self._timeouts)
            raise
        if not judged.wrote:
            await roll_back(connection, self._timeouts)
            return judged.applied
        return judged.applied if await self._commit(connection, transaction, ends) else None

    async def _drive(
        self, connection: Connection, batch: Sequence[AnyCommand], *, wait: bool
    ) -> tuple[AppliedBatch, Transaction]:
        """Run the statements of a batch; return what became of it and the transaction, which stays open."""
        flow = apply_batch(batch, self._clock.now(), self._dialect, wait=wait)
        transaction = Transaction("", None)
        await command(connection, "BEGIN", self._timeouts.statement)
        try:
            statement = next(flow)
            while True:
                rows = await run(connection, statement, self._timeouts.statement)
                if statement is self._dialect.identify:
                    transaction = Transaction(rows[0]["xid"], rows[0]["era"])
                statement = flow.send(rows)
        except StopIteration as end:
            return end.value, transaction

    async def _commit(self, connection: Connection, transaction: Transaction, ends: float) -> bool:
        """Tell whether the transaction was committed; raise OutcomeUnknownError when that cannot be found out."""
        try:
            return await command(connection, "COMMIT", self._timeouts.statement) == "COMMIT"
        except DRIVER_ERRORS as error:
            if is_lost(error):
                connection.terminate()
        return await self._was_committed(transaction, max(ends, _time() + self._timeouts.statement))

    async def _was_committed(self, transaction: Transaction, ends: float) -> bool:
        """Ask the server what became of a transaction until it knows.

        In progress is a session that has not noticed yet that its client is gone; its time is limited too. In another
        era, committed may be what another transaction was, which got the id of one that was lost.
        """
        try:
            async with asyncio.timeout_at(ends):
                while True:
                    status, era = await self._status_of(transaction.xid)
                    if status == "aborted":
                        return False
                    if status == "committed":
                        if era == transaction.era is not None:
                            return True
                        break
                    await asyncio.sleep(_PAUSE)
        except TimeoutError:
            raise OutcomeUnknownError("the connection was lost in the commit and could not be restored") from None
        raise OutcomeUnknownError("the connection was lost in the commit, and the server cannot tell any more")

    async def _status_of(self, xid: str) -> tuple[str | None, str | None]:
        question = Statement(f"SELECT pg_xact_status($1::text::xid8) AS status, {ERA} AS era", (xid,))
        try:
            rows = await run(await self._connected(), question, self._timeouts.statement)
        except (RunIndexError, *DRIVER_ERRORS):
            return None, None
        return rows[0]["status"], rows[0]["era"]

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            with translate_errors():
                self._connection = await connect(self._url, self._timeouts, _SETTINGS)
        return self._connection

    async def _close(self) -> None:
        if self._connection is not None:
            await close(self._connection, self._timeouts)


@asynccontextmanager
async def _before(ends: float) -> AsyncIterator[None]:
    """Break off what runs inside when the operation's time is over. A commit is never inside: nothing was written."""
    limit = asyncio.timeout_at(ends)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise OperationTimeoutError("the operation's time was over before it could be written") from None


def _may_pass(error: BaseException) -> bool:
    """Tell whether it may go better next time: a race lost, a lock held too long, a connection that was gone."""
    if isinstance(error, asyncpg.LockNotAvailableError) or is_race(error):
        return True
    return is_lost(error) and not isinstance(error, TimeoutError)


def _time() -> float:
    return asyncio.get_running_loop().time()
