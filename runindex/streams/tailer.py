"""The tailer: reads the log once for a whole process, while anybody listens."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from runindex.domain.errors import RunIndexError
from runindex.domain.runs.changes import Change
from runindex.ports.feed import ChangeFeed
from runindex.ports.store import ChangeQuery, LogState, Store
from runindex.streams.change_filter import ChangeFilter
from runindex.streams.ring import Ring
from runindex.streams.watches import Watch, WatchIndex

RING_SIZE: Final = 10_000
BATCH: Final = 250
LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.25
log: Final = logging.getLogger(__name__)


class LogTailer:
    """Keeps a ring of the newest changes and wakes those whom they concern."""

    def __init__(self, store: Store, feed: ChangeFeed, ring_size: int = RING_SIZE) -> None:
        """Watch a store through a feed; nothing is read before somebody listens."""
        self.store = store
        self.ring = Ring(ring_size)
        self.feed = feed
        self.ring_hits = self.ring_misses = 0
        self._watches = WatchIndex()
        self._wanted = asyncio.Event()

    @property
    def listeners(self) -> int:
        """Return how many listen."""
        return len(self._watches)

    @asynccontextmanager
    async def watch(self, lens: ChangeFilter) -> AsyncIterator[tuple[Watch, LogState]]:
        """Give a watch on what the lens shows of the log as it grows, and where the log stood after it began."""
        watch = Watch(lens, self.ring.end)
        self._watches.add(watch)
        try:
            state = await self.store.log_state()
            if not self._wanted.is_set():
                self._restart(state.head)
                self._wanted.set()
            yield watch, state
        finally:
            self._watches.discard(watch)

    async def run(self) -> None:
        """Tail the log for ever, resting while nobody listens."""
        while True:
            await self._wanted.wait()
            async with self.feed.subscribe() as news:
                while self._watches:
                    if not news.is_behind(self.ring.end) or await self._catch_up():
                        await news.wait(LOOK_SECONDS)
                    else:
                        await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            if not self._watches:  # nobody came while the feed was let go
                self._wanted.clear()
                self.ring.restart(self.ring.end)

    def hand(self, changes: Sequence[Change]) -> None:
        """Offer what this process has just committed without reading it back.

        What does not follow on what is known here is left to be read: others have committed before it.
        """
        if changes and self._wanted.is_set() and changes[0].seq == self.ring.end + 1:
            self._offer(changes)

    async def _catch_up(self) -> bool:
        """Read up to the log's end; False when the storage did not answer."""
        try:
            while await self._read_batch() == BATCH:
                pass
        except RunIndexError as fault:
            log.warning("the change log cannot be read for now: %s", fault.message)
            return False
        except Exception:
            log.exception("the change log cannot be read for now")
            return False
        return True

    async def _read_batch(self) -> int:
        position = self.ring.end
        changes = await self.store.list_changes(ChangeQuery(position, BATCH))
        if not changes:
            return 0
        number = len(changes)
        if changes[-1].seq - position != number:
            changes = await self._behind_gap(position, changes)
        # Some of them may have been handed over while they were read.
        if unknown := [change for change in changes if change.seq > self.ring.end]:
            self._offer(unknown)
        return number

    def _offer(self, changes: Sequence[Change]) -> None:
        offered = self.ring.end
        self.ring.extend(changes)
        try:
            self._watches.offer(changes)
        except Exception:
            # Who was not offered them would never know. In the ring all find what is theirs, or fail for themselves.
            log.exception("changes up to %d could not be offered to all", self.ring.end)
            self._watches.restart(self.ring.end, offered)

    def _restart(self, position: int) -> None:
        self._watches.restart(position, self.ring.end)
        self.ring.restart(position)

    async def _behind_gap(self, position: int, changes: list[Change]) -> list[Change]:
        """Return the entries behind a gap that compaction left; any other gap means that the log is broken."""
        floor = (await self.store.log_state()).floor
        if floor <= position:
            log.error("the change log has a gap between %d and %d", position, changes[-1].seq)
            return changes
        # Whoever has not read up to the floor missed something, and is told so when the ring does not have it.
        if floor > self.ring.end:
            self._restart(floor)
        return changes


@asynccontextmanager
async def open_log_tailer(store: Store, feed: ChangeFeed, ring_size: int = RING_SIZE) -> AsyncIterator[LogTailer]:
    """Run a tailer for as long as the context lasts."""
    tail = LogTailer(store, feed, ring_size)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(tail.run(), name="tail")
        try:
            yield tail
        finally:
            task.cancel()
