"""What the newest revision asks of a Postgres database, done beforehand, while servers read and write.

Indexes are made concurrently, and rows filled in a few at a time: nobody waits for either. Whatever was interrupted
goes on where it stood, and the revision itself finds nothing left to do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final

from persistence.migrations.driver import connect
from persistence.migrations.revisions import LOGGER
from persistence.postgres.login import Connection

# The revision that is prepared, and the one before it.
_MODULE: Final = "persistence.migrations.versions.0007_lists"
BEFORE: Final = "0006"
ROWS_AT_ONCE: Final = 500
_PAUSE_SECONDS: Final = 0.1
# One process prepares. The others look now and then: a statement that waits has a snapshot, for whose end the one who
# makes an index would wait in turn. The lock's number is random.
_LOCK: Final = "SELECT WHERE pg_try_advisory_xact_lock(7262981450316618)"
_LOCKED: Final = "SELECT 1"
# A role's or a database's own limits are for queries. Behind a pooler the session is another's, and left as it is.
_UNLIMITED: Final = """
    SELECT set_config(name, '0', {is_local}) FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
"""
_INDEX: Final = """
    SELECT i.indisvalid, EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = c.oid) AS is_being_made
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'runs'::regclass AND c.relname = $1
"""


async def prepare(url: str) -> None:
    """Prepare a database that is at the revision before."""
    module = import_module(_MODULE)
    async with _connected(url) as holder, _connected(url) as worker:
        await worker.execute(f"{_UNLIMITED.format(is_local='false')} AND pg_backend_pid() = {worker.get_server_pid()}")
        # At another level the transaction that holds the lock would have a snapshot too.
        async with holder.transaction(isolation="read_committed"):
            await holder.execute(_UNLIMITED.format(is_local="true"))
            # Executed, not fetched: rows that were fetched keep their snapshot until the next statement.
            while await holder.execute(_LOCK) != _LOCKED:  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(_PAUSE_SECONDS)
            for name in module.INDEXES:
                await _make_index(worker, name, module.index_statement(name, "CONCURRENTLY "))
            await _fill(worker, module)


async def _make_index(connection: Connection, name: str, statement: str) -> None:
    while (found := await _find_index(connection, name)) is not None:
        if found["indisvalid"]:
            return
        if found["is_being_made"]:
            # By the server, for a process that has ended meanwhile.
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    LOGGER.info("making the index %s", name)
    await connection.execute(statement)


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
