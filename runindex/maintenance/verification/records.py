"""Checks of records: each run's totals are recomputed, and every row belongs to a run or is marked as deleted."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from runindex.domain.records.events import Event
from runindex.domain.records.kinds import OWNED
from runindex.domain.records.record import Record
from runindex.domain.records.results import Item, Result, ResultScore
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, ReceiptHead
from runindex.domain.records.totals import ALL_GENERATIONS, Tombstone, Totals
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.maintenance.verification.events import find_break
from runindex.maintenance.verification.results import Recount
from runindex.ports.maintenance import Key, Scan, Snapshot
from runindex.ports.queries import INCARNATION, Columns, Row

# Pages are small where a row may be large.
_PAGE: Final = 500
_PAGES: Final[Mapping[type[Record], int]] = {Result: 100, Value: 64, Event: 16}
_NONE: Final[Columns] = frozenset()
_COLUMNS: Final[Mapping[type[Record], Columns]] = {
    Result: frozenset({"run_id", "seq", "error", "scores", "recorded_scores"}),
    ValueVersion: _NONE,
    Cell: _NONE,
    Document: _NONE,
    Receipt: frozenset({"run_id"}),
}
_SCANS: Final = tuple(Scan.by_owner(kind, _PAGES.get(kind, _PAGE), _COLUMNS.get(kind)) for kind in OWNED)
_TOTALS: Final = Scan.by_key(Totals, 200)
_TOMBSTONES: Final = Scan.by_key(Tombstone, 200)


class _LiveTotals(SnapshotReader):
    """Reads totals; `is_live` tells whether their run exists."""

    async def _read(self) -> Sequence[Row]:
        rows = await super()._read()
        ids = [(run_id,) for run_id in dict.fromkeys(row["run_id"] for row in rows)]
        runs = await self._snapshot.find(Run, ids, INCARNATION) if ids else ()
        incarnations = {run["id"]: run["incarnation"] for run in runs}
        return [{**row, "is_live": incarnations.get(row["run_id"]) == row["owner"]} for row in rows]


class _ComparedValues(SnapshotReader):
    """Reads values; `agrees` tells whether the stored version of the same number is equal."""

    async def _read(self) -> Sequence[Row]:
        rows = await super()._read()
        keys = [(row["owner"], row["key_name"], row["version"]) for row in rows]
        versions = await self._snapshot.find(ValueVersion, keys) if keys else ()
        versioned = {(version["owner"], version["key_name"]): version for version in versions}
        return [{**row, "agrees": _agree(row, versioned.get((row["owner"], row["key_name"])))} for row in rows]


def _agree(value: Row, version: Row | None) -> bool:
    versioned = None if version is None else (version["value"], version["deleted"], version["at"])
    return versioned == (value["value"], value["deleted"], value["updated_at"])


async def check_records(
    snapshot: Snapshot, progress: Callable[[int], None] = lambda _: None, first_owner: int | None = None
) -> AsyncIterator[str]:
    """Yield faults of records, in one scan over those of all owners, or of the owners from `first_owner` on."""

    def first(scan: Scan) -> Key | None:
        return None if first_owner is None else scan.before(owner=first_owner)

    readers = {
        scan.kind: _READERS.get(scan.kind, SnapshotReader)(snapshot, scan, first(scan), progress=progress)
        for scan in _SCANS
    }
    totals = _LiveTotals(snapshot, _TOTALS, None if first_owner is None else (first_owner - 1,))
    tombstones = SnapshotReader(snapshot, _TOMBSTONES, first(_TOMBSTONES))
    while True:
        heads = [await reader.peek() for reader in (totals, tombstones, *readers.values())]
        owners = [row["owner"] for row in heads if row is not None]
        if not owners:
            return
        owner = min(owners)
        counted = [row async for row in totals.group(owner)]
        deleted = {row["generation"] async for row in tombstones.group(owner)}
        async for fault in _check_owner(owner, counted[0] if counted else None, deleted, readers):
            yield fault


async def _check_owner(
    owner: int, totals: Row | None, deleted: set[int], readers: Mapping[type, SnapshotReader]
) -> AsyncIterator[str]:
    if totals is not None and totals["is_live"]:
        if ALL_GENERATIONS in deleted:
            yield f"run {totals['run_id']}: it exists, and what it has is marked as deleted"
        async for fault in _check_run(totals, deleted, readers):
            yield f"run {totals['run_id']}: {fault}"
        return
    for kind, reader in readers.items():
        number = await reader.skip(owner)
        if number and ALL_GENERATIONS not in deleted:
            yield f"{number} {_NAMES[kind]} of owner {owner}, which is no run's"
    if totals is not None and ALL_GENERATIONS not in deleted:
        yield f"totals of owner {owner}, which run {totals['run_id']} is not"


async def _check_run(totals: Row, deleted: set[int], readers: Mapping[type, SnapshotReader]) -> AsyncIterator[str]:
    owner = totals["owner"]
    recount = Recount(owner, totals["run_id"], totals["generation"], deleted)
    async for fault in recount.take(readers[Item], readers[Result], readers[ResultScore]):
        yield fault
    if recount.orphans:
        yield f"{recount.orphans} rows of results that were deleted, and are not marked as such"
    if recount.last_seq >= totals["result_seq"]:
        yield f"its next result would be number {totals['result_seq']}, and {recount.last_seq} is there"
    values = _Values()
    async for fault in values.take(owner, readers[Value], readers[ValueVersion]):
        yield fault
    receipts = _Receipts(totals["run_id"])
    async for fault in receipts.take(owner, readers[Receipt], readers[ReceiptHead]):
        yield fault
    fault_of_events = await find_break(readers[Event].group(owner), totals)
    if fault_of_events is not None:
        yield fault_of_events
    counted = {
        "result_count": recount.result_count,
        "item_count": recount.item_count,
        "succeeded": recount.succeeded,
        "failed": recount.failed,
        "value_count": values.present,
        "cell_count": await readers[Cell].skip(owner),
        "document_count": await readers[Document].skip(owner),
        "receipt_count": receipts.number,
    }
    for name, number in counted.items():
        if totals[name] != number:
            yield f"{name} is {totals[name]} instead of {number}"


class _Values:
    """Compares values with their versions."""

    def __init__(self) -> None:
        self.present = 0

    async def take(self, owner: int, values: SnapshotReader, versions: SnapshotReader) -> AsyncIterator[str]:
        """Take the rows of one owner, and yield values that are not equal to their newest version."""
        while True:
            heads = [await values.peek(), await versions.peek()]
            names = [row["key_name"] for row in heads if row is not None and row["owner"] == owner]
            if not names:
                return
            name, newest, value = min(names), None, None
            while (row := await versions.peek()) is not None and (row["owner"], row["key_name"]) == (owner, name):
                newest = row["version"]
                await versions.take()
            if (row := await values.peek()) is not None and (row["owner"], row["key_name"]) == (owner, name):
                value = await values.take()
                self.present += not row["deleted"]
            version = None if value is None else value["version"]
            if version != newest:
                yield f"value {name!r}: at version {version}, and {newest} is its newest"
            elif value is not None and not value["agrees"]:
                yield f"value {name!r}: not as its newest version has it"


class _Receipts:
    """Compares receipts with the next sequences."""

    def __init__(self, run_id: str) -> None:
        self.number = 0
        self._run_id = run_id

    async def take(self, owner: int, receipts: SnapshotReader, heads: SnapshotReader) -> AsyncIterator[str]:
        """Take the rows of one owner, and yield wrong ones, and sequences that would be given out twice."""
        highest: Counter[str] = Counter()
        async for row in receipts.group(owner):
            runtime_id, sequence = row["runtime_id"], row["sequence"]
            if row["run_id"] != self._run_id:
                yield f"receipt {sequence} of runtime {runtime_id!r}: says that its run is {row['run_id']!r}"
            self.number += 1
            highest[runtime_id] = sequence
        following = {row["runtime_id"]: row["sequence"] async for row in heads.group(owner)}
        for runtime_id, sequence in highest.items():
            if following.get(runtime_id, 0) <= sequence:
                yield f"receipt {sequence} of runtime {runtime_id!r} would be given out again"


_READERS: Final[Mapping[type, type[SnapshotReader]]] = {Value: _ComparedValues}
_NAMES: Final[Mapping[type, str]] = {
    Result: "results",
    Item: "items",
    ResultScore: "revisions of scores",
    Value: "values",
    ValueVersion: "versions of values",
    Event: "events",
    Cell: "cells",
    Document: "documents",
    Receipt: "receipts",
    ReceiptHead: "sequences of receipts",
}
