"""One subscriber of 1,000 stops reading for half a minute at 200 changes a second: the latency of the others.

It follows every run and shares a channel with a few others that do; the rest follow one of 100 runs each. Its items are
large enough to fill all buffers in between.
"""

import asyncio
import gc
import time
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from bench.changes import change_in_turn
from bench.crowd import DOCUMENT as ONE_RUN
from bench.listeners import Listener, open_all
from bench.processes import pid_of, resident, served_on_postgres
from tests.support.servers.served import Served

LISTENERS: Final = 1000
EVERYTHING_LISTENERS: Final = 10
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
# When (monotonic seconds) each version of each run was requested.
Asked: TypeAlias = Mapping[tuple[str, int], float]


async def measure() -> None:
    """Measure on Postgres with fsync on."""
    with served_on_postgres() as server:
        await _measure(server)


async def _measure(server: Served) -> None:
    metadata = {"text": "x" * 4000}
    run_ids = [server.execute(CREATE, metadata=metadata)["createRun"]["run"]["id"] for _ in range(RUNS)]
    slow, *companions = everything = [Listener(server.url, EVERYTHING, {}) for _ in range(EVERYTHING_LISTENERS)]
    others = [
        Listener(server.url, ONE_RUN, {"run": run_ids[place % RUNS]}) for place in range(LISTENERS - len(everything))
    ]
    await open_all([*everything, *others])
    gc.disable()  # here: the pauses of this process are not the server's
    pid = pid_of(server)
    print(f"{LISTENERS:,} subscribers, {CHANGES_A_SECOND} changes a second for {SECONDS} s, three times")

    async def change(name: str, first: int) -> None:
        sent = await change_in_turn(server.url, run_ids, CHANGES_A_SECOND, SECONDS)
        asked = {(run_id, first + place): at for run_id, times in sent.items() for place, at in enumerate(times)}
        grown = (resident(pid) - before) / 2**20
        print(
            f"  {name:18} {_told(others, asked)}; who follow everything {_told(companions, asked)}; "
            f"memory {grown:+.0f} MiB since the start"
        )

    before, each = resident(pid), CHANGES_A_SECOND * SECONDS
    await change("all read", 2)
    await change("all read, again", 2 + each // RUNS)
    slow.pause()
    await change("one does not", 2 + 2 * each // RUNS)
    missing = 3 * each - len(slow.arrivals)
    slow.go_on()
    begin = time.monotonic()
    await _rest(slow, 3 * each)
    print(f"  it goes on         {missing:,} changes were still to come, and came in {time.monotonic() - begin:.1f} s")
    last = 1 + 3 * each // RUNS
    for listener in everything:
        _check(listener, run_ids, last)
        if [arrival[:2] for arrival in listener.arrivals] != [arrival[:2] for arrival in slow.arrivals]:
            raise ValueError("changes came in another order to others")
    for place, listener in enumerate(others):
        _check(listener, [run_ids[place % RUNS]], last)


def _told(listeners: Sequence[Listener], asked: Asked) -> str:
    """Return the latencies of the requested changes."""
    waits = sorted(
        1000 * (arrival.at - asked[arrival.run_id, arrival.version])
        for listener in listeners
        for arrival in listener.arrivals
        if (arrival.run_id, arrival.version) in asked
    )
    return f"p50 {waits[len(waits) // 2]:.0f} ms, p99 {waits[int(len(waits) * 0.99)]:.0f} ms"


async def _rest(listener: Listener, expected: int) -> None:
    """Wait a while for changes that have not arrived yet."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and len(listener.arrivals) < expected:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _check(listener: Listener, run_ids: Sequence[str], last: int) -> None:
    """Raise unless each version of each run, from the second to the last, arrived once and in order."""
    reached = dict.fromkeys(run_ids, 1)
    for arrival in listener.arrivals:
        if arrival.version != reached[arrival.run_id] + 1:
            raise ValueError(f"version {arrival.version} of run {arrival.run_id} came after {reached[arrival.run_id]}")
        reached[arrival.run_id] = arrival.version
    if set(reached.values()) != {last}:
        raise ValueError(f"changes did not come: {reached}")
