"""What a server holds: memory, tasks, and file handles."""

import asyncio
import re
import signal
from dataclasses import dataclass
from typing import Final

import psutil

from tests.support.servers.served import Served

SECONDS: Final = 10.0
POLL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds; memory in MiB."""

    memory: float
    tasks: int
    handles: int
    threads: int

    def __str__(self) -> str:
        return f"{self.memory:.0f} MiB, {self.tasks} tasks, {self.handles} handles, {self.threads} threads"


async def measure(server: Served) -> Held:
    """Ask a server what it holds; it must run under `tests.faults.soak.served`."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before = len(_told(server))
    process.send_signal(signal.SIGUSR1)
    async with asyncio.timeout(SECONDS):
        while len(told := _told(server)) == before:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(POLL)
    return Held(process.memory_info().rss / 2**20, told[-1], process.num_fds(), process.num_threads())


async def least(server: Served, seconds: float = SECONDS) -> Held:
    """Return the least that a server holds while it has nothing to do."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    found = await measure(server)
    while loop.time() < end:
        await asyncio.sleep(1)
        now = await measure(server)
        found = Held(
            min(found.memory, now.memory),
            min(found.tasks, now.tasks),
            min(found.handles, now.handles),
            min(found.threads, now.threads),
        )
    return found


def _told(server: Served) -> list[int]:
    return [int(count) for count in re.findall(r"^tasks: (\d+)$", server.log, re.MULTILINE)]
