"""Alembic's entry: on the connection of `persistence.migrations`, or by hand with `alembic -x url=…`."""

import asyncio

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from persistence.migrations.driver import create_postgres_engine
from persistence.sql.tables.runs import METADATA


def run_on(connection: Connection) -> None:
    """Run the revisions in the connection's open transaction."""
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


async def run_on_postgres(url: str) -> None:
    """Connect and run the revisions."""
    async with create_postgres_engine(url).begin() as connection:
        await connection.run_sync(run_on)


def run() -> None:
    """Run the revisions on the given connection, or on the URL of the command line."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    url = context.get_x_argument(as_dictionary=True)["url"]
    if url.startswith("sqlite"):
        with create_engine(url, poolclass=NullPool).begin() as connection:
            run_on(connection)
    else:
        asyncio.run(run_on_postgres(url))


run()
