"""How far the streams of watched runs go: looked up for all of them at once, whenever something was committed."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from runindex.domain.errors import RunIndexError
from runindex.domain.records.totals import Totals
from runindex.ports.feed import ChangeFeed
from runindex.ports.queries import INCARNATION, Columns, Row
from runindex.ports.store import Store
from runindex.ports.wakeups import WakeUp

LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.25
_COLUMNS: Final[Columns] = frozenset({"owner", "result_seq", "event_seq"})
log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heads:
    """The last result's number, counted from 1, and the last event's sequence, counted from 0."""

    results: int = 0
    events: int = -1


NO_HEADS: Final = Heads()


@dataclass(slots=True, eq=False)
class HeadWatch:
    """A run that somebody watches: `flag` is set when its streams went on, or when it is gone."""

    run_id: str
    owner: int
    flag: WakeUp
    heads: Heads = NO_HEADS
    is_gone: bool = False

    def see(self, heads: Heads | None) -> None:
        """Take what was looked up, None when the run is gone; a look that is older than the last changes nothing."""
        if heads is None:
            self.is_gone = True
        else:
            seen = Heads(max(self.heads.results, heads.results), max(self.heads.events, heads.events))
            if seen == self.heads:
                return
            self.heads = seen
        self.flag.set()


class HeadTailer:
    """Keeps the heads of all watched runs; two questions to the storage serve them all."""

    def __init__(self, store: Store, feed: ChangeFeed) -> None:
        """Watch a store through a feed; nothing is read before somebody watches."""
        self.store = store
        self._feed = feed
        self._watches: set[HeadWatch] = set()
        self._wanted = asyncio.Event()

    @property
    def watches(self) -> int:
        """Return how many watch."""
        return len(self._watches)

    @asynccontextmanager
    async def watch(self, run_id: str, owner: int, flag: WakeUp | None = None) -> AsyncIterator[HeadWatch]:
        """Watch one incarnation of a run for as long as the context lasts; its heads are known from the start."""
        watch = HeadWatch(run_id, owner, flag or WakeUp())
        self._watches.add(watch)
        try:
            # What is committed from here on is seen by the tail, what was before by this look.
            await self._look([watch])
            self._wanted.set()
            yield watch
        finally:
            self._watches.discard(watch)

    async def run(self) -> None:
        """Look for ever, resting while nobody watches."""
        while True:
            await self._wanted.wait()
            async with self._feed.subscribe() as news:
                while self._watches:
                    if await self._try_to_look():
                        await news.wait(LOOK_SECONDS)
                    else:
                        await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
            if not self._watches:  # nobody came while the feed was let go
                self._wanted.clear()

    async def _try_to_look(self) -> bool:
        """Look at all watched runs; False when the storage did not answer."""
        try:
            await self._look(list(self._watches))
        except RunIndexError as fault:
            log.warning("watched runs cannot be read for now: %s", fault.message)
            return False
        except Exception:
            log.exception("watched runs cannot be read for now")
            return False
        return True

    async def _look(self, watches: Sequence[HeadWatch]) -> None:
        owners = {watch.owner: watch.run_id for watch in watches}
        rows = await self.store.find_records(Totals, [(owner,) for owner in owners], _COLUMNS)
        present = await self.store.find_runs(list(set(owners.values())), INCARNATION)
        heads = {row["owner"]: Heads(row["result_seq"] - 1, row["event_seq"] - 1) for row in rows}
        for watch in watches:
            is_there = _incarnation(present, watch.run_id) == watch.owner
            watch.see(heads.get(watch.owner, NO_HEADS) if is_there else None)


def _incarnation(runs: Mapping[str, Row], run_id: str) -> int | None:
    return runs[run_id]["incarnation"] if run_id in runs else None


@asynccontextmanager
async def open_head_tailer(store: Store, feed: ChangeFeed) -> AsyncIterator[HeadTailer]:
    """Run the tail of records for as long as the context lasts."""
    tail = HeadTailer(store, feed)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(tail.run(), name="record-tail")
        try:
            yield tail
        finally:
            task.cancel()
