"""A database that becomes read-only takes no mutation, says so, and is written again as soon as it can be."""

import asyncio

import pytest

from persistence.postgres.store import PostgresStore
from runindex.domain.errors import UnavailableError
from tests.support.commands import A, create, rename
from tests.support.databases.postgres import psql
from tests.support.stores import get, made

pytestmark = pytest.mark.asyncio

END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_sessions_that_began_read_only_do_not_outlast_it(postgres_url: str) -> None:
    async with PostgresStore.open(postgres_url) as store:
        await made(store, create(A))
        await get(store, A)
        await store.check_writable()
        database = postgres_url.rpartition("/")[2]
        await asyncio.to_thread(psql, postgres_url, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        await asyncio.to_thread(psql, postgres_url, END_SESSIONS)
        for _ in range(2):
            with pytest.raises(UnavailableError, match=r"^the storage cannot be used$"):
                await store.apply([rename(A, "x")])
            with pytest.raises(UnavailableError, match=r"^the storage is read-only$"):
                await store.check_writable()
            assert (await get(store, A)).name is None
        writable = f"{postgres_url}?options=-cdefault_transaction_read_only%3Doff"
        await asyncio.to_thread(psql, writable, f"ALTER DATABASE {database} RESET default_transaction_read_only")
        await store.check_writable()
        assert (await made(store, rename(A, "y"))).name == "y"
