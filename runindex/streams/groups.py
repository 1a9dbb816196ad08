"""The groups of runs, followed: their newest sizes, at a pace."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeAlias

from runindex.domain.runs.filters import RunFilter
from runindex.streams.change_filter import ChangeFilter
from runindex.streams.changes import IDLE_SECONDS, read_on
from runindex.streams.refresh import RefreshRequests
from runindex.streams.tailer import LogTailer

Groups: TypeAlias = Sequence[tuple[str, int]]


async def follow_groups(
    tail: LogTailer, stirring: RunFilter, count: Callable[[], Awaitable[Groups]], looks: RefreshRequests, pause: float
) -> AsyncGenerator[Groups, None]:
    """Yield the groups as `count` answers them, then when they have changed, `pause` seconds or more after the last.

    They are counted after changes that `stirring` sees, and when a look is wanted; that is yielded in any case.
    """
    shown: Groups | None = None
    is_stirred, due = True, 0.0
    async with tail.watch(ChangeFilter(stirring)) as (changes, state):
        looks.wake_by(changes.flag)
        position = state.head
        while True:
            seen, reached = await read_on(tail, changes, position, state)
            caught_up, position = reached == position, reached
            is_stirred = is_stirred or bool(seen) or looks.is_wanted
            if is_stirred and position >= tail.ring.end:
                await asyncio.sleep(due - time.monotonic())
                is_wanted = looks.begin()
                groups = await count()
                is_stirred, due = False, time.monotonic() + pause
                if is_wanted or groups != shown:
                    shown = groups
                    yield groups
            elif caught_up:
                await changes.flag.wait(IDLE_SECONDS)
