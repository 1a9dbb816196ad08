"""The listening connection is cut off, or there are no notifications: streams are late, and lose nothing."""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest

from tests.faults.subscribers import Watch, subscribed
from tests.faults.truth import PostgresStorage
from tests.faults.workload import Workload
from tests.faults.world import open_world

WRITERS = 4
# Without any notification a process looks once a second; this leaves room for a machine that is busy with other things.
LIVE_SECONDS = 5.0
SECONDS = 60.0
POLL = 0.02

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

# A listener sits idle: its last statement is the LISTEN, or the heartbeat.
TERMINATE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'runindex listener'
"""
TERMINATE_ALL = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def terminate(url: str, statement: str) -> None:
    """Terminate sessions, once there are any."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(SECONDS):
            while not await connection.fetchval(statement):  # noqa: ASYNC110 - nothing tells when
                await asyncio.sleep(POLL)
    finally:
        await connection.close()


async def seconds_until_seen(workload: Workload, watch: Watch) -> float:
    """Write something and return after how many seconds the subscriber has it."""
    begun = time.monotonic()
    created = await workload.create()
    return await watch.saw(created.run_id, 1, LIVE_SECONDS) - begun


async def test_a_listener_that_is_cut_off_comes_back(postgres_storage: PostgresStorage, tmp_path: Path) -> None:
    """Subscribers are at one server and writers at the other, so that each change has to be noticed."""
    async with open_world(postgres_storage, tmp_path, servers=2) as world:
        world.workload.doors = [world.doors[1]]
        pauses = []
        async with subscribed(world.audience(0)):
            async with world.workload.writers(WRITERS):
                for _ in range(3):
                    await world.workload.progress(100, SECONDS)
                    await terminate(postgres_storage.url, TERMINATE)
                    pauses.append(await seconds_until_seen(world.workload, world.watches[0]))
            await world.conclude()
    print(f"live again after {[round(pause, 3) for pause in pauses]} s")


async def test_without_notifications_changes_are_found_by_looking(
    postgres_storage: PostgresStorage, tmp_path: Path
) -> None:
    async with open_world(postgres_storage, tmp_path, servers=2, RUNINDEX_NOTIFY="off") as world:
        world.workload.doors = [world.doors[1]]
        async with subscribed(world.audience(0)):
            quiet = [await seconds_until_seen(world.workload, world.watches[0]) for _ in range(5)]
            async with world.workload.writers(WRITERS):
                await world.workload.progress(200, SECONDS)
            await world.conclude()
    print(f"seen after {[round(pause, 3) for pause in quiet]} s")


async def test_answers_stay_true_when_connections_are_cut_amid_commits(
    postgres_storage: PostgresStorage, tmp_path: Path
) -> None:
    """All connections of both servers are cut under load, several times."""
    async with (
        open_world(postgres_storage, tmp_path, servers=2) as world,
        subscribed(world.audience(0, 1)),
    ):
        async with world.workload.writers(8 * WRITERS):
            for _ in range(6):
                await world.workload.progress(50, SECONDS)
                await terminate(postgres_storage.url, TERMINATE_ALL)
        await world.conclude()
