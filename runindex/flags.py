"""Coalescing wake-ups inside one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class EventFlag:
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


class Flags:
    """All flags of one process."""

    def __init__(self) -> None:
        """Start without any."""
        self.reconnects = 0
        self._flags: set[EventFlag] = set()

    def __len__(self) -> int:
        """Return how many watch."""
        return len(self._flags)

    def wake(self) -> None:
        """Set them all."""
        for flag in self._flags:
            flag.set()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[EventFlag]:
        """Give a flag for as long as the context lasts."""
        flag = EventFlag()
        self._flags.add(flag)
        try:
            yield flag
        finally:
            self._flags.discard(flag)
