"""Transactions other than those of batches: short ones on the pool, long ones on connections of their own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Final, TypeVar

import asyncpg

from persistence.postgres.connection import (
    READ_COMMITTED,
    Timeouts,
    begin,
    close,
    command,
    connect,
    roll_back,
    run,
    translate_errors,
)
from persistence.postgres.login import Connection
from persistence.postgres.pool import Pool
from persistence.sql.batch.transactions import Execute, drive
from persistence.sql.statements import Flow, Rows, Statement
from runindex.domain.errors import BadRequestError

T = TypeVar("T")

# A long transaction ends with its process, or after so many seconds without a statement.
LONGEST_STATEMENT: Final = 600.0
_SNAPSHOT: Final = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SETTINGS: Final = MappingProxyType(
    {
        "application_name": "runindex upkeep",
        "statement_timeout": str(round(1000 * LONGEST_STATEMENT)),
        "idle_in_transaction_session_timeout": str(round(1000 * LONGEST_STATEMENT)),
        "transaction_timeout": "0",
    }
)


async def transact(pool: Pool, timeouts: Timeouts, flow: Callable[[], Flow[T]]) -> T:
    """Run a flow in one transaction and commit."""
    with translate_errors():
        async with pool.lend(timeouts.connect) as connection:
            await begin(connection, timeouts.statement)
            try:
                found = await drive(flow(), _runner(connection, timeouts.statement))
                await command(connection, "COMMIT", timeouts.statement)
            except BaseException:
                await roll_back(connection, timeouts)
                raise
            return found


@asynccontextmanager
async def open_session(url: str, timeouts: Timeouts, *, writes: bool) -> AsyncIterator[Execute]:
    """Open a transaction, committed unless an exception ends the context."""
    with translate_errors():
        connection = await connect(url, timeouts, _SETTINGS)
    try:
        with translate_errors():
            await begin(connection, timeouts.statement, READ_COMMITTED if writes else _SNAPSHOT)
        run_statement = _runner(connection, LONGEST_STATEMENT)

        async def run_safely(statement: Statement) -> Rows:
            with translate_errors(), _refuse_conflicts():
                return await run_statement(statement)

        yield run_safely
        with translate_errors():
            await command(connection, "COMMIT", timeouts.statement)
    finally:
        # Closing rolls back what was not committed.
        await close(connection, timeouts)


@contextmanager
def _refuse_conflicts() -> Iterator[None]:
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
        raise BadRequestError("something comes twice, or is not as it must be") from None


def _runner(connection: Connection, seconds: float) -> Execute:
    async def run_statement(statement: Statement) -> Rows:
        return [dict(row) for row in await run(connection, statement, seconds)]

    return run_statement
