"""Turns on the event loop: operations that take long share its time, and let all others go first.

graphql-core completes whole lists, and all fields whose values arrive together, without giving the loop back.
"""

import asyncio
import time
from collections import deque
from contextvars import ContextVar
from math import inf
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

# Seconds that operations compute before the loop serves others.
SLICE: Final = 0.01
# Rounds of the loop between the end of a list and the loads of its entries' fields, and one more.
SETTLING: Final = 4
Waiting: TypeAlias = deque[asyncio.Future[None]]


class Slices:
    """The turns on one loop: operations that wait go in turn, however much each has to do."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Divide the time of a loop."""
        self._loop = loop
        self._queue: deque[Waiting] = deque()
        self.ends = inf

    def begin(self, now: float) -> None:
        """Begin a slice, if none has begun since the loop served others."""
        if self.ends == inf:
            self.ends = now + SLICE
            self._loop.call_soon(self._next)

    def enter(self, waiting: Waiting) -> asyncio.Future[None]:
        """Return a future that is done when it is the turn of those who wait together, and of them this one's."""
        if not waiting:
            self._queue.append(waiting)
        future = self._loop.create_future()
        waiting.append(future)
        self.begin(time.monotonic())
        return future

    def _next(self) -> None:
        """Give the turn to the first who still waits."""
        self.ends = inf
        while self._queue:
            waiting = self._queue.popleft()
            future = waiting.popleft()
            if waiting:
                self._queue.append(waiting)
            if not future.done():
                future.set_result(None)
                self.begin(time.monotonic())
                return


class Share:
    """An operation's share of the loop's time."""

    def __init__(self) -> None:
        """Share the running loop."""
        loop = asyncio.get_running_loop()
        self.turns = _SLICES.setdefault(loop, Slices(loop))
        self._waiting: Waiting = deque()

    def is_over(self) -> bool:
        """Tell whether others have to go first; from the first time on, the time counts."""
        now = time.monotonic()
        self.turns.begin(now)
        return now > self.turns.ends

    async def pause(self) -> None:
        """Let others go first."""
        await self.turns.enter(self._waiting)

    async def settle(self) -> None:
        """Return when nothing of the operation waits for a turn, so that it asks for no more at this level."""
        quiet = 0 if self._waiting else SETTLING
        while quiet < SETTLING:
            await asyncio.sleep(0)
            quiet = 0 if self._waiting else quiet + 1


SHARE: Final[ContextVar[Share | None]] = ContextVar("share", default=None)
_SLICES: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Slices]] = WeakKeyDictionary()
