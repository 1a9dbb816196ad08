"""The revisions of a Postgres database."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from persistence.migrations import filling, revisions
from persistence.migrations.connection import look
from persistence.migrations.ownership import check_ownership
from runindex.domain.errors import UnavailableError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

# One process migrates; the others wait, and find nothing left to do. The lock's number is random.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7262981450316617)")
_BRIEFLY: Final = text("SET LOCAL lock_timeout = '300ms'")
_PAUSE_SECONDS: Final = 0.3
_LOCK_TIMEOUT: Final = "55P03"
_OTHERS: Final = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'runindex%' AND pid <> pg_backend_pid()
""")


async def upgrade(url: str, name: str) -> None:
    """Bring a database, whose name for the operator is given, to the newest revision."""
    found = await look(url)
    if found.is_read_only:
        revisions.LOGGER.warning("the database is read-only (%s): mutations will be answered UNAVAILABLE", name)
    if found.is_current:
        return
    from persistence.migrations import preparation
    from persistence.migrations.driver import create_postgres_engine

    engine = create_postgres_engine(url)
    async with engine.begin() as connection:
        await connection.execute(_LOCK)
        is_new = not await connection.run_sync(check_ownership)
        await connection.run_sync(revisions.migrate, "head" if is_new else preparation.BEFORE)
    if not is_new:
        await preparation.prepare(url)
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            pending = await connection.run_sync(filling.pending)
        for module in pending:
            async with engine.begin() as connection:
                await connection.execute(_LOCK)
                await connection.run_sync(revisions.migrate, module.down_revision)
            await _fill(engine, module)
        async with engine.begin() as connection:
            await connection.execute(_LOCK)
            await connection.run_sync(revisions.migrate)


async def _fill(engine: "AsyncEngine", module: Any) -> None:  # noqa: ANN401 - a revision's module
    """Fill what a revision makes from the rows that are there, letting others write in between."""
    while True:
        try:
            async with engine.begin() as connection:
                await connection.execute(_LOCK)
                # Who waits for a table's lock holds up those who come after.
                await connection.execute(_BRIEFLY)
                await connection.run_sync(module.create)
            break
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_TIMEOUT:
                raise
        # Those who waited behind it go first.
        await asyncio.sleep(_PAUSE_SECONDS)
    after: str | None = ""
    while after is not None:
        async with engine.begin() as connection:
            after = await connection.run_sync(module.fill_some, after)


async def is_current(url: str) -> bool:
    """Tell whether a database is at the newest revision."""
    return (await look(url)).is_current


async def reset(url: str) -> None:
    """Empty a database, which must be used by nobody else."""
    from persistence.migrations.driver import create_postgres_engine

    async with create_postgres_engine(url).begin() as connection:
        await connection.execute(_LOCK)
        if await connection.scalar(_OTHERS):
            raise UnavailableError(revisions.IN_USE)
        await connection.run_sync(revisions.recreate)
