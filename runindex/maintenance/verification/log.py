"""Checks of the change log: no gaps above the floor, continuous versions of each run, and agreement with the runs."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from runindex.domain.errors import CorruptStoreError
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.maintenance.verification.instants import check_state
from runindex.ports.maintenance import Scan, Snapshot
from runindex.ports.queries import RUN_COLUMNS, Row

_LOG: Final = Scan(Change, ("seq",), 2000, frozenset())
_HISTORIES: Final = Scan(Change, ("id", "incarnation", "version"), 50)
_RUNS: Final = Scan(Run, ("id",), 50)


async def check_log(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield the gaps above the floor, and a wrong head or floor."""
    try:
        state, last = await snapshot.log_state(), 0
    except CorruptStoreError as fault:
        yield fault.message
        return
    async for row in SnapshotReader(snapshot, _LOG, progress=progress):
        if row["seq"] == state.floor:
            yield f"log: compacted up to entry {state.floor}, which is there"
        first = max(last, state.floor) + 1
        if row["seq"] > first:
            yield f"log: {_entries(first, row['seq'] - 1)} missing"
        last = row["seq"]
    if last != state.head:
        yield f"log: ends with entry {last} instead of {state.head}"
    if not 0 <= state.floor <= state.head:
        yield f"log: compacted up to entry {state.floor}, outside of it"


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


async def check_histories(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield gaps in the versions of a run, and newest entries that differ from their run."""
    entries, runs = SnapshotReader(snapshot, _HISTORIES, progress=progress), SnapshotReader(snapshot, _RUNS)
    while True:
        entry, run = await entries.peek(), await runs.peek()
        ids = [row["id"] for row in (entry, run) if row is not None]
        if not ids:
            return
        present = await runs.take() if run is not None and run["id"] == min(ids) else None
        last = None
        async for row in entries.group(min(ids)):
            fault = _break_between(last, row)
            if fault is not None:
                yield f"run {row['id']}: {fault}"
            is_next = last is not None and last["incarnation"] == row["incarnation"]
            for fall in check_state(row, last if is_next else None):
                yield f"run {row['id']}: {fall}"
            last = row
        fault = _disagreement(last, present)
        if fault is not None:
            yield f"run {min(ids)}: {fault}"


def _break_between(last: Row | None, row: Row) -> str | None:
    # The first entries may be missing: compacted here, or in the index that they were imported from.
    if last is None or last["incarnation"] != row["incarnation"]:
        return None
    if row["version"] != last["version"] + 1:
        return f"its log goes from version {last['version']} to {row['version']}"
    return None if row["seq"] > last["seq"] else f"version {row['version']} comes before its predecessor in the log"


def _disagreement(last: Row | None, present: Row | None) -> str | None:
    """Return how the newest entry of an id and its present run disagree, None if they do not."""
    is_deleted = last is None or last["kind"] == RunChangeKind.DELETED
    if present is None:
        return None if is_deleted else "the log does not say that it was deleted"
    if last is None or is_deleted or last["incarnation"] != present["incarnation"]:
        return "the log does not say that it was created"
    different = [name for name in RUN_COLUMNS if last[name] != present[name]]
    return f"not as its newest entry in the log has it: {', '.join(different)}" if different else None
