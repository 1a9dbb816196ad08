"""The engine that migrates Postgres: nothing is prepared or asked outside of its transactions, for poolers' sake."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from persistence.migrations.connection import connect


class MigrationDialect(PGDialect_asyncpg):
    """The dialect without its own codecs for JSON, for which it would ask in no transaction."""

    supports_statement_cache = True

    def on_connect(self) -> Callable[[DBAPIConnection], Any] | None:
        """Do nothing."""
        return None


registry.register("postgresql.runindex", __name__, MigrationDialect.__name__)


def create_postgres_engine(url: str) -> AsyncEngine:
    """Return an engine for an address; each statement is prepared without a name, and once for each use."""
    return create_async_engine(
        "postgresql+runindex://?prepared_statement_cache_size=0",
        # Who has waited for the lock sees what the other did, whatever the level of a role or a database.
        isolation_level="READ COMMITTED",
        poolclass=NullPool,
        async_creator=partial(connect, url),
        connect_args={"prepared_statement_name_func": str},
    )
