"""Several processes and many clients on one storage."""

import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from tests.faults.history import Verdict
from tests.faults.subscribers import subscribed
from tests.faults.truth import SqliteStorage, Storage
from tests.faults.world import AUDIENCE, EVERYTHING, open_world

SECONDS = 8.0

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


async def test_a_change_made_at_one_server_arrives_at_the_other(storage: Storage, tmp_path: Path) -> None:
    async with (
        open_world(storage, tmp_path, servers=2) as world,
        subscribed([world.subscriber(EVERYTHING, place, transport=way) for place in (0, 1) for way in AUDIENCE]),
    ):
        delays = []
        for place in (1, 0) * 10:
            begun = time.monotonic()
            created = await world.workload.create(place=place)
            delays += [await watch.saw(created.run_id, 1) - begun for watch in world.watches]
        await world.conclude()
    print(f"request to message: median {1000 * median(delays):.1f} ms, longest {1000 * max(delays):.1f} ms")


async def test_fifty_writers_on_one_file_are_never_told_that_it_is_locked(
    sqlite_storage: SqliteStorage, tmp_path: Path
) -> None:
    async with open_world(sqlite_storage, tmp_path) as world, subscribed(world.audience(0)):
        async with world.workload.writers(50):
            await world.workload.volume(2000, SECONDS)
        await world.conclude()
    answers = Counter(answer.verdict for request in world.history.requests for answer in request.answers)
    assert set(answers) <= {Verdict.ACKNOWLEDGED, Verdict.REFUSED}
