"""Connections that migrate Postgres, and what one finds there."""

from dataclasses import dataclass
from typing import Final

from persistence.migrations import revisions
from persistence.migrations.ownership import POSTGRES_ENCODING, POSTGRES_TABLES, judge
from persistence.postgres.addresses.address import Address
from persistence.postgres.login import Connection, log_in

# A database that begins to run, or sleeps until it is asked, may take a while.
CONNECT_SECONDS: Final = 10.0
_READ_ONLY: Final = "SHOW transaction_read_only"


async def connect(url: str) -> Connection:
    """Connect to an address; statements are prepared without a name, for one use."""
    seconds = max(CONNECT_SECONDS, Address.read(url).connect_timeout or 0.0)
    return await log_in(url, seconds, application_name="runindex migration", has_statement_cache=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What a database is found to be: at the newest revision or not, and whether nothing can be written there."""

    is_current: bool
    is_read_only: bool


async def look(url: str) -> Found:
    """Look at a database without SQLAlchemy's engine, which takes long to load; raise as `revisions.is_current`."""
    connection = await connect(url)
    try:
        async with connection.transaction():
            encoding = await connection.fetchval(POSTGRES_ENCODING)
            tables = [row[0] for row in await connection.fetch(POSTGRES_TABLES)]
            is_current = judge(encoding, tables) and revisions.is_newest(
                [row[0] for row in await connection.fetch(revisions.PRESENT)]
            )
            return Found(is_current, await connection.fetchval(_READ_ONLY) == "on")
    finally:
        await connection.close()
