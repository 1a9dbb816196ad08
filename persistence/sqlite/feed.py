"""The feed of a SQLite file: `PRAGMA data_version` shows other processes' commits, for microseconds a poll."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from runindex.ports.wakeups import LocalFeed, LogWakeUp

SHORTEST_PAUSE: Final = 0.005
LONGEST_PAUSE: Final = 0.05
RETRY_PAUSE: Final = 0.5
# The pause grows from shortest to longest within about two seconds without a commit.
_SLOWING: Final = 1.02


class SqliteFeed(LocalFeed):
    """Polls the file from a thread of its own while the context lasts and there are subscribers."""

    def __init__(self, path: Path) -> None:
        """Open the file at the first subscription."""
        super().__init__()
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-feed")
        self._subscribed = threading.Event()
        self._stopped = threading.Event()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._group.create_task(self._run(), name="feed-watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._subscribed.set()
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            self._thread.shutdown()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[LogWakeUp]:
        """Give a wake-up for as long as the context lasts, and poll while there is one."""
        async with super().subscribe() as wake_up:
            self._subscribed.set()
            try:
                yield wake_up
            finally:
                if len(self) == 1:
                    self._subscribed.clear()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._watch, loop)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Poll until stopped, on a new connection after each failure."""
        while not self._stopped.is_set():
            self._subscribed.wait()
            try:
                self._follow(loop)
            except sqlite3.Error:
                # Subscribers read, and find out by themselves whether the file works.
                loop.call_soon_threadsafe(self.wake)
                self._stopped.wait(RETRY_PAUSE)

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        try:
            last, pause = None, SHORTEST_PAUSE
            while not self._stopped.wait(pause):
                self._subscribed.wait()
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version == last:
                    pause = min(pause * _SLOWING, LONGEST_PAUSE)
                    continue
                last, pause = version, SHORTEST_PAUSE
                loop.call_soon_threadsafe(self.wake)
        finally:
            connection.close()
