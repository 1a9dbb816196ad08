"""The stream of the groups of runs: their newest sizes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from runindex.domain.runs.filters import RunFilter
from runindex.streams.change_filter import ChangeFilter
from runindex.streams.changes import IDLE_SECONDS
from runindex.streams.refresh import RefreshRequests
from runindex.streams.tailer import LogTailer

Groups: TypeAlias = Sequence[tuple[str, int]]


@dataclass(slots=True)
class Pause:
    """A time of at least so many `seconds` between two counts; it is over from the start."""

    seconds: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _end: float = 0.0

    def begin(self) -> None:
        """Begin the next pause now."""
        self._end = time.monotonic() + self.seconds

    async def over(self) -> None:
        """Wait until it is over."""
        await self.sleep(self._end - time.monotonic())


async def follow_groups(
    tailer: LogTailer,
    run_filter: RunFilter,
    count: Callable[[], Awaitable[Groups]],
    refreshes: RefreshRequests,
    pause: Pause,
) -> AsyncGenerator[Groups, None]:
    """Yield the groups as `count` answers them, then whenever they have changed, with a pause between two counts.

    They are counted after changes that `run_filter` matches, and at a requested refresh, which is yielded in any case.
    """
    yielded: Groups | None = None
    is_stale = True
    async with tailer.watch(ChangeFilter(run_filter)) as (watch, state):
        refreshes.wake_by(watch.wake_up)
        position = state.head
        while True:
            matched, reached = await tailer.read(watch, position, state)
            caught_up, position = reached == position, reached
            is_stale = is_stale or bool(matched) or refreshes.is_requested
            if is_stale and position >= tailer.ring.end:
                await pause.over()
                is_requested = refreshes.start()
                groups = await count()
                is_stale = False
                pause.begin()
                if is_requested or groups != yielded:
                    yielded = groups
                    yield groups
            elif caught_up:
                await watch.wake_up.wait(IDLE_SECONDS)
