"""The tailers: each reads the storage once for all subscribers of a process, while there are any."""

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence, Sized
from contextlib import asynccontextmanager
from typing import ClassVar, Final, Self

from runindex.domain.errors import CursorExpiredError, RunIndexError
from runindex.domain.runs.changes import Change
from runindex.ports.feed import ChangeFeed
from runindex.ports.store import ChangeQuery, LogState, Store
from runindex.ports.wakeups import LogWakeUp
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.ring import Ring
from runindex.streams.watches import Watch, WatchIndex

RING_SIZE: Final = 10_000
# Entries of one read: few statements for one that is far behind, and no long hold on the event loop to filter them.
BATCH: Final = 256
# A tailer reads this often even if no wake-up comes.
POLL_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.25
log: Final = logging.getLogger(__name__)


class Tailer(ABC):
    """Catches up with the storage whenever a feed wakes it, and rests while there is no watch."""

    source: ClassVar[str]  # what cannot be read, in the words of the log

    def __init__(self, store: Store, feed: ChangeFeed, watches: Sized, poll_seconds: float = POLL_SECONDS) -> None:
        """Follow a store through a feed; nothing is read before there is a watch."""
        self.store = store
        self.feed = feed
        self._watches = watches
        self._poll_seconds = poll_seconds
        self._wanted = asyncio.Event()

    @property
    def watches(self) -> int:
        """Return the number of watches."""
        return len(self._watches)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Tail for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.run(), name=type(self).__name__)
            try:
                yield self
            finally:
                task.cancel()

    async def run(self) -> None:
        """Tail for ever, resting while there is no watch."""
        while True:
            await self._wanted.wait()
            async with self.feed.subscribe() as wake_up:
                while self._watches:
                    if await self._try_to_catch_up(wake_up):
                        await wake_up.wait(self._poll_seconds)
                    else:
                        await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            if not self._watches:  # none was added while the subscription ended
                self._rest()

    async def _try_to_catch_up(self, wake_up: LogWakeUp) -> bool:
        """Catch up; False when the storage did not answer."""
        try:
            await self._catch_up(wake_up)
        except RunIndexError as error:
            log.warning("%s cannot be read for now: %s", self.source, error.message)
            return False
        except Exception:
            log.exception("%s cannot be read for now", self.source)
            return False
        return True

    @abstractmethod
    async def _catch_up(self, wake_up: LogWakeUp) -> None:
        """Read what is new, and hand it to the watches."""

    def _rest(self) -> None:
        self._wanted.clear()


class LogTailer(Tailer):
    """Keeps a ring of the newest changes, and wakes the watches that they match."""

    source = "the change log"
    _watches: WatchIndex

    def __init__(
        self, store: Store, feed: ChangeFeed, ring_size: int = RING_SIZE, poll_seconds: float = POLL_SECONDS
    ) -> None:
        """Follow a store's log, with the newest `ring_size` changes in memory."""
        super().__init__(store, feed, WatchIndex(), poll_seconds)
        self.ring = Ring(ring_size)
        self.ring_hits = self.ring_misses = 0

    @asynccontextmanager
    async def watch(self, change_filter: ChangeFilter) -> AsyncIterator[tuple[Watch, LogState]]:
        """Give a watch on the matching changes from now on, and the state of the log just after it began."""
        watch = Watch(change_filter, self.ring.end)
        self._watches.add(watch)
        try:
            state = await self.store.log_state()
            if not self._wanted.is_set():
                self._restart(state.head)
                self._wanted.set()
            yield watch, state
        finally:
            self._watches.discard(watch)

    async def read(self, watch: Watch, position: int, opened: LogState) -> tuple[Sequence[MatchedChange], int]:
        """Return a watch's changes behind a position, and the position up to which they are complete.

        Raise CursorExpiredError when the log of the state `opened` no longer reaches back to the position.
        """
        change_filter, kept = watch.change_filter, watch.take(position, self.ring.end)
        if kept is not None:
            self.ring_hits += 1
            return kept
        changes = self.ring.after(position, BATCH)
        if changes is not None:
            self.ring_hits += 1
            return change_filter.select(changes), changes[-1].seq if changes else position
        self.ring_misses += 1
        head = (await self.store.log_state()).head
        found = await self.store.list_changes(ChangeQuery(position, BATCH, change_filter.filter))
        # Read last: what compaction removed meanwhile is below this floor.
        state = await self.store.log_state()
        if state.epoch != opened.epoch or state.floor > position:
            raise CursorExpiredError(
                "the change log no longer reaches back to this reader: read the present state, then start anew"
            )
        reached = found[-1].seq if len(found) == BATCH else max(head, found[-1].seq if found else 0)
        return change_filter.select(found), reached

    def accept(self, changes: Sequence[Change]) -> None:
        """Take over changes that this process has just committed, so that they need not be read back.

        Changes that do not follow on the ring's end are left to be read: another process has committed before them.
        """
        if changes and self._wanted.is_set() and changes[0].seq == self.ring.end + 1:
            self._offer(changes)

    async def _catch_up(self, wake_up: LogWakeUp) -> None:
        """Read up to the log's end, unless the wake-up knows that nothing follows."""
        if wake_up.is_behind(self.ring.end):
            while await self._read_batch() == BATCH:
                pass

    async def _read_batch(self) -> int:
        position = self.ring.end
        changes = await self.store.list_changes(ChangeQuery(position, BATCH))
        if not changes:
            return 0
        number = len(changes)
        if changes[-1].seq - position != number:
            changes = await self._behind_gap(position, changes)
        # Some of them may have been accepted during the read.
        if unknown := [change for change in changes if change.seq > self.ring.end]:
            self._offer(unknown)
        return number

    def _offer(self, changes: Sequence[Change]) -> None:
        offered = self.ring.end
        self.ring.extend(changes)
        try:
            self._watches.offer(changes)
        except Exception:
            # A watch that was passed over would never know. All read from the ring instead, where each fails by itself.
            log.exception("changes up to %d could not be offered to all", self.ring.end)
            self._watches.restart(self.ring.end, offered)

    def _rest(self) -> None:
        super()._rest()
        self.ring.restart(self.ring.end)

    def _restart(self, position: int) -> None:
        self._watches.restart(position, self.ring.end)
        self.ring.restart(position)

    async def _behind_gap(self, position: int, changes: list[Change]) -> list[Change]:
        """Return the entries behind a gap that compaction left; any other gap means that the log is broken."""
        floor = (await self.store.log_state()).floor
        if floor <= position:
            log.error("the change log has a gap between %d and %d", position, changes[-1].seq)
            return changes
        # A subscriber behind the floor has missed something, and learns so by reading: the ring does not have it.
        if floor > self.ring.end:
            self._restart(floor)
        return changes
