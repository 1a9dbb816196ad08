"""Screens of one run over all transports, under a load that fills their buffers: each ends with the newest state."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.faults.doors import HttpDoor
from tests.faults.test_left_behind import CREATE, DELETE, MUCH, RUN_ID, SECONDS, TOUCH, do, members, until
from tests.faults.transports import TRANSPORTS, Transport
from tests.faults.truth import SqliteStorage
from tests.faults.world import open_world

RUN: Final = "subscription ($id: ID!) { item: run(id: $id) { version metadata } }"
EACH: Final = 3
CHANGES: Final = 150
TURNS: Final = 4

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


@dataclass(slots=True)
class Load:
    """Changes the run; `version` is the last that was answered."""

    door: HttpDoor
    version: int = 1

    async def change(self) -> None:
        await do(self.door, TOUCH, id=RUN_ID)
        self.version += 1


@dataclass(slots=True)
class Screen:
    """Shows the run until it is deleted; now and then it pauses, or subscribes anew."""

    transport: Transport
    url: str
    load: Load
    random: Random
    shown: int = 0
    streams: int = 0
    is_done: bool = field(default=False)

    async def run(self) -> None:
        while not self.is_done:
            known, self.streams = self.load.version, self.streams + 1
            patience = self.random.randint(1, 20) if self.streams < TURNS else CHANGES
            async with self.transport.open(self.url, RUN, {"id": RUN_ID}) as stream:
                async for payload in stream.payloads:
                    version = payload["data"]["item"]["version"]
                    assert version >= known, (self.transport.name, version, known)
                    known = self.shown = version
                    patience -= 1
                    if not patience:
                        stream.abort()
                        break
                    if self.random.random() < 0.1:
                        stream.pause()
                        await asyncio.sleep(self.random.random())
                        stream.go_on()
                else:
                    self.is_done = True


async def test_every_screen_ends_with_the_newest_state(sqlite_storage: SqliteStorage, tmp_path: Path) -> None:
    async with (
        open_world(sqlite_storage, tmp_path) as world,
        asyncio.timeout(6 * SECONDS),
        asyncio.TaskGroup() as group,
    ):
        load = Load(world.doors[0])
        await do(load.door, CREATE, input={"id": RUN_ID, "metadata": MUCH})
        screens = [
            Screen(transport, world.servers[0].url, load, Random(f"{transport.name} {number}"))
            for transport in TRANSPORTS
            for number in range(EACH)
        ]
        tasks = [group.create_task(screen.run()) for screen in screens]
        for _ in range(CHANGES):
            await load.change()
            await asyncio.sleep(0.02)
        await until(lambda: all(screen.shown == load.version for screen in screens))
        await members(world, len(screens))
        await do(load.door, DELETE, id=RUN_ID)
        await asyncio.gather(*tasks)
        await members(world, 0)
        assert " ERROR " not in world.servers[0].log
