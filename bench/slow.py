"""One subscriber of 1,000 stops reading for half a minute at 200 changes a second: what the others notice.

It follows everything, the others one of 100 runs each. What it is sent is large enough to fill all buffers in between.
"""

import asyncio
import gc
import time
from typing import Final

from bench.changes import change_in_turn
from bench.crowd import DOCUMENT as ONE_RUN
from bench.listeners import Listener, open_all
from bench.processes import pid_of, resident, served_on_postgres
from tests.support.served import Served

LISTENERS: Final = 1000
RUNS: Final = 100
CHANGES_A_SECOND: Final = 200
SECONDS: Final = 30
PATIENCE: Final = 60
EVERYTHING: Final = """
subscription { runChanges(bookmarks: true) { cursor ... on RunChange { runId version run { metadata } } } }
"""
CREATE: Final = """
mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { ... on RunPayload { run { id } } } }
"""


async def measure() -> None:
    """Measure on Postgres with fsync on."""
    with served_on_postgres() as server:
        await _measure(server)


async def _measure(server: Served) -> None:
    metadata = {"text": "x" * 4000}
    run_ids = [server.execute(CREATE, metadata=metadata)["createRun"]["run"]["id"] for _ in range(RUNS)]
    followed = [
        (run_ids[place % RUNS], Listener(server.url, ONE_RUN, {"run": run_ids[place % RUNS]}))
        for place in range(LISTENERS - 1)
    ]
    slow = Listener(server.url, EVERYTHING, {})
    await open_all([slow, *(listener for _, listener in followed)])
    gc.disable()  # here: the pauses of this process are not the server's
    pid = pid_of(server)
    print(f"{LISTENERS:,} subscribers, {CHANGES_A_SECOND} changes a second for {SECONDS} s, twice")
    before, each = resident(pid), CHANGES_A_SECOND * SECONDS
    print(
        f"  all read           {_told(followed, await change_in_turn(server.url, run_ids, CHANGES_A_SECOND, SECONDS))}"
    )
    slow.pause()
    print(
        f"  one does not       {_told(followed, await change_in_turn(server.url, run_ids, CHANGES_A_SECOND, SECONDS))}"
    )
    grown, missing = resident(pid) - before, 2 * each - len(slow.arrivals)
    slow.go_on()
    begin = time.monotonic()
    await _rest(slow, 2 * each)
    print(f"  memory             {grown / 2**20:+.0f} MiB")
    print(f"  it goes on         {missing:,} changes were still to come, and came in {time.monotonic() - begin:.1f} s")
    expected = sorted(version for version in range(2, 2 * each // RUNS + 2) for _ in run_ids)
    if sorted(version for version, _ in slow.arrivals) != expected:
        raise ValueError("not each change came once")


def _told(followed: list[tuple[str, Listener]], asked: dict[str, list[float]]) -> str:
    """Return how long the newest changes took to arrive."""
    waits = sorted(
        1000 * (at - since)
        for run_id, listener in followed
        for (_, at), since in zip(listener.arrivals[-len(asked[run_id]) :], asked[run_id], strict=True)
    )
    return f"p50 {waits[len(waits) // 2]:.0f} ms, p99 {waits[int(len(waits) * 0.99)]:.0f} ms"


async def _rest(listener: Listener, expected: int) -> None:
    """Wait a while for what has not arrived yet."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and len(listener.arrivals) < expected:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
