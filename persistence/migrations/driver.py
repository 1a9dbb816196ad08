"""The engine that migrates Postgres: nothing is prepared or asked outside of its transactions, for poolers' sake."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from persistence.postgres.addresses.address import Address
from persistence.postgres.login import Connection, log_in

# A database that begins to run, or sleeps until it is asked, may take a while.
CONNECT_SECONDS: Final = 10.0


class MigrationDialect(PGDialect_asyncpg):
    """The dialect without its own codecs for JSON, for which it would ask in no transaction."""

    supports_statement_cache = True

    def on_connect(self) -> Callable[[DBAPIConnection], Any] | None:
        """Do nothing."""
        return None


registry.register("postgresql.runindex", __name__, MigrationDialect.__name__)


def create_postgres_engine(url: str) -> AsyncEngine:
    """Return an engine for an address; each statement is prepared without a name, and once for each use."""

    async def connect() -> Connection:
        seconds = max(CONNECT_SECONDS, Address.read(url).connect_timeout or 0.0)
        return await log_in(url, seconds, application_name="runindex migration", has_statement_cache=False)

    return create_async_engine(
        "postgresql+runindex://?prepared_statement_cache_size=0",
        poolclass=NullPool,
        async_creator=connect,
        connect_args={"prepared_statement_name_func": str},
    )
