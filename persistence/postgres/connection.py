"""Connections to Postgres by asyncpg, their time limits, and the errors that their failures become."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

import asyncpg

from persistence.postgres.login import APPLICATION, DRIVER_ERRORS, Connection, log_in
from persistence.postgres.pool import Pool
from persistence.postgres.watchdog import Watchdog
from persistence.sql.statements import Rows, Statement
from runindex.domain.errors import OperationTimeoutError, RunIndexError, UnavailableError

LOGGER: Final = logging.getLogger("runindex.postgres")
# What the server's settings can hold; 0 would mean no limit.
_SHORTEST_MS: Final = 1
_LONGEST_MS: Final = 2**31 - 1
# Without it a statement goes on whose connection was ended: asyncpg's request to cancel it does not outlive that.
# Servers on Windows cannot look.
_PRESENCE: Final = "client_connection_check_interval"


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
            _PRESENCE: 1.0,
        }
        return {name: str(min(max(round(1000 * value), _SHORTEST_MS), _LONGEST_MS)) for name, value in seconds.items()}


_NONE: Final[Mapping[str, str]] = MappingProxyType({})
# Defaults that a role or a database may have of its own, and on which statements rely.
_DEFAULTS: Final = MappingProxyType(
    {
        "default_transaction_isolation": "read committed",
        "standard_conforming_strings": "on",
        "transform_null_equals": "off",
        "array_nulls": "on",
        "idle_session_timeout": "0",
    }
)
# These mean nothing within one transaction, or its BEGIN says it.
_SESSION_ONLY: Final = frozenset(
    {"default_transaction_isolation", "idle_session_timeout", "tcp_user_timeout", _PRESENCE}
)
# The first major version that knows a setting, unless all do.
_SINCE: Final = MappingProxyType({"transaction_timeout": 17})
READ_COMMITTED: Final = "ISOLATION LEVEL READ COMMITTED"
# The addresses at which a pooler was found: it takes a connection to find out.
_POOLERS: Final[set[str]] = set()


async def connect(
    url: str, timeouts: Timeouts, settings: Mapping[str, str] = _NONE, watchdog: Watchdog | None = None
) -> Connection:
    """Open a connection whose session, or behind a pooler each of its transactions, has time limits and settings."""
    every = {**_DEFAULTS, **timeouts.settings(), **settings}
    name = every.pop("application_name", APPLICATION)
    while True:
        expected = url in _POOLERS
        connection = await log_in(url, timeouts.connect, application_name=name, has_statement_cache=not expected)
        try:
            async with terminating_on_timeout(connection, timeouts.statement):
                is_pooled = not await _configure(connection, every)
        except BaseException:
            connection.terminate()
            raise
        connection.watchdog = None if is_pooled else watchdog
        if is_pooled:
            connection.local_settings = _local_settings(connection, every)
        if is_pooled == expected:
            return connection
        connection.terminate()
        if is_pooled:
            LOGGER.info("connected through a pooler: settings and prepared statements last for a transaction each")
            _POOLERS.add(url)
        else:
            _POOLERS.discard(url)


async def _configure(connection: Connection, settings: Mapping[str, str]) -> bool:
    """Set those of the session's settings that the server knows; return False, with nothing set, behind a pooler.

    A pooler answers the login itself, with a process id that is not that of the session which runs this statement.
    """
    values = ", ".join(f"('{name}', '{value}')" for name, value in settings.items())
    tag = await connection.execute(f"""
        SELECT set_config(s.name, s.value, false) FROM (VALUES {values}) AS s (name, value)
        JOIN pg_settings USING (name) WHERE pg_backend_pid() = {connection.get_server_pid()}
        AND (name <> '{_PRESENCE}' OR version() !~* 'visual|mingw')
    """)  # noqa: S608 - names and values are our own
    return tag != "SELECT 0"


def _local_settings(connection: Connection, settings: Mapping[str, str]) -> str:
    major = connection.get_server_version().major
    calls = (
        f"set_config('{name}', '{value}', true)"
        for name, value in settings.items()
        if name not in _SESSION_ONLY and major >= _SINCE.get(name, 0)
    )
    return f"SELECT {', '.join(calls)}"


@asynccontextmanager
async def open_pool(url: str, timeouts: Timeouts, size: int) -> AsyncIterator[Pool]:
    """Open a pool of at most `size` connections, each made when it is first needed."""
    watchdog = Watchdog(url)

    async def connect_one() -> Connection:
        return await connect(url, timeouts, watchdog=watchdog)

    pool = Pool(connect_one, size)
    try:
        yield pool
    finally:
        # Closing waits for connections in use, and the server may be silent.
        try:
            async with asyncio.timeout(timeouts.lock):
                await pool.close()
        except (TimeoutError, *DRIVER_ERRORS):
            pool.terminate()
        watchdog.close()


async def close(connection: Connection, timeouts: Timeouts) -> None:
    """Close a connection, or terminate it when that fails or takes too long."""
    try:
        async with terminating_on_timeout(connection, timeouts.lock):
            await connection.close()
    except DRIVER_ERRORS:
        connection.terminate()


async def command(connection: Connection, text: str, seconds: float) -> str:
    """Run a command and return its tag; the time limit is that of `run`."""
    async with terminating_on_timeout(connection, seconds):
        return await connection.execute(text)


async def roll_back(connection: Connection, timeouts: Timeouts) -> None:
    """Roll back what is open, or end the connection when that fails."""
    if connection.is_closed():
        return
    try:
        await command(connection, "ROLLBACK", timeouts.statement)
    except DRIVER_ERRORS:
        connection.terminate()


async def run(connection: Connection, statement: Statement, seconds: float) -> Rows:
    """Run a statement; raise TimeoutError and terminate the connection when its time is over."""
    # As `terminating_on_timeout` does, whose generators cost a short statement a tenth of its time.
    watchdog = connection.watchdog
    if watchdog is not None:
        watchdog.begin(connection)
    try:
        async with asyncio.timeout(seconds):
            rows: Sequence[Any] = await connection.fetch(statement.text, *statement.arguments)
            return rows
    except _BROKEN_OFF:
        connection.terminate()
        raise
    finally:
        if watchdog is not None:
            watchdog.end(connection)


async def begin(connection: Connection, seconds: float, mode: str = READ_COMMITTED) -> None:
    """Begin a transaction with its settings, in one round trip; the time limit is that of `run`."""
    settings = connection.local_settings
    await command(connection, f"BEGIN {mode}; {settings}" if settings else f"BEGIN {mode}", seconds)


async def run_alone(connection: Connection, statement: Statement, seconds: float) -> Rows:
    """Run a statement outside of any transaction, as `run` does.

    Behind a pooler it gets one: preparing and executing could else happen in the sessions of two servers.
    """
    if not connection.is_pooled:
        return await run(connection, statement, seconds)
    await begin(connection, seconds)
    try:
        rows = await run(connection, statement, seconds)
    except BaseException:
        if not connection.is_closed():
            await command(connection, "ROLLBACK", seconds)
        raise
    await command(connection, "COMMIT", seconds)
    return rows


@asynccontextmanager
async def terminating_on_timeout(connection: Connection, seconds: float) -> AsyncIterator[None]:
    """Limit the block to so many seconds; end the connection, unusable then, on a timeout or a cancellation."""
    try:
        async with asyncio.timeout(seconds):
            with _watched(connection):
                yield
    except _BROKEN_OFF:
        connection.terminate()
        raise


def _watched(connection: Connection) -> AbstractContextManager[None]:
    return nullcontext() if connection.watchdog is None else connection.watchdog.waiting(connection)


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
    if getattr(error, "sqlstate", None) in _DAMAGED:
        return UnavailableError("the storage is damaged")
    if isinstance(error, _MISSING):
        return UnavailableError("the storage's tables are not as they must be")
    is_unusable = _state_class(error) in _UNUSABLE or isinstance(error, asyncpg.InsufficientPrivilegeError)
    return UnavailableError("the storage cannot be used") if is_unusable else None


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection was lost, or none could be made."""
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, asyncpg.DataError)
    return isinstance(error, (OSError, asyncpg.InternalClientError, *_LOST)) or _state_class(error) == "08"


def is_race(error: BaseException) -> bool:
    """Tell whether the transaction lost a race, so that a retry may succeed."""
    return isinstance(error, _RACES)


# After these a statement may still run, whose answer nobody awaits.
_BROKEN_OFF: Final = (TimeoutError, asyncio.CancelledError, asyncpg.InternalClientError)
_RACES: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)
_TOO_SLOW: Final = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.TransactionTimeoutError)
_LOST: Final = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
)
_DAMAGED: Final = frozenset({"XX001", "XX002"})
# What another program did to the tables.
_MISSING: Final = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.DatatypeMismatchError,
)
# Wrong password, no such database, read-only, out of resources, stopped by an operator, disk or server broken.
_UNUSABLE: Final = frozenset({"28", "3D", "25", "53", "57", "58", "XX"})


def _state_class(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")[:2]
