"""Coalescing wake-ups inside one process."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class WakeUp:
    """A flag on an asyncio event: any number of sets before a look are one."""

    def __init__(self) -> None:
        """Start set, for whoever begins to watch must look once."""
        self._event = asyncio.Event()
        self._event.set()

    def set(self) -> None:
        """Say that there may be something new."""
        self._event.set()

    def is_set(self) -> bool:
        """Tell whether there may be something new."""
        return self._event.is_set()

    def clear(self) -> None:
        """Take note of all that was new so far."""
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """Return True once the flag was set (and clear it), False after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class LogWakeUp(WakeUp):
    """A flag that also knows how far the log goes, as long as everybody who set it did."""

    def __init__(self) -> None:
        """Start set, and without knowing."""
        super().__init__()
        self._head = math.inf  # by what set the flag before the last wait ended
        self._coming: float = 0

    def tell(self, head: int | None) -> None:
        """Say that there may be something new, up to `head` in the log if that is known."""
        self._coming = max(self._coming, math.inf if head is None else head)
        self.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once the flag was set (and clear it), False after so many seconds."""
        was_set = await super().wait(seconds)
        self._head, self._coming = (self._coming if was_set else math.inf), 0
        return was_set

    def is_behind(self, position: int) -> bool:
        """Tell whether there may be something behind a position of the log."""
        return position < self._head


class LocalFeed:
    """All flags of one process."""

    def __init__(self) -> None:
        """Start without any."""
        self.reconnects = 0
        self._flags: set[LogWakeUp] = set()

    def __len__(self) -> int:
        """Return how many watch."""
        return len(self._flags)

    def wake(self, head: int | None = None) -> None:
        """Set them all; the log goes up to `head`, if that is known."""
        for flag in self._flags:
            flag.tell(head)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[LogWakeUp]:
        """Give a flag for as long as the context lasts."""
        flag = LogWakeUp()
        self._flags.add(flag)
        try:
            yield flag
        finally:
            self._flags.discard(flag)
