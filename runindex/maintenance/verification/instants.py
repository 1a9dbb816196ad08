"""Checks of instants: what happened to a run, a job, a plan or an input later does not have an earlier instant.

An import does not make them: an index whose clock was set back before this was ruled out can still be moved.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.record import Record
from runindex.domain.records.results import Result, ResultScore
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, RuntimeInput
from runindex.domain.records.totals import Totals
from runindex.domain.records.views import View
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.maintenance import Scan, Snapshot
from runindex.ports.queries import Row

_PAGE: Final = 1000
_TOTALS: Final = Scan.by_key(Totals, 200, frozenset({"run_id", "last_at"}))
# For each kind of a run's records its instant. Those kinds that come in the order in which they were written also have
# the first of the fields by which they are counted, and what they are called in a fault.
_INSTANTS: Final[Mapping[type[Record], str]] = {
    Result: "created_at",
    Event: "at",
    ValueVersion: "at",
    Value: "updated_at",
    Cell: "updated_at",
    Document: "updated_at",
    Receipt: "created_at",
    ResultScore: "at",
}
_ORDERS: Final[Mapping[type[Record], tuple[str, ...]]] = {
    Result: ("owner", "seq"),
    Event: ("owner", "sequence"),
    ValueVersion: ("owner", "key_name", "version"),
    ResultScore: ("owner", "generation", "item_id", "retry_count", "scorer_id", "revision"),
}
_NAMES: Final[Mapping[type[Record], str]] = {
    Result: "result",
    Event: "event",
    ValueVersion: "version",
    ResultScore: "revision",
}
# Of each kind, instants in the order in which they come about.
_FREE: Final[Mapping[type[Record], tuple[str, ...]]] = {
    Plan: ("created_at", "updated_at"),
    Job: ("created_at", "started_at", "completed_at"),
    RuntimeInput: ("created_at", "updated_at"),
    View: ("created_at", "updated_at"),
}
_OF_RUN: Final = frozenset({"incarnation", "created_at"})


class _DatedTotals(SnapshotReader):
    """Reads totals; `created_at` is the instant of their run, None when it does not exist any more."""

    async def _read(self) -> Sequence[Row]:
        rows = await super()._read()
        ids = [(run_id,) for run_id in dict.fromkeys(row["run_id"] for row in rows)]
        runs = await self._snapshot.find(Run, ids, _OF_RUN) if ids else ()
        created = {(run["id"], run["incarnation"]): run["created_at"] for run in runs}
        return [{**row, "created_at": created.get((row["run_id"], row["owner"]))} for row in rows]


def check_state(row: Row, last: Row | None) -> Iterator[str]:
    """Yield how the instants of a run's entry in the log contradict each other, or those of the entry before it."""
    yield from falls(row, ("created_at", "started_at", "finished_at", "updated_at"))
    if last is not None and row["updated_at"] < last["updated_at"]:
        yield f"version {row['version']} has an earlier instant than its predecessor"


def falls(row: Row, names: tuple[str, ...]) -> Iterator[str]:
    """Yield each instant of a row that is before the last one named."""
    present = [name for name in names if row[name] is not None]
    for earlier, later in pairwise(present):
        if row[later] < row[earlier]:
            yield f"{later} is before {earlier}"


async def check_instants(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield instants of records that fall, and those of a run's records from before it, or after its last one."""
    readers = {kind: SnapshotReader(snapshot, _scan_of(kind), progress=progress) for kind in _INSTANTS}
    async for totals in _DatedTotals(snapshot, _TOTALS):
        for kind, reader in readers.items():
            await _pass_over(reader, totals["owner"])
            if totals["created_at"] is None:
                continue
            fault = await _fault_in(kind, reader, totals)
            if fault is not None:
                yield f"run {totals['run_id']}: {fault}"
    for free, names in _FREE.items():
        async for row in SnapshotReader(snapshot, Scan.by_key(free, _PAGE, frozenset(names)), progress=progress):
            for fault in falls(row, names):
                yield f"{free.__name__} {', '.join(str(row[name]) for name in free.KEY)}: {fault}"


def _scan_of(kind: type[Record]) -> Scan:
    columns = frozenset({_INSTANTS[kind]})
    order = _ORDERS.get(kind)
    return Scan.by_owner(kind, _PAGE, columns) if order is None else Scan(kind, order, _PAGE, columns)


async def _pass_over(reader: SnapshotReader, owner: int) -> None:
    while (row := await reader.peek()) is not None and row["owner"] < owner:
        await reader.take()


async def _fault_in(kind: type[Record], reader: SnapshotReader, totals: Row) -> str | None:
    """Return the first fault in an owner's records of a kind. All of them are taken."""
    name, fault, last = _INSTANTS[kind], None, None
    async for row in reader.group(totals["owner"]):
        if fault is None:
            fault = _fault_of(kind, row, last, name)
            if fault is None and row[name] < totals["created_at"]:
                fault = f"a {kind.__name__} is older than it"
            if fault is None and totals["last_at"] is not None and row[name] > totals["last_at"]:
                fault = f"a {kind.__name__} is younger than its last instant"
        last = row
    return fault


def _fault_of(kind: type[Record], row: Row, last: Row | None, name: str) -> str | None:
    if kind not in _ORDERS or last is None or row[name] >= last[name]:
        return None
    *series, number = _ORDERS[kind]
    if any(row[part] != last[part] for part in series):
        return None
    of = "".join(f" of value {row[part]!r}" for part in series if part == "key_name")
    return f"{_NAMES[kind]} {row[number]}{of} has an earlier instant than its predecessor"
