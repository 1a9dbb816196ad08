"""The server is killed between any two writes, or told to stop under load, and started again on the same data."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.subscribers import subscribed
from tests.faults.truth import Storage, read_overview
from tests.faults.world import open_world

WRITERS = 16
KILLS = 3
SECONDS = 60.0
RESTLESS = 100
DRAIN_SECONDS = 10.0

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


async def test_a_server_that_is_killed_loses_nothing(storage: Storage, tmp_path: Path) -> None:
    async with open_world(storage, tmp_path) as world:
        [server] = world.servers
        async with subscribed(world.subscribers(RESTLESS)):
            async with world.workload.writers(WRITERS):
                for _ in range(KILLS):
                    await world.workload.progress(world.workload.random.randint(50, 150), SECONDS)
                    server.kill()
                    await asyncio.to_thread(server.start)
                await world.workload.progress(100, SECONDS)
            await world.conclude()
    verdicts = Counter(str(answer.verdict) for request in world.history.requests for answer in request.answers)
    print(f"{KILLS} kills; answers: {dict(verdicts)}")


async def test_a_server_that_is_told_to_stop_ends_its_work_first(storage: Storage, tmp_path: Path) -> None:
    async with open_world(storage, tmp_path) as world:
        [server] = world.servers
        subscribers = world.audience(0)
        async with subscribed(subscribers):
            async with world.workload.writers(WRITERS):
                await world.workload.progress(200, SECONDS)
                begun = time.monotonic()
                code = await asyncio.to_thread(server.stop)
                drained = time.monotonic() - begun
                await asyncio.to_thread(server.start)
                await world.workload.progress(100, SECONDS)
            await world.conclude()
    print(f"stopped after {drained:.2f} s with {code}")
    assert code == 0
    assert drained < DRAIN_SECONDS
    for subscriber in subscribers:
        assert (subscriber.farewells, subscriber.watch.recording.connections) == (1, 2), subscriber.watch.recording.name


async def test_a_restart_shows_what_was_written_before(storage: Storage, tmp_path: Path) -> None:
    async with open_world(storage, tmp_path) as world:
        async with world.workload.writers(WRITERS):
            await world.workload.progress(200, SECONDS)
        [server], [door] = world.servers, world.doors
        before = await read_overview(door)
        await asyncio.to_thread(server.restart)
        assert await read_overview(door) == before
        async with subscribed(world.subscribers()):
            await world.conclude()
