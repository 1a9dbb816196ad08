"""A connection to Postgres is used between the server's termination message and its end."""

import asyncio

import pytest

from persistence.postgres.store import PostgresStore
from runindex.commands import CreateRun
from runindex.commands.outcomes import RunApplied
from runindex.ports.clock import SystemClock
from tests.support.databases.postgres import psql

TERMINATE = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
READERS = 8
CREATE = CreateRun(mutation="createRun").checked()

pytestmark = pytest.mark.asyncio


async def turns_of_the_loop(count: int) -> None:
    """Run so many turns of the event loop: at one it reads the message, at the next one the end."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(5))
async def test_a_read_on_a_connection_that_ends_begins_anew(postgres_url: str, turns: int) -> None:
    async with PostgresStore.open(postgres_url, SystemClock()) as store:
        await store.ping()
        assert psql(postgres_url, TERMINATE) == "1"
        await turns_of_the_loop(turns)
        await store.ping()


@pytest.mark.parametrize("turns", range(5))
async def test_reads_begin_anew_until_they_have_a_connection_that_lives(postgres_url: str, turns: int) -> None:
    async with PostgresStore.open(postgres_url, SystemClock(), pool_size=READERS) as store:
        await asyncio.gather(*(store.ping() for _ in range(READERS)))
        assert psql(postgres_url, TERMINATE) == str(READERS)
        await turns_of_the_loop(turns)
        await asyncio.gather(*(store.ping() for _ in range(READERS)))


@pytest.mark.parametrize("turns", range(5))
async def test_a_batch_on_a_connection_that_ends_begins_anew(postgres_url: str, turns: int) -> None:
    async with PostgresStore.open(postgres_url, SystemClock()) as store:
        await store.apply([CREATE])
        assert psql(postgres_url, TERMINATE) == "1"
        await turns_of_the_loop(turns)
        [outcome] = (await store.apply([CREATE])).outcomes
        assert isinstance(outcome, RunApplied)
        assert outcome.seq == 3
