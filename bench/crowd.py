"""10,000 sockets on 100 runs, at 100 changes a second for a minute: deliveries, their latency and their cost.

It needs 10,000 open files in this process and in the server's.
"""

import asyncio
import gc
import time
from typing import Final

from bench.changes import CREATE, change_in_turn
from bench.listeners import Listener, open_all
from bench.processes import cpu_seconds, pid_of, resident, served_on_postgres
from tests.support.servers.served import Served

SOCKETS: Final = 10_000
RUNS: Final = 100
CHANGES_A_SECOND: Final = 100
SECONDS: Final = 60
PATIENCE: Final = 60
KIB: Final = 1024
DOCUMENT: Final = """
subscription ($run: ID!) {
  runChanges(filter: {ids: [$run]}, bookmarks: true) { cursor ... on RunChange { runId version status kind } }
}
"""


async def measure() -> None:
    """Measure on Postgres with fsync on."""
    with served_on_postgres() as server:
        await _measure(server)


async def _measure(server: Served) -> None:
    run_ids = [server.execute(CREATE)["createRun"]["run"]["id"] for _ in range(RUNS)]
    followed = [(run_id, Listener(server.url, DOCUMENT, {"run": run_id})) for run_id in run_ids * (SOCKETS // RUNS)]
    gc.disable()  # here: the pauses of this process are not the server's
    pid = pid_of(server)
    alone = resident(pid)
    await open_all([listener for _, listener in followed])
    await asyncio.sleep(2)
    held, used = resident(pid), cpu_seconds(pid)
    sent = await change_in_turn(server.url, run_ids, CHANGES_A_SECOND, SECONDS)
    await _rest(followed, CHANGES_A_SECOND * SECONDS // RUNS)
    used = cpu_seconds(pid) - used
    waits = sorted(_waits(followed, sent))
    print(f"{SOCKETS:,} sockets on {RUNS} runs, {CHANGES_A_SECOND} changes a second for {SECONDS} s")
    print(f"  arrived            {len(waits):,}, each change of a run once and in order at each of its sockets")
    print(f"  request to arrival p50 {waits[len(waits) // 2]:.0f} ms, p99 {waits[int(len(waits) * 0.99)]:.0f} ms")
    first, last = ((size - alone) / SOCKETS / KIB for size in (held, resident(pid)))
    print(f"  memory a socket    {first:.0f} KiB, {last:.0f} KiB in the end")
    for _, listener in followed:
        listener.close()
    print(f"  CPU                {100 * used / SECONDS:.0f} % of a core")


async def _rest(followed: list[tuple[str, Listener]], expected: int) -> None:
    """Wait a while for changes that have not arrived yet."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and any(len(each.arrivals) < expected for _, each in followed):  # noqa: ASYNC110
        await asyncio.sleep(0.5)


def _waits(followed: list[tuple[str, Listener]], sent: dict[str, list[float]]) -> list[float]:
    """Return each delivery's latency, ms; raise unless each change arrived once and in order."""
    waits = []
    for run_id, listener in followed:
        versions = [arrival.version for arrival in listener.arrivals]
        if versions != list(range(2, len(sent[run_id]) + 2)):
            raise ValueError(f"a listener of run {run_id} got versions {versions}")
        waits += [1000 * (arrival.at - asked) for arrival, asked in zip(listener.arrivals, sent[run_id], strict=True)]
    return waits
