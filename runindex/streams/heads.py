"""The heads of watched runs' streams: read for all of them at once, whenever something was committed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from runindex.domain.records.totals import Totals
from runindex.ports.feed import ChangeFeed
from runindex.ports.queries import INCARNATION, Columns, Row
from runindex.ports.store import Store
from runindex.ports.wakeups import LogWakeUp, WakeUp
from runindex.streams.tailer import Tailer

_COLUMNS: Final[Columns] = frozenset({"owner", "result_seq", "event_seq"})


@dataclass(frozen=True, slots=True)
class Heads:
    """The last result's number, counted from 1, and the last event's sequence, counted from 0."""

    results: int = 0
    events: int = -1


NO_HEADS: Final = Heads()


@dataclass(slots=True, eq=False)
class HeadWatch:
    """A watched run: `wake_up` is set when a head moved, and when the run is gone."""

    run_id: str
    owner: int
    wake_up: WakeUp
    heads: Heads = NO_HEADS
    is_gone: bool = False

    def update(self, heads: Heads | None) -> None:
        """Take heads as they were read, None when the run is gone; an older read changes nothing."""
        if heads is None:
            self.is_gone = True
        else:
            newest = Heads(max(self.heads.results, heads.results), max(self.heads.events, heads.events))
            if newest == self.heads:
                return
            self.heads = newest
        self.wake_up.set()


class HeadTailer(Tailer):
    """Keeps the heads of all watched runs; two questions to the storage serve them all."""

    source = "watched runs"
    _watches: set[HeadWatch]

    def __init__(self, store: Store, feed: ChangeFeed) -> None:
        """Follow a store's heads."""
        super().__init__(store, feed, set())

    @asynccontextmanager
    async def watch(self, run_id: str, owner: int, wake_up: WakeUp | None = None) -> AsyncIterator[HeadWatch]:
        """Watch one incarnation of a run for as long as the context lasts; its heads are known from the start."""
        async with self.watch_all({run_id: owner}, wake_up or WakeUp()) as (watch,):
            yield watch

    @asynccontextmanager
    async def watch_all(self, owners: Mapping[str, int], wake_up: WakeUp) -> AsyncIterator[Sequence[HeadWatch]]:
        """Watch the incarnations of runs, by their ids, under one wake-up; it is as `watch`."""
        watches = [HeadWatch(run_id, owner, wake_up) for run_id, owner in owners.items()]
        self._watches.update(watches)
        try:
            # This read finds what was committed before, the tailer what is committed from here on.
            await self._read(watches)
            self._wanted.set()
            yield watches
        finally:
            self._watches.difference_update(watches)

    async def _catch_up(self, wake_up: LogWakeUp) -> None:
        del wake_up  # results and events are not in the log
        await self._read(list(self._watches))

    async def _read(self, watches: Sequence[HeadWatch]) -> None:
        owners = {watch.owner: watch.run_id for watch in watches}
        rows = await self.store.find_records(Totals, [(owner,) for owner in owners], _COLUMNS)
        present = await self.store.find_runs(list(set(owners.values())), INCARNATION)
        heads = {row["owner"]: Heads(row["result_seq"] - 1, row["event_seq"] - 1) for row in rows}
        for watch in watches:
            is_there = _incarnation(present, watch.run_id) == watch.owner
            watch.update(heads.get(watch.owner, NO_HEADS) if is_there else None)


def _incarnation(runs: Mapping[str, Row], run_id: str) -> int | None:
    return runs[run_id]["incarnation"] if run_id in runs else None
