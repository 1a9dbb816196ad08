"""Compaction: history beyond its run's policy goes, a chunk at a time; the present is never touched.

What goes is decided from what is read without a lock, and removed only if its run is then still the same under the same
policy. Entries only get older, so it is then still to go; and whoever breaks off may begin again at any time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from runindex.domain.instants import Micros
from runindex.domain.records.events import Event
from runindex.domain.records.run_data import Value, ValueVersion
from runindex.domain.records.runtimes import Receipt
from runindex.domain.records.totals import Totals
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import EVERYTHING
from runindex.domain.runs.retention import KEEP_ALL, NOTHING_REMOVABLE, Removable, Retention
from runindex.ports.maintenance import ChunkSize, Key, Removal, Storage
from runindex.ports.queries import NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.record_lists import ListQuery, RecordList
from runindex.ports.rows import retention_of

RUNS: Final = 200
CHUNK: Final = 200
ENTRIES: Final = 50  # of the log, which have a run's metadata twice
FIRST: Final = 16  # of a history; each may have a megabyte
QUICK: Final = 0.05
PAUSE: Final = 0.005

_EVENTS: Final = RecordList(Event, ("sequence",), owner_field="owner")
_RECEIPTS: Final = RecordList(Receipt, ("created_at", "sequence", "runtime_id"), owner_field="owner")
_VERSIONS: Final = RecordList(ValueVersion, ("key_name", "version"), owner_field="owner")
_POLICY: Final = frozenset({"incarnation", "version", "retention_kind", "retention_value"})
_VERSION: Final = frozenset({"version"})
_TOTALS: Final = frozenset({"event_seq", "receipt_count"})


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was, or would be, removed of one run."""

    run_id: str
    removed: Removable


async def preview(storage: Storage, now: Micros) -> AsyncIterator[Compacted]:
    """Yield for each run that has something to give up what compaction would remove now."""
    async for runs in _with_policy(storage):
        removable = await storage.count_removable([run.id for run in runs], now)
        for run in runs:
            if found := removable.get(run.id):
                yield Compacted(run.id, found)


async def compact(storage: Storage, now: Micros) -> AsyncIterator[Compacted]:
    """Remove what is beyond policies now, and yield for each run what it gave up."""
    async for runs in _with_policy(storage):
        for run in runs:
            if removed := await _compact_run(storage, run, now):
                yield Compacted(run.id, removed)


@dataclass(frozen=True, slots=True)
class _Subject:
    """A run with a policy, as it was when it was read."""

    id: str
    incarnation: int
    version: int
    retention: Retention


async def _with_policy(storage: Storage) -> AsyncIterator[Sequence[_Subject]]:
    """Yield the runs whose policy is not to keep everything, page by page."""
    after: Key | None = None
    while True:
        rows = await storage.list_runs(RunQuery(EVERYTHING, Window(RUNS, after), _POLICY, NEWEST_FIRST))
        runs = [_Subject(row["id"], row["incarnation"], row["version"], retention_of(row)) for row in rows]
        chosen = [run for run in runs if run.retention != KEEP_ALL]
        if chosen:
            yield chosen
        if len(rows) < RUNS:
            return
        after = (rows[-1]["created_at"], rows[-1]["id"])


async def _compact_run(storage: Storage, run: _Subject, now: Micros) -> Removable:
    removed = NOTHING_REMOVABLE
    for history in (_Histories.changes, _Histories.events, _Histories.receipts, _Histories.value_versions):
        pace = ChunkSize(FIRST, CHUNK, QUICK)
        async for removal in history(_Histories(storage, run, now, pace)):
            began = time.monotonic()
            chunk = await storage.remove(removal)
            if not chunk:  # the run is no longer what it was, or somebody else is at it too
                break
            pace.took(time.monotonic() - began)
            removed += chunk
            await asyncio.sleep(PAUSE)
    return removed


@dataclass(frozen=True, slots=True)
class _Histories:
    """What a run has to give up, history by history and chunk by chunk, oldest first; the pace says how much of it."""

    storage: Storage
    run: _Subject
    now: Micros
    pace: ChunkSize

    async def changes(self) -> AsyncIterator[Removal]:
        """Yield entries of the log, but for the run's newest."""
        after: Key | None = None
        while True:
            size = min(self.pace.size, ENTRIES)
            found = await self.storage.list_history([self.run.id], Window(size, after))
            gone = [entry.seq for entry in takewhile(self._gives_up_change, found.get(self.run.id, ()))]
            if gone:
                yield self._removal(changes=gone)
            if len(gone) < size:
                return
            after = (gone[-1],)

    async def events(self) -> AsyncIterator[Removal]:
        """Yield events."""

        async def newer_than(rows: Sequence[Row]) -> list[int]:
            following = (await self._totals())["event_seq"]
            return [following - 1 - row["sequence"] for row in rows]

        async for gone in self._oldest(_EVENTS, "at", newer_than, "hash"):
            last = gone[-1]
            keys = {Event: [(self.run.incarnation, row["sequence"]) for row in gone]}
            yield self._removal(records=keys, event_floor=last["sequence"] + 1, floor_hash=last["hash"])

    async def receipts(self) -> AsyncIterator[Removal]:
        """Yield receipts, of whichever runtimes."""

        async def newer_than(rows: Sequence[Row]) -> list[int]:
            # Counted after they were read: if others removed some in between, that makes these seem newer, not older.
            count = (await self._totals())["receipt_count"]
            return [count - 1 - place for place in range(len(rows))]

        async for gone in self._oldest(_RECEIPTS, "created_at", newer_than):
            keys = [(row["runtime_id"], self.run.incarnation, row["sequence"]) for row in gone]
            yield self._removal(records={Receipt: keys})

    async def value_versions(self) -> AsyncIterator[Removal]:
        """Yield versions of values, but for each key's newest."""
        after: Key | None = None
        kept = ""  # the key whose next versions stay
        while True:
            size = self.pace.size
            rows = await self._page(_VERSIONS, Window(size, after), frozenset({"at"}))
            newest = await self._newest_versions(rows)
            gone = []
            for row in rows:
                key, version = row["key_name"], row["version"]
                newer = newest.get(key, version) - version
                if key != kept and newer > 0 and self._gives_up(newer, row["at"]):
                    gone.append((self.run.incarnation, key, version))
                else:
                    kept = key
            if gone:
                yield self._removal(records={ValueVersion: gone})
            if len(rows) < size:
                return
            after = _VERSIONS.position(rows[-1])

    async def _oldest(
        self, listing: RecordList, at: str, newer_than: Callable[[Sequence[Row]], Awaitable[list[int]]], *columns: str
    ) -> AsyncIterator[list[Row]]:
        """Yield rows until one stays; `newer_than` says how many are newer than each of the oldest."""
        after: Key | None = None
        while True:
            size = self.pace.size
            rows = await self._page(listing, Window(size, after), frozenset((at, *columns)))
            ranked = zip(rows, await newer_than(rows), strict=True)
            gone = [row for row, _ in takewhile(lambda ranked: self._gives_up(ranked[1], ranked[0][at]), ranked)]
            if gone:
                yield gone
            if len(gone) < size:
                return
            after = listing.position(gone[-1])

    async def _page(self, listing: RecordList, window: Window, columns: Columns) -> Sequence[Row]:
        owner = self.run.incarnation
        return (await self.storage.list_records(ListQuery(listing, window), [owner], columns))[owner]

    async def _totals(self) -> Row:
        rows = await self.storage.find_records(Totals, [(self.run.incarnation,)], _TOTALS)
        return rows[0] if rows else dict.fromkeys(_TOTALS, 0)

    async def _newest_versions(self, rows: Sequence[Row]) -> Mapping[str, int]:
        keys = [(self.run.incarnation, name) for name in dict.fromkeys(row["key_name"] for row in rows)]
        values = await self.storage.find_records(Value, keys, _VERSION) if keys else ()
        return {row["key_name"]: row["version"] for row in values}

    def _gives_up_change(self, entry: Change) -> bool:
        newer = self.run.version - entry.run.version
        same = entry.run.incarnation == self.run.incarnation
        return same and newer > 0 and self._gives_up(newer, entry.run.updated_at)

    def _gives_up(self, newer: int, at: Micros) -> bool:
        return self.run.retention.gives_up(newer, at, self.now)

    def _removal(self, **what: Any) -> Removal:  # noqa: ANN401 - fields of a removal
        return Removal(self.run.id, self.run.incarnation, self.run.retention, **what)
