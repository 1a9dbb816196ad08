"""Compaction: removes history beyond its run's retention policy, chunk by chunk, and never the present state.

Jobs that have been done for longer than an operator says go too.

Expired entries are found without a lock, and removed only if the run still has the same incarnation and policy. An
entry that has expired stays expired, so compaction may be interrupted and started again at any time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from runindex.commands import DeleteJobs
from runindex.commands.outcomes import RecordsDeleted
from runindex.domain.instants import Micros
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import DONE, Job, JobFilter
from runindex.domain.records.run_data import Value, ValueVersion
from runindex.domain.records.runtimes import Receipt
from runindex.domain.records.totals import Totals
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import EVERYTHING, InstantRange
from runindex.domain.runs.retention import KEEP_ALL, NOTHING_REMOVABLE, Removable, Retention
from runindex.ports.maintenance import ChunkSize, Key, Removal, Storage
from runindex.ports.queries import NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.record_filters import job_conditions
from runindex.ports.record_lists import NO_OWNER, ListQuery, RecordList
from runindex.ports.rows import retention_of

RUNS: Final = 200  # a page
CHUNK: Final = 200
JOBS: Final = 200  # a page, and a chunk
ENTRIES: Final = 50  # of the log, a chunk: each has its run's metadata twice
FIRST: Final = 16  # rows of the first chunk: each may have a megabyte
QUICK: Final = 0.05  # seconds
PAUSE: Final = 0.005  # seconds after each chunk, in which other writers get their turn

_EVENTS: Final = RecordList(Event, ("sequence",), owner_field="owner")
_RECEIPTS: Final = RecordList(Receipt, ("created_at", "sequence", "runtime_id"), owner_field="owner")
_VERSIONS: Final = RecordList(ValueVersion, ("key_name", "version"), owner_field="owner")
_POLICY: Final = frozenset({"incarnation", "version", "retention_kind", "retention_value"})
_JOB_PLACE: Final = frozenset({"created_at", "id"})
_VERSION: Final = frozenset({"version"})
_TOTALS: Final = frozenset({"event_seq", "receipt_count"})


@dataclass(frozen=True, slots=True)
class Compacted:
    """How much history of one run was, or would be, removed."""

    run_id: str
    removed: Removable


async def preview(storage: Storage, now: Micros) -> AsyncIterator[Compacted]:
    """Yield, for each run with expired history, how much of it compaction would remove now."""
    async for runs in _with_policy(storage):
        removable = await storage.count_removable([run.id for run in runs], now)
        for run in runs:
            if removed := removable.get(run.id):
                yield Compacted(run.id, removed)


async def compact(storage: Storage, now: Micros) -> AsyncIterator[Compacted]:
    """Remove the history that has expired by now, and yield how much of it for each run."""
    async for runs in _with_policy(storage):
        for run in runs:
            if removed := await _compact_run(storage, run, now):
                yield Compacted(run.id, removed)


async def count_done_jobs(storage: Storage, before: Micros) -> int:
    """Return how many jobs were completed, or failed for good, before an instant."""
    return (await storage.count_records(_done_jobs(before), ()))[NO_OWNER]


async def compact_jobs(storage: Storage, before: Micros) -> AsyncIterator[int]:
    """Delete the jobs that were completed, or failed for good, before an instant; yield how many, chunk by chunk.

    A job that is done stays as it is, so none is deleted that the chunk did not find.
    """
    after: Key | None = None
    while True:
        query = ListQuery(_done_jobs(before), Window(JOBS, after))
        rows = (await storage.list_records(query, (), _JOB_PLACE))[NO_OWNER]
        if rows:
            command = DeleteJobs(mutation="compact", ids=tuple(row["id"] for row in rows))
            (outcome,) = (await storage.apply([command])).outcomes
            if isinstance(outcome, Exception):
                raise outcome
            if isinstance(outcome, RecordsDeleted) and outcome.deleted:
                yield outcome.deleted
        if len(rows) < JOBS:
            return
        after = (rows[-1]["created_at"], rows[-1]["id"])
        await asyncio.sleep(PAUSE)


def _done_jobs(before: Micros) -> RecordList:
    job_filter = JobFilter(status=DONE, completed_at=InstantRange(None, before))
    return RecordList(Job, ("created_at", "id"), conditions=job_conditions(job_filter))


@dataclass(frozen=True, slots=True)
class _PolicyRun:
    """A run with a retention policy, as it was when it was read."""

    id: str
    incarnation: int
    version: int
    retention: Retention


async def _with_policy(storage: Storage) -> AsyncIterator[Sequence[_PolicyRun]]:
    """Yield the runs whose policy is other than KEEP_ALL, page by page."""
    after: Key | None = None
    while True:
        rows = await storage.list_runs(RunQuery(EVERYTHING, Window(RUNS, after), _POLICY, NEWEST_FIRST))
        runs = [_PolicyRun(row["id"], row["incarnation"], row["version"], retention_of(row)) for row in rows]
        chosen = [run for run in runs if run.retention != KEEP_ALL]
        if chosen:
            yield chosen
        if len(rows) < RUNS:
            return
        after = (rows[-1]["created_at"], rows[-1]["id"])


async def _compact_run(storage: Storage, run: _PolicyRun, now: Micros) -> Removable:
    removed = NOTHING_REMOVABLE
    for history in (_Expired.changes, _Expired.events, _Expired.receipts, _Expired.value_versions):
        chunk_size = ChunkSize(FIRST, CHUNK, QUICK)
        async for removal in history(_Expired(storage, run, now, chunk_size)):
            started = time.monotonic()
            chunk = await storage.remove(removal)
            if not chunk:  # the run was changed meanwhile, or another compaction removed the chunk
                break
            chunk_size.took(time.monotonic() - started)
            removed += chunk
            await asyncio.sleep(PAUSE)
    return removed


@dataclass(frozen=True, slots=True)
class _Expired:
    """The expired history of one run: each method yields one kind of it, in chunks, oldest first."""

    storage: Storage
    run: _PolicyRun
    now: Micros
    chunk_size: ChunkSize

    async def changes(self) -> AsyncIterator[Removal]:
        """Yield entries of the log except the run's newest."""
        after: Key | None = None
        while True:
            size = min(self.chunk_size.size, ENTRIES)
            found = await self.storage.list_history([self.run.id], Window(size, after))
            expired = [entry.seq for entry in takewhile(self._is_expired_change, found.get(self.run.id, ()))]
            if expired:
                yield self._removal(changes=expired)
            if len(expired) < size:
                return
            after = (expired[-1],)

    async def events(self) -> AsyncIterator[Removal]:
        """Yield events."""

        async def newer_than(rows: Sequence[Row]) -> list[int]:
            following = (await self._totals())["event_seq"]
            return [following - 1 - row["sequence"] for row in rows]

        async for expired in self._oldest(_EVENTS, "at", newer_than, "hash"):
            last = expired[-1]
            keys = {Event: [(self.run.incarnation, row["sequence"]) for row in expired]}
            yield self._removal(records=keys, event_floor=last["sequence"] + 1, floor_hash=last["hash"])

    async def receipts(self) -> AsyncIterator[Removal]:
        """Yield receipts, of all runtimes."""

        async def newer_than(rows: Sequence[Row]) -> list[int]:
            # Counted after they were read: a removal in between makes them seem newer, not older.
            count = (await self._totals())["receipt_count"]
            return [count - 1 - position for position in range(len(rows))]

        async for expired in self._oldest(_RECEIPTS, "created_at", newer_than):
            keys = [(row["runtime_id"], self.run.incarnation, row["sequence"]) for row in expired]
            yield self._removal(records={Receipt: keys})

    async def value_versions(self) -> AsyncIterator[Removal]:
        """Yield versions of values except each key's newest."""
        after: Key | None = None
        kept = ""  # the key whose later versions stay
        while True:
            size = self.chunk_size.size
            rows = await self._page(_VERSIONS, Window(size, after), frozenset({"at"}))
            newest = await self._newest_versions(rows)
            expired = []
            for row in rows:
                key, version = row["key_name"], row["version"]
                newer = newest.get(key, version) - version
                if key != kept and newer > 0 and self._is_expired(newer, row["at"]):
                    expired.append((self.run.incarnation, key, version))
                else:
                    kept = key
            if expired:
                yield self._removal(records={ValueVersion: expired})
            if len(rows) < size:
                return
            after = _VERSIONS.position(rows[-1])

    async def _oldest(
        self, records: RecordList, at: str, newer_than: Callable[[Sequence[Row]], Awaitable[list[int]]], *columns: str
    ) -> AsyncIterator[list[Row]]:
        """Yield rows until one stays; `newer_than` returns, for each row, how many are newer."""
        after: Key | None = None
        while True:
            size = self.chunk_size.size
            rows = await self._page(records, Window(size, after), frozenset((at, *columns)))
            ranked = zip(rows, await newer_than(rows), strict=True)
            expired = [row for row, _ in takewhile(lambda ranked: self._is_expired(ranked[1], ranked[0][at]), ranked)]
            if expired:
                yield expired
            if len(expired) < size:
                return
            after = records.position(expired[-1])

    async def _page(self, records: RecordList, window: Window, columns: Columns) -> Sequence[Row]:
        owner = self.run.incarnation
        return (await self.storage.list_records(ListQuery(records, window), [owner], columns))[owner]

    async def _totals(self) -> Row:
        rows = await self.storage.find_records(Totals, [(self.run.incarnation,)], _TOTALS)
        return rows[0] if rows else dict.fromkeys(_TOTALS, 0)

    async def _newest_versions(self, rows: Sequence[Row]) -> Mapping[str, int]:
        keys = [(self.run.incarnation, name) for name in dict.fromkeys(row["key_name"] for row in rows)]
        values = await self.storage.find_records(Value, keys, _VERSION) if keys else ()
        return {row["key_name"]: row["version"] for row in values}

    def _is_expired_change(self, entry: Change) -> bool:
        newer = self.run.version - entry.run.version
        same = entry.run.incarnation == self.run.incarnation
        return same and newer > 0 and self._is_expired(newer, entry.run.updated_at)

    def _is_expired(self, newer: int, at: Micros) -> bool:
        return self.run.retention.expires(newer, at, self.now)

    def _removal(self, **content: Any) -> Removal:  # noqa: ANN401 - fields of a removal
        return Removal(self.run.id, self.run.incarnation, self.run.retention, **content)
