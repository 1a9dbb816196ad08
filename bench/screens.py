"""1,000 screens that show the newest state of one run, and 1,000 that show the counts, at 50 changes a second."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from bench.changes import CREATE, change_in_turn
from bench.listeners import Listener, open_all
from bench.processes import cpu_seconds, pid_of, served_on_postgres
from tests.support.servers.served import Served

SCREENS: Final = 1000
CHANGES_A_SECOND: Final = 50
SECONDS: Final = 10
PATIENCE: Final = 60
RUN: Final = "subscription ($id: ID!) { run(id: $id) { runId: id version status } }"
COUNTS: Final = "subscription { runCounts { key count } }"


async def measure() -> None:
    """Measure on Postgres with fsync on."""
    with served_on_postgres() as server:
        run_id = server.execute(CREATE)["createRun"]["run"]["id"]
        print(f"{SCREENS:,} screens, {CHANGES_A_SECOND} changes a second for {SECONDS} s")
        await _measure(server, run_id, "of nobody", "", {})
        await _measure(server, run_id, "of one run", RUN, {"id": run_id})
        await _measure(server, run_id, "of the counts", COUNTS, {})


async def _measure(server: Served, run_id: str, name: str, document: str, variables: Mapping[str, object]) -> None:
    screens = [Listener(server.url, document, variables) for _ in range(SCREENS if document else 0)]
    await open_all(screens)
    await asyncio.sleep(1)
    begin, used = time.monotonic(), cpu_seconds(pid_of(server))
    await change_in_turn(server.url, [run_id], CHANGES_A_SECOND, SECONDS)
    last = await _last_version(server, run_id)
    shown = [screen for screen in screens if document == RUN]
    while any(screen.arrivals[-1].version < last for screen in shown) and time.monotonic() < begin + PATIENCE:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    used, lasted = cpu_seconds(pid_of(server)) - used, time.monotonic() - begin
    arrived = sum(len(screen.arrivals) for screen in shown)
    behind = sum(screen.arrivals[-1].version < last for screen in shown)
    print(f"  {name:14} CPU {used:5.1f} s in {lasted:4.1f} s   {arrived:,} states shown, {behind} screens behind")
    for screen in screens:
        screen.close()
    await asyncio.sleep(1)


async def _last_version(server: Served, run_id: str) -> int:
    answer = await asyncio.to_thread(server.execute, "query ($id: ID!) { run(id: $id) { version } }", id=run_id)
    version: int = answer["run"]["version"]
    return version
