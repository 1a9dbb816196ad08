"""Connections to Postgres by asyncpg, their time limits, and the errors that their failures become."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg

from persistence.sql.statements import Rows, Statement
from runindex.domain.errors import OperationTimeoutError, RunIndexError, UnavailableError

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
AnyConnection: TypeAlias = "Connection | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# All that asyncpg raises: errors of the server, of itself and of the network, and one for the use of a connection that
# the server is closing.
DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
LOGGER: Final = logging.getLogger("runindex.postgres")
APPLICATION: Final = "runindex"
# A combined write of every kind at once is some 8,000 characters long; all texts stay prepared.
_LONGEST_PREPARED: Final = 100_000
# What the server's settings can hold; 0 would mean no limit.
_SHORTEST_MS: Final = 1
_LONGEST_MS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds. The server cancels a statement a little before the client gives up on it."""

    operation: float = 10.0
    statement: float = 5.0
    lock: float = 2.0
    idle: float = 3.0
    connect: float = 5.0

    @classmethod
    def within(cls, seconds: float) -> Self:
        """Return the defaults, with so many seconds for an operation and no more for any part of it."""
        usual = cls()
        return cls(
            operation=seconds,
            statement=min(usual.statement, seconds),
            lock=min(usual.lock, seconds),
            idle=min(usual.idle, seconds),
            connect=min(usual.connect, seconds),
        )

    def settings(self) -> dict[str, str]:
        """Return the settings of a session, with those that only newer servers know."""
        seconds = {
            "statement_timeout": self.statement * 0.9,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
            "transaction_timeout": self.operation,
            "tcp_user_timeout": self.connect,
        }
        return {name: str(min(max(round(1000 * value), _SHORTEST_MS), _LONGEST_MS)) for name, value in seconds.items()}


_NONE: Final[Mapping[str, str]] = MappingProxyType({})
# The join leaves out settings that the server does not know.
_CONFIGURE: Final = """
SELECT set_config(s.name, s.value, false) FROM unnest($1::text[], $2::text[]) AS s (name, value)
JOIN pg_settings USING (name)
"""


async def connect(url: str, timeouts: Timeouts, settings: Mapping[str, str] = _NONE) -> Connection:
    """Open a connection whose session has the time limits and the other settings."""
    named = "application_name" in parse_qs(urlsplit(url).query)
    connection = await asyncpg.connect(
        url,
        timeout=timeouts.connect,
        max_cacheable_statement_size=_LONGEST_PREPARED,
        server_settings=None if named else {"application_name": APPLICATION},
    )
    every = {**timeouts.settings(), **settings}
    try:
        async with terminating_on_timeout(connection, timeouts.statement):
            await connection.execute(_CONFIGURE, list(every), list(every.values()))
    except BaseException:
        connection.terminate()
        raise
    return connection


@asynccontextmanager
async def open_pool(url: str, timeouts: Timeouts, size: int) -> AsyncIterator[Pool]:
    """Open a pool of at most `size` connections, each made when it is first needed."""

    async def connect_one(*_: object, **__: object) -> Connection:
        return await connect(url, timeouts)

    async with asyncpg.create_pool(url, min_size=0, max_size=size, connect=connect_one, reset=_keep_session) as pool:
        try:
            yield pool
        finally:
            # Closing waits for connections in use, and the server may be silent.
            try:
                async with asyncio.timeout(timeouts.lock):
                    await pool.close()
            except TimeoutError:
                pool.terminate()


async def close(connection: Connection, timeouts: Timeouts) -> None:
    """Close a connection, or terminate it when that fails or takes too long."""
    try:
        async with terminating_on_timeout(connection, timeouts.lock):
            await connection.close()
    except DRIVER_ERRORS:
        connection.terminate()


async def command(connection: AnyConnection, text: str, seconds: float) -> str:
    """Run a command and return its tag; the time limit is that of `run`."""
    async with terminating_on_timeout(connection, seconds):
        return await connection.execute(text)


async def roll_back(connection: AnyConnection, timeouts: Timeouts) -> None:
    """Roll back what is open, or end the connection when that fails."""
    if connection.is_closed():
        return
    try:
        await command(connection, "ROLLBACK", timeouts.statement)
    except DRIVER_ERRORS:
        connection.terminate()


async def _keep_session(connection: Connection) -> None:
    """Skip the round trip that resets a session: its settings never change in use."""
    del connection


async def run(connection: AnyConnection, statement: Statement, seconds: float) -> Rows:
    """Run a statement; raise TimeoutError and terminate the connection when its time is over."""
    async with terminating_on_timeout(connection, seconds):
        rows: Sequence[Any] = await connection.fetch(statement.text, *statement.arguments)
        return rows


@asynccontextmanager
async def terminating_on_timeout(connection: AnyConnection, seconds: float) -> AsyncIterator[None]:
    """Limit the block to so many seconds; end the connection, unusable then, on a timeout or a cancellation."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, asyncio.CancelledError, asyncpg.InternalClientError):
        connection.terminate()
        raise


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise the driver's errors as those of the Store port, without their texts, which may hold data."""
    try:
        yield
    except DRIVER_ERRORS as error:
        translated = error_for(error)
        if translated is None:
            raise
        LOGGER.warning("%s: %s %s", translated.message, type(error).__name__, getattr(error, "sqlstate", None) or "")
        raise translated from None


def error_for(error: BaseException) -> RunIndexError | None:
    """Return the error that the caller gets, None for a bug of our own."""
    if isinstance(error, _TOO_SLOW):
        return OperationTimeoutError("the storage took too long")
    if is_lost(error):
        return UnavailableError("the storage cannot be reached")
    if isinstance(error, _RACES):
        return UnavailableError("the storage is busy")
    return UnavailableError("the storage cannot be used") if _state_class(error) in _UNUSABLE else None


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection was lost, or none could be made."""
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, asyncpg.DataError)
    return isinstance(error, (OSError, asyncpg.InternalClientError, *_LOST)) or _state_class(error) == "08"


def is_race(error: BaseException) -> bool:
    """Tell whether the transaction lost a race, so that a retry may succeed."""
    return isinstance(error, _RACES)


_RACES: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)
_TOO_SLOW: Final = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.TransactionTimeoutError)
_LOST: Final = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
)
# Wrong password, no such database, read-only, out of resources, stopped by an operator, disk or server broken.
_UNUSABLE: Final = frozenset({"28", "3D", "25", "53", "57", "58", "XX"})


def _state_class(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")[:2]
