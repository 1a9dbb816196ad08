"""Export: the lines of a snapshot of an index, or of some of its runs."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from runindex.domain.records.events import Event
from runindex.domain.records.kinds import FREE, OWNED
from runindex.domain.records.record import Record
from runindex.domain.records.results import Item, Result, ResultScore
from runindex.domain.records.run_data import Cell, Document
from runindex.domain.records.runtimes import Receipt, ReceiptHead, Runtime
from runindex.domain.records.totals import Totals
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.maintenance.transfer.lines import Header, change_line, end_line, header_line, record_line, run_line
from runindex.ports.maintenance import Maintenance, Scan, Snapshot
from runindex.ports.queries import Row

# Pages are small where rows may be large: at most a page of each kind is in memory.
_RUNS: Final = Scan(Run, ("id",), 50)
_CHANGES: Final = Scan(Change, ("id", "incarnation", "version"), 50)
_PAGE: Final = 32
_PAGES: Final[Mapping[type[Record], int]] = {Item: 500, ResultScore: 100, Receipt: 100, ReceiptHead: 500, Runtime: 4}
OWNED_SCANS: Final = {kind: Scan.by_owner(kind, _PAGES.get(kind, _PAGE)) for kind in OWNED}
_FREE_SCANS: Final = {kind: Scan.by_key(kind, _PAGES.get(kind, _PAGE)) for kind in FREE}


def subtree(run_id: str) -> RunFilter:
    """Return the filter for a run and all below it."""
    return RunFilter(include_archived=True, or_=(RunFilter(ids=(run_id,)), RunFilter(ancestor_id=run_id)))


async def export_lines(
    maintenance: Maintenance, run_filter: RunFilter | None = None, progress: Callable[[int], None] = lambda _: None
) -> AsyncIterator[bytes]:
    """Yield the lines of an export of everything, or of the runs that a filter matches and their records.

    Equal content gives equal lines in every storage. `progress` is called with the number of runs just exported. The
    filter also matches archived runs unless it excludes them.
    """
    async with maintenance.snapshot() as snapshot:
        lines = 0
        async for line in _lines(snapshot, run_filter, progress):
            lines += 1
            yield line
        yield end_line(lines)


async def _lines(
    snapshot: Snapshot, run_filter: RunFilter | None, progress: Callable[[int], None]
) -> AsyncIterator[bytes]:
    if run_filter is not None:
        yield header_line(Header(whole=False))
        async for line in _chosen_runs(snapshot, run_filter, progress):
            yield line
        return
    state = await snapshot.log_state()
    yield header_line(Header(whole=True, head=state.head, floor=state.floor))
    async for line in _all_runs(snapshot, progress):
        yield line
    for kind, scan in _FREE_SCANS.items():
        async for row in SnapshotReader(snapshot, scan):
            yield record_line(kind, row)


async def _chosen_runs(
    snapshot: Snapshot, run_filter: RunFilter, progress: Callable[[int], None]
) -> AsyncIterator[bytes]:
    # Found once: a page of a run's descendants costs as much as all of them.
    ids = await snapshot.list_ids(run_filter)
    async for run, totals in _with_totals(snapshot, _by_id(snapshot, ids)):
        yield run_line(run, totals)
        # The present incarnation is the id's last: all entries from its start on are the run's.
        async for entry in SnapshotReader(snapshot, _CHANGES, (run["id"], run["incarnation"], 0), within=True):
            yield change_line(entry)
        async for line in _records(snapshot, totals):
            yield line
        progress(1)


async def _all_runs(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[bytes]:
    """Merge runs and log by id: the log also has entries of deleted runs."""
    entries = SnapshotReader(snapshot, _CHANGES)
    async for run, totals in _with_totals(snapshot, SnapshotReader(snapshot, _RUNS).pages()):
        while (entry := await entries.peek()) is not None and entry["id"] < run["id"]:
            await entries.take()
            yield change_line(entry)
        yield run_line(run, totals)
        async for entry in entries.group(run["id"]):
            yield change_line(entry)
        async for line in _records(snapshot, totals):
            yield line
        progress(1)
    async for entry in entries:
        yield change_line(entry)


async def _by_id(snapshot: Snapshot, ids: Sequence[str]) -> AsyncIterator[Sequence[Row]]:
    """Yield the runs of the ids, page by page."""
    for start in range(0, len(ids), _RUNS.page):
        runs = await snapshot.find(Run, [(run_id,) for run_id in ids[start : start + _RUNS.page]])
        yield sorted(runs, key=lambda run: run["id"])


async def _with_totals(
    snapshot: Snapshot, pages: AsyncIterator[Sequence[Row]]
) -> AsyncIterator[tuple[Row, Row | None]]:
    async for runs in pages:
        found = await snapshot.find(Totals, [(run["incarnation"],) for run in runs])
        totals = {row["owner"]: row for row in found}
        for run in runs:
            yield run, totals.get(run["incarnation"])


async def _records(snapshot: Snapshot, totals: Row | None) -> AsyncIterator[bytes]:
    if totals is None:
        return
    for kind, scan in OWNED_SCANS.items():
        if _may_have(kind, totals):
            # Results of former generations are deleted, though the sweeper may not have removed them yet.
            first = scan.before(owner=totals["owner"], generation=totals["generation"])
            async for row in SnapshotReader(snapshot, scan, first, within=True):
                yield record_line(kind, row)


def _may_have(kind: type, totals: Row) -> bool:
    if kind in (Result, Item, ResultScore):
        return bool(totals["result_count"])
    if kind is Event:
        return bool(totals["event_seq"] > totals["event_floor"])
    counted = {Cell: "cell_count", Document: "document_count"}
    return kind not in counted or bool(totals[counted[kind]])
