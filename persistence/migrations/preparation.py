"""What revisions ask of a Postgres database, done beforehand, while servers read and write.

Indexes are made and dropped concurrently, and rows filled in a few at a time: nobody waits for either. Whatever was
interrupted goes on where it stood, and the revisions themselves find nothing left to do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final

import asyncpg

from persistence.migrations.connection import connect
from persistence.migrations.revisions import LOGGER
from persistence.postgres.login import Connection

# The revision that fills in rows, and the one before it; the one that changes other indexes.
_LISTS: Final = "persistence.migrations.versions.0007_lists"
BEFORE: Final = "0006"
_TAGS: Final = "persistence.migrations.versions.0010_tags"
ROWS_AT_ONCE: Final = 500
_PAUSE_SECONDS: Final = 0.1
# One process prepares. The others look now and then: a statement that waits has a snapshot, for whose end the one who
# makes an index would wait in turn. The lock's number is random.
_LOCK: Final = "SELECT WHERE pg_try_advisory_lock(7262981450316618)"
# A role's or a database's own limits are for queries.
_UNLIMITED: Final = """
    SELECT set_config(name, '0', false) FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout')
"""
# What comes of two who make, or drop, an index at once.
_COLLISIONS: Final = (asyncpg.DeadlockDetectedError, asyncpg.DuplicateTableError, asyncpg.UniqueViolationError)
_INDEX: Final = """
    SELECT i.indisvalid, EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = c.oid) AS is_being_made
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indexrelid = to_regclass($1)
"""


async def prepare(url: str) -> None:
    """Prepare a database that is at the revision before, or at a later one."""
    lists, tags = import_module(_LISTS), import_module(_TAGS)
    async with _connected(url) as connection:
        # Behind a pooler the session is another's: it is left as it is, and locks nothing.
        unlimited = f"{_UNLIMITED} AND pg_backend_pid() = {connection.get_server_pid()}"
        is_pooled = await connection.execute(unlimited) == "SELECT 0"
        while not is_pooled and await connection.execute(_LOCK) == "SELECT 0":  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(_PAUSE_SECONDS)
        for module in (lists, tags):
            for name in module.INDEXES:
                await _make_index(connection, name, module.index_statement(name, "CONCURRENTLY "))
        for name in tags.DROPPED:
            await _drop_index(connection, name)
        await _fill(connection, lists)


async def _make_index(connection: Connection, name: str, statement: str) -> None:
    while True:
        found = await _find_index(connection, name)
        if found is not None and found["indisvalid"]:
            return
        try:
            if found is None:
                LOGGER.info("making the index %s", name)
                await connection.execute(statement)
            elif found["is_being_made"]:
                # By another process, or by the server for one that has ended meanwhile.
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        except _COLLISIONS:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _drop_index(connection: Connection, name: str) -> None:
    """Drop an index that may be gone; one whose dropping broke off is there, and invalid."""
    while await _find_index(connection, name) is not None:
        try:
            LOGGER.info("dropping the index %s", name)
            await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        except _COLLISIONS:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _find_index(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a record of the driver's
    async with connection.transaction():
        return await connection.fetchrow(_INDEX, name)


async def _fill(connection: Connection, module: Any) -> None:  # noqa: ANN401 - a module
    owner = -1
    while True:
        async with connection.transaction(isolation="read_committed"):
            # Found before rows are locked, and without those that somebody writes: nobody waits for the finding.
            found = await connection.fetch(module.FIND, owner, ROWS_AT_ONCE)
            await connection.execute(module.FILL_SOME, [row["owner"] for row in found], [row["at"] for row in found])
        if len(found) < ROWS_AT_ONCE:
            return
        owner = found[-1]["owner"]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    connection = await connect(url)
    try:
        yield connection
    finally:
        connection.terminate()
