"""Maintenance of a store in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby, takewhile
from typing import Any
from uuid import uuid4

from persistence.memory.maintenance.restore import MemoryRestoration
from persistence.memory.maintenance.snapshot import MemorySnapshot
from persistence.memory.tables.log import ChangeLog
from persistence.memory.tables.records import RecordTables
from persistence.memory.tables.runs import RunTable
from runindex.decisions.workspace import Workspace
from runindex.domain.instants import Micros
from runindex.domain.records.events import Event
from runindex.domain.records.run_data import Value, ValueVersion
from runindex.domain.records.runtimes import Receipt
from runindex.domain.runs.retention import NOTHING_REMOVABLE, Removable
from runindex.domain.runs.run import Run
from runindex.ports.maintenance import Removal, Restoration, Snapshot
from runindex.ports.store import LogState


class MemoryMaintenance:
    """Implements the Maintenance port; a writer holds the lock `_turn`."""

    _epoch: str
    _runs: RunTable
    _log: ChangeLog
    _records: RecordTables
    _turn: asyncio.Lock

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor."""
        return LogState(self._epoch, self._log.head, self._log.floor)

    async def sweep(self, limit: int) -> int:
        """Drop at most so many records that deletions left behind."""
        return self._records.sweep(limit)

    async def remove(self, removal: Removal) -> Removable:
        """Remove history and return how much was removed."""
        async with self._turn:
            run = self._runs.by_id.get(removal.run_id)
            if run is None or (run.incarnation, run.retention) != (removal.incarnation, removal.retention):
                return NOTHING_REMOVABLE
            changes = self._log.remove(run.id, removal.changes) if removal.changes else 0
            return replace(self._remove_records(run, removal), changes=changes)

    async def renew_epoch(self) -> str:
        """Give the log a new epoch and return it."""
        self._epoch = uuid4().hex
        return self._epoch

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a snapshot of the store as it is now."""
        yield MemorySnapshot(await self.log_state(), self._runs, self._log, self._records)

    @asynccontextmanager
    async def restoration(self) -> AsyncIterator[Restoration]:
        """Open a transaction that inserts rows; it excludes all other writes."""
        async with self._turn:
            restoration = MemoryRestoration(await self.log_state(), self._runs, self._log, self._records)
            yield restoration
            restoration.commit()

    async def count_removable(self, run_ids: Sequence[str], now: Micros) -> Mapping[str, Removable]:
        """Return for each run that exists how much of its history compaction would remove now."""
        runs = (self._runs.by_id.get(run_id) for run_id in run_ids)
        return {run.id: self._removable(run, now) for run in runs if run is not None}

    def _remove_records(self, run: Run, removal: Removal) -> Removable:
        workspace = Workspace(now=0, head=0, runs={}, kept={}, records=self._records.by_kind)
        removed: dict[type, int] = dict.fromkeys((Event, Receipt, ValueVersion), 0)
        for kind, keys in removal.records.items():
            for key in keys:
                if workspace.records(kind).get(key) is not None:
                    workspace.records(kind).remove(key)
                    removed[kind] += 1
        totals = workspace.totals(run)
        if removed[Event]:
            totals = replace(totals, event_floor=removal.event_floor, floor_hash=removal.floor_hash)
        if removed[Event] or removed[Receipt]:
            workspace.save(replace(totals, receipt_count=totals.receipt_count - removed[Receipt]))
        self._records.write(workspace.written_records)
        return Removable(events=removed[Event], receipts=removed[Receipt], value_versions=removed[ValueVersion])

    def _removable(self, run: Run, now: Micros) -> Removable:
        owner = run.incarnation
        versions = sorted(self._records.of_owner(ValueVersion, owner).values(), key=lambda version: version.key)
        values = self._records.of_owner(Value, owner)
        return Removable(
            changes=_beyond(run, [entry.run.updated_at for entry in self._log.history_of(run.id)], now, spared=1),
            events=_beyond(run, self._times(Event, owner, "sequence", "at"), now),
            receipts=_beyond(run, self._times(Receipt, owner, "created_at", "created_at"), now),
            value_versions=sum(
                _beyond(run, [version.at for version in some], now, spared=1)
                for key, some in groupby(versions, key=lambda version: (version.owner, version.key_name))
                if key in values
            ),
        )

    def _times(self, kind: type, owner: int, order: str, at: str) -> list[Micros]:
        records: Iterable[Any] = self._records.of_owner(kind, owner).values()
        return [getattr(record, at) for record in sorted(records, key=lambda record: getattr(record, order))]


def _beyond(run: Run, times: Sequence[Micros], now: Micros, spared: int = 0) -> int:
    """Return how many entries of a history, given by their times, oldest first, are beyond the run's policy."""
    last = len(times) - 1
    indexes = range(len(times) - spared)
    return sum(1 for _ in takewhile(lambda index: run.retention.expires(last - index, times[index], now), indexes))
