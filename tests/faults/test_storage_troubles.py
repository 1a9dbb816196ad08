"""What may befall a storage: it is told within seconds, loses nothing, and is forgotten within seconds.

`python -m tests.faults.soak` does the same at half load, for as long as it is told to.
"""

import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest

from tests.faults.soak.run import Report, befall
from tests.faults.soak.sites import Site, postgres_site, sqlite_site
from tests.faults.subscribers import subscribed
from tests.faults.troubles.readiness import readiness_of
from tests.faults.world import open_world
from tests.support.drawn.effort import EFFORT

WRITERS: Final = 4
# Two seconds, and room for a machine that is busy with other things.
PROMPT_SECONDS: Final = 5.0
# By day those that differ most from others; with more effort all of them.
USUAL: Final = {
    *("moved away", "replaced", "locked", "full"),
    *("black hole", "read-only", "out of connections", "stopped (immediate)", "all sessions ended"),
}

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


def site_of(storage: str, directory: Path) -> AbstractAsyncContextManager[Site]:
    """Return a storage with its troubles; a file is on a device that is small, where this user may make one."""
    return postgres_site() if storage == "postgres" else sqlite_site(directory, "64m")


@pytest.mark.parametrize("storage", ["sqlite", "postgres"])
async def test_troubles_are_told_of_lose_nothing_and_are_forgotten(storage: str, tmp_path: Path) -> None:
    report = Report(PROMPT_SECONDS)
    async with site_of(storage, tmp_path) as (kept, troubles), open_world(kept, tmp_path) as world:
        [server] = world.servers
        async with subscribed(world.audience(0)), readiness_of(server.root) as readiness:
            async with world.workload.writers(WRITERS):
                await world.workload.progress(20, PROMPT_SECONDS)
                for trouble in troubles:
                    if trouble.name in USUAL or EFFORT > 1:
                        await befall(world, readiness, trouble, 0.5, report)
            assert readiness.slowest < PROMPT_SECONDS
            assert readiness.lived()
            await world.conclude()
    assert not report.flaws
    assert not world.odd_answers()
    assert report.lines


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device that can be filled")
async def test_a_full_disk_is_among_the_troubles(tmp_path: Path) -> None:
    async with sqlite_site(tmp_path, "1m") as (_, troubles):
        assert "full" in [trouble.name for trouble in troubles]
