"""Coalescing wake-ups inside one process."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class WakeUp:
    """A signal to one waiting task: any number of sets before a wait count as one."""

    def __init__(self) -> None:
        """Start set: a new subscriber reads once before it waits."""
        self._event = asyncio.Event()
        self._event.set()

    def set(self) -> None:
        """Say that there may be something new."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once it was set (and clear it), False after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class LogWakeUp(WakeUp):
    """A wake-up that also knows how far the log goes, as long as every caller that set it did."""

    def __init__(self) -> None:
        """Start set, with the log's head unknown."""
        super().__init__()
        self._head = math.inf  # the greatest head given before the last wait ended
        self._next_head: float = 0  # the greatest head given since

    def set_to(self, head: int | None) -> None:
        """Say that the log may have grown, up to `head` if that is known."""
        self._next_head = max(self._next_head, math.inf if head is None else head)
        self.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once it was set (and clear it), False after so many seconds."""
        was_set = await super().wait(seconds)
        self._head, self._next_head = (self._next_head if was_set else math.inf), 0
        return was_set

    def is_behind(self, position: int) -> bool:
        """Tell whether the log may hold entries behind a position: False when the head is known not to pass it."""
        return position < self._head


class LocalFeed:
    """The wake-ups of one process; the base of every storage's feed."""

    def __init__(self) -> None:
        """Start without any."""
        self.reconnects = 0
        self._wake_ups: set[LogWakeUp] = set()

    def __len__(self) -> int:
        """Return the number of subscribers."""
        return len(self._wake_ups)

    def wake(self, head: int | None = None) -> None:
        """Set every wake-up; the log goes up to `head`, if that is known."""
        for wake_up in self._wake_ups:
            wake_up.set_to(head)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[LogWakeUp]:
        """Give a wake-up for as long as the context lasts."""
        wake_up = LogWakeUp()
        self._wake_ups.add(wake_up)
        try:
            yield wake_up
        finally:
            self._wake_ups.discard(wake_up)
