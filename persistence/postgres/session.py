"""Transactions on Postgres beside those of batches: short ones on a pool's connections, long ones on their own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Final, TypeVar

import asyncpg

from persistence.postgres.connection import (
    DRIVER_ERRORS,
    Lent,
    Pool,
    Timeouts,
    close,
    connect,
    ending_on_silence,
    faults,
    run,
)
from persistence.sql.batch.transactions import Execute, drive
from persistence.sql.statements import Flow, Rows, Statement
from runindex.domain.errors import BadRequestError

T = TypeVar("T")

# A long transaction ends with its process, or when that has been silent for so long.
LONGEST_STATEMENT: Final = 600.0
_SETTINGS: Final = MappingProxyType(
    {
        "application_name": "runindex upkeep",
        "statement_timeout": str(round(1000 * LONGEST_STATEMENT)),
        "idle_in_transaction_session_timeout": str(round(1000 * LONGEST_STATEMENT)),
        "transaction_timeout": "0",
    }
)


async def transact(pool: Pool, patience: Timeouts, flow: Callable[[], Flow[T]]) -> T:
    """Run a flow in one transaction."""
    with faults():
        async with pool.acquire(timeout=patience.connect) as connection:
            await _tell(connection, "BEGIN", patience)
            try:
                found = await drive(flow(), _runner(connection, patience.statement))
                await _tell(connection, "COMMIT", patience)
            except BaseException:
                await _roll_back(connection, patience)
                raise
            return found


@asynccontextmanager
async def open_session(url: str, patience: Timeouts, *, writes: bool) -> AsyncIterator[Execute]:
    """Give a transaction, committed when the context ends well."""
    with faults():
        connection = await connect(url, patience, _SETTINGS)
    try:
        with faults():
            await _tell(connection, "BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", patience)
        run_statement = _runner(connection, LONGEST_STATEMENT)

        async def run_safely(statement: Statement) -> Rows:
            with faults(), _refusals():
                return await run_statement(statement)

        yield run_safely
        with faults():
            await _tell(connection, "COMMIT", patience)
    finally:
        # Closing rolls back what was not committed.
        await close(connection, patience)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
        raise BadRequestError("something comes twice, or is not as it must be") from None


def _runner(connection: Lent, seconds: float) -> Execute:
    async def run_statement(statement: Statement) -> Rows:
        return [dict(row) for row in await run(connection, statement, seconds)]

    return run_statement


async def _tell(connection: Lent, command: str, patience: Timeouts) -> None:
    async with ending_on_silence(connection, patience.statement):
        await connection.execute(command)


async def _roll_back(connection: Lent, patience: Timeouts) -> None:
    if connection.is_closed():
        return
    try:
        await _tell(connection, "ROLLBACK", patience)
    except (*DRIVER_ERRORS, asyncpg.InterfaceError):
        connection.terminate()
