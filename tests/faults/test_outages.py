"""The database is killed, frozen, or cut off from the listeners alone, under load: nothing is lost and all comes back.

Each history is checked as a whole; "live again" is how long after the healing a new change took to reach a subscriber.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.faults.subscribers import subscribed
from tests.faults.truth import PostgresStorage
from tests.faults.world import EVERYTHING, World, open_world
from tests.support.databases.postgres import PostgresServer, postgres_server, psql
from tests.support.databases.proxy import proxied

WRITERS = 8
LIVE_SECONDS = 5.0
SECONDS = 60.0
FROZEN_SECONDS = 10.0
HELD_SECONDS = 20.0

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Run a Postgres that keeps what it acknowledged."""
    with postgres_server(fsync=True) as started:
        psql(started.url(), "create database outages")
        yield started


@pytest.fixture
def own_storage(server: PostgresServer) -> PostgresStorage:
    """Name a database of that server."""
    return PostgresStorage(server.url("outages"))


@asynccontextmanager
async def under_load(world: World) -> AsyncIterator[None]:
    """Write and subscribe while something happens, see that all is live again, and judge the history."""
    async with subscribed([*world.audience(0), *world.audience(1)]):
        async with world.workload.writers(WRITERS):
            await world.workload.progress(100, SECONDS)
            yield
            healed = time.monotonic()
            created = await world.workload.create()
            for watch in world.watches:
                if watch.recording.view == EVERYTHING:
                    assert await watch.saw(created.run_id, 1, LIVE_SECONDS) - healed < LIVE_SECONDS
            print(f"live again after {time.monotonic() - healed:.2f} s")
            await world.workload.progress(100, SECONDS)
        await world.conclude()


async def test_nothing_is_lost_when_the_database_is_killed_and_started_again(
    server: PostgresServer, own_storage: PostgresStorage, tmp_path: Path
) -> None:
    async with open_world(own_storage, tmp_path, servers=2) as world, under_load(world):
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(server.start)


async def test_nothing_is_lost_while_the_database_is_frozen(
    server: PostgresServer, own_storage: PostgresStorage, tmp_path: Path
) -> None:
    async with open_world(own_storage, tmp_path, servers=2) as world, under_load(world):
        server.freeze()
        await asyncio.sleep(FROZEN_SECONDS)
        server.thaw()


async def test_listeners_come_back_from_a_black_hole_before_the_database(
    postgres_storage: PostgresStorage, tmp_path: Path
) -> None:
    """Only their own heartbeat tells the listeners."""
    async with (
        proxied(postgres_storage.url) as (listen_dsn, proxy),
        open_world(postgres_storage, tmp_path, servers=2, LISTEN_DSN=listen_dsn) as world,
        under_load(world),
    ):
        proxy.swallows = True
        created = await world.workload.create()
        assert await world.watches[0].saw(created.run_id, 1, LIVE_SECONDS)
        await asyncio.sleep(LIVE_SECONDS)
        proxy.swallows = False


async def test_a_transaction_that_is_held_open_delays_no_subscriber(
    postgres_storage: PostgresStorage, tmp_path: Path
) -> None:
    async with open_world(postgres_storage, tmp_path, servers=2) as world, under_load(world):
        connection = await asyncpg.connect(postgres_storage.url)
        try:
            transaction = connection.transaction(isolation="repeatable_read")
            await transaction.start()
            await connection.execute("UPDATE runs SET name = 'held' WHERE id = 'default'")
            held = time.monotonic()
            while time.monotonic() < held + HELD_SECONDS:
                created = await world.workload.create()
                await world.watches[0].saw(created.run_id, 1, LIVE_SECONDS)
                await asyncio.sleep(0.5)
            await transaction.rollback()
        finally:
            await connection.close()
