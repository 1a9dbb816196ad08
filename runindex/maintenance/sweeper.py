"""The sweeper: removes the rows of deleted runs and results in chunks, after the deletion was answered."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from runindex.domain.errors import RunIndexError
from runindex.ports.maintenance import Maintenance

CHUNK: Final = 1024  # rows
# Tombstones that another process left when it ended are found this late.
SWEEP_SECONDS: Final = 60.0
SHORTEST_PAUSE: Final = 0.005
RETRY_SECONDS: Final = 1.0
log: Final = logging.getLogger(__name__)


class Sweeper:
    """Sweeps at its start, when it is woken, after `sweep_seconds`, and `retry_seconds` after a failure."""

    def __init__(
        self, maintenance: Maintenance, sweep_seconds: float = SWEEP_SECONDS, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        """Sweep a storage."""
        self._maintenance = maintenance
        self._sweep_seconds = sweep_seconds
        self._retry_seconds = retry_seconds
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Sweep again: something was deleted."""
        self._wanted.set()

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            self._wanted.clear()
            await self._sweep_all()
            try:
                async with asyncio.timeout(self._sweep_seconds):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def _sweep_all(self) -> None:
        """Sweep chunk by chunk, with a pause after each of the time that it took."""
        try:
            while True:
                started = time.monotonic()
                if not await self._maintenance.sweep(CHUNK):
                    return
                await asyncio.sleep(max(SHORTEST_PAUSE, time.monotonic() - started))
        except RunIndexError as error:
            log.warning("what was deleted cannot be swept away for now: %s", error.message)
        except Exception:
            log.exception("what was deleted cannot be swept away for now")
        self.wake()
        await asyncio.sleep(self._retry_seconds)


@asynccontextmanager
async def open_sweeper(
    maintenance: Maintenance, sweep_seconds: float = SWEEP_SECONDS, retry_seconds: float = RETRY_SECONDS
) -> AsyncIterator[Sweeper]:
    """Run a sweeper for as long as the context lasts; the tombstones that it leaves are swept after the next start."""
    sweeper = Sweeper(maintenance, sweep_seconds, retry_seconds)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sweeper.run(), name="sweeper")
        try:
            yield sweeper
        finally:
            task.cancel()
