"""The connection that writes: one transaction for each batch, and the lookup of a commit without an answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Final, NamedTuple, Self, cast

import asyncpg

from persistence.postgres.connection import (
    Timeouts,
    begin,
    close,
    command,
    connect,
    error_for,
    is_lost,
    is_race,
    roll_back,
    run,
    run_alone,
    translate_errors,
)
from persistence.postgres.login import DRIVER_ERRORS, Connection
from persistence.postgres.statements import ERA, TELL_TIME, PostgresDialect
from persistence.postgres.watchdog import Watchdog
from persistence.postgres.writing.mover import AnswerLostError, Mover
from persistence.postgres.writing.statement import Moves, are_plain
from persistence.sql.batch.apply import AppliedBatch, apply_batch
from persistence.sql.statements import Statement
from persistence.sql.tables.runs import SHARD
from runindex.commands import AnyCommand
from runindex.commands.outcomes import Outcome, RunApplied
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, RunIndexError, UnavailableError
from runindex.domain.runs.changes import Change
from runindex.ports.clock import Clock
from runindex.ports.store import Applied

ATTEMPTS: Final = 6
_PAUSE: Final = 0.05
_TOUCH: Final = Statement(f"UPDATE feed_head SET n = n WHERE shard = {SHARD}")  # noqa: S608 - a number of our own
_SETTINGS: Final = MappingProxyType({**PostgresDialect.settings, "application_name": "runindex writer"})


class Transaction(NamedTuple):
    """A transaction's id, and the era of the server in which that id is unique."""

    xid: str
    era: str | None


class PostgresWriter:
    """Applies batches one after the other, on a connection that is replaced when it is lost."""

    def __init__(self, url: str, clock: Clock | None, dialect: PostgresDialect, timeouts: Timeouts) -> None:
        """Connect at the first batch. Without a clock, the server's is used."""
        self._url = url
        self.clock = clock
        self._dialect = dialect
        self._timeouts = timeouts
        self._watchdog = Watchdog(url)
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None
        self._mover = Mover(self._connected, clock, timeouts, notify=dialect.notify)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, clock: Clock | None, dialect: PostgresDialect, timeouts: Timeouts
    ) -> AsyncIterator[Self]:
        """Open a writer; its connection is closed with the context."""
        writer = cls(url, clock, dialect, timeouts)
        try:
            yield writer
        finally:
            await writer._close()

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write a batch; retry after a lost race or connection."""
        async with self._turn:
            deadline = _time() + self._timeouts.operation
            with translate_errors():
                return await self._persist(batch, deadline)

    async def touch(self) -> None:
        """Write and commit something that changes nothing, as a batch would be written."""
        async with self._turn:
            deadline = _time() + self._timeouts.lock
            with translate_errors():
                async with _deadline(deadline):
                    connection = await self._connected()
                try:
                    async with _deadline(deadline):
                        await begin(connection, self._timeouts.statement)
                        await run(connection, _TOUCH, self._timeouts.statement)
                        await command(connection, "COMMIT", self._timeouts.statement)
                except BaseException as error:
                    await self._abandon(connection, error)
                    raise

    async def _abandon(self, connection: Connection, error: BaseException) -> None:
        """Roll back what failed; end a session that stays read-only when the database is not any more."""
        await roll_back(connection, self._timeouts)
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            connection.terminate()

    async def _persist(self, batch: Sequence[AnyCommand], deadline: float) -> Applied:
        wait, is_plain = True, are_plain(batch)
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                if is_plain:
                    is_plain = False
                    applied = await self._move(cast("Moves", batch), deadline)
                else:
                    applied = await self._attempt(batch, deadline, wait=wait)
            except DRIVER_ERRORS as error:
                if not attempts_left or _time() > deadline or not _is_retryable(error):
                    raise
                # A run that stays locked must not hold up the rest of the batch.
                wait = wait and not isinstance(error, asyncpg.LockNotAvailableError)
            else:
                if applied is not None:
                    return applied
        raise UnavailableError("the storage is busy")

    async def _move(self, moves: Moves, deadline: float) -> Applied | None:
        """Apply plain moves by one statement; return None when nothing was written and a transaction is needed."""
        async with _deadline(deadline):
            connection = await self._connected()
        # A pooler could prepare and execute in the sessions of two servers.
        if connection.is_pooled:
            return None
        try:
            return await self._mover.apply(connection, moves, deadline)
        except AnswerLostError as lost:
            until = max(deadline, _time() + self._timeouts.statement)
            changes = await self._mover.find_changes(lost, [move.id for move in moves], until)
        except DRIVER_ERRORS as error:
            if _is_retryable(error) or error_for(error) is not None:
                raise
            # What somebody's trigger raised, maybe in the commit: a transaction tells whether it does so again.
            return None
        return None if changes is None else await self._complete(moves, changes, deadline)

    async def _complete(self, moves: Moves, changes: Sequence[Change], deadline: float) -> Applied:
        """Return what came of moves by the log; those that it does not have changed nothing, and are applied again."""
        made = {change.run.id: change for change in changes}
        rest = [move for move in moves if move.id not in made]
        try:
            with translate_errors():
                others = await self._persist(rest, deadline) if rest else Applied(())
        except RunIndexError as error:
            others = Applied([type(error)(error.message) for _ in rest])
        outcomes: dict[str, Outcome | Exception] = {
            run_id: RunApplied(change.run, change.run.version, change.seq) for run_id, change in made.items()
        }
        outcomes.update(zip((move.id for move in rest), others.outcomes, strict=True))
        return Applied([outcomes[move.id] for move in moves], [*changes, *others.changes])

    async def _attempt(self, batch: Sequence[AnyCommand], deadline: float, *, wait: bool) -> Applied | None:
        """Run a batch in a transaction and return its outcomes; None when the commit turns out aborted."""
        async with _deadline(deadline):
            connection = await self._connected()
        try:
            async with _deadline(deadline):
                result, transaction = await self._drive(connection, batch, wait=wait)
        except BaseException as error:
            await self._abandon(connection, error)
            raise
        if not result.wrote:
            await roll_back(connection, self._timeouts)
            return result.applied
        return result.applied if await self._commit(connection, transaction, deadline) else None

    async def _drive(
        self, connection: Connection, batch: Sequence[AnyCommand], *, wait: bool
    ) -> tuple[AppliedBatch, Transaction]:
        """Run the statements of a batch; return its result and the transaction, which stays open."""
        flow = apply_batch(batch, TELL_TIME if self.clock is None else self.clock.now(), self._dialect, wait=wait)
        transaction = Transaction("", None)
        await begin(connection, self._timeouts.statement)
        try:
            statement = next(flow)
            while True:
                rows = await run(connection, statement, self._timeouts.statement)
                if statement.text is self._dialect.identify:
                    transaction = Transaction(rows[0]["xid"], rows[0]["era"])
                statement = flow.send(rows)
        except StopIteration as end:
            return end.value, transaction

    async def _commit(self, connection: Connection, transaction: Transaction, deadline: float) -> bool:
        """Commit and tell whether it took place; raise OutcomeUnknownError when that cannot be found out."""
        try:
            return await command(connection, "COMMIT", self._timeouts.statement) == "COMMIT"
        except DRIVER_ERRORS as error:
            if is_lost(error):
                connection.terminate()
        return await self._was_committed(transaction, max(deadline, _time() + self._timeouts.statement))

    async def _was_committed(self, transaction: Transaction, deadline: float) -> bool:
        """Ask the server for a transaction's status until it is final.

        It is in progress while its session has not noticed that the client is gone; that time is limited too. In
        another era the id may belong to another transaction, since those of lost ones are reused.
        """
        try:
            async with asyncio.timeout_at(deadline):
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
            rows = await run_alone(await self._connected(), question, self._timeouts.statement)
        except (RunIndexError, *DRIVER_ERRORS):
            return None, None
        return rows[0]["status"], rows[0]["era"]

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            with translate_errors():
                self._connection = await connect(self._url, self._timeouts, _SETTINGS, self._watchdog)
        return self._connection

    async def _close(self) -> None:
        if self._connection is not None:
            await close(self._connection, self._timeouts)
        self._watchdog.close()


@asynccontextmanager
async def _deadline(deadline: float) -> AsyncIterator[None]:
    """Cancel the block when the operation's time is over. It never holds a commit, so nothing was written."""
    limit = asyncio.timeout_at(deadline)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise OperationTimeoutError("the operation's time was over before it could be written") from None


def _is_retryable(error: BaseException) -> bool:
    """Tell whether a retry may succeed: after a lost race, a lock held too long, or a lost connection."""
    if isinstance(error, asyncpg.LockNotAvailableError) or is_race(error):
        return True
    return is_lost(error) and not isinstance(error, TimeoutError)


def _time() -> float:
    return asyncio.get_running_loop().time()
