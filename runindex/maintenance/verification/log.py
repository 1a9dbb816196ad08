"""The change log: without gaps but for what compaction removed, continuous for each run, and at one with the runs."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from runindex.domain.errors import CorruptStoreError
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.maintenance import Scan, Snapshot
from runindex.ports.queries import RUN_COLUMNS, Row

_LOG: Final = Scan(Change, ("seq",), 2000, frozenset())
_HISTORIES: Final = Scan(Change, ("id", "incarnation", "version"), 50)
_RUNS: Final = Scan(Run, ("id",), 50)


async def check_log(snapshot: Snapshot, seen: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield the gaps above the floor, and whether the head is right."""
    try:
        state, last = await snapshot.log_state(), 0
    except CorruptStoreError as fault:
        yield fault.message
        return
    async for row in SnapshotReader(snapshot, _LOG, seen=seen):
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


async def check_histories(snapshot: Snapshot, seen: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield where a run's versions are not continuous, or its newest entry is not the run as it is."""
    entries, runs = SnapshotReader(snapshot, _HISTORIES, seen=seen), SnapshotReader(snapshot, _RUNS)
    while True:
        entry, run = await entries.head(), await runs.head()
        ids = [row["id"] for row in (entry, run) if row is not None]
        if not ids:
            return
        present = await runs.take() if run is not None and run["id"] == min(ids) else None
        last = None
        async for row in entries.group(min(ids)):
            fault = _break_between(last, row)
            if fault is not None:
                yield f"run {row['id']}: {fault}"
            last = row
        fault = _end(last, present)
        if fault is not None:
            yield f"run {min(ids)}: {fault}"


def _break_between(last: Row | None, row: Row) -> str | None:
    # A history may begin late: its beginning was compacted, here or where it came from.
    if last is None or last["incarnation"] != row["incarnation"]:
        return None
    if row["version"] != last["version"] + 1:
        return f"its log goes from version {last['version']} to {row['version']}"
    return None if row["seq"] > last["seq"] else f"version {row['version']} comes before its predecessor in the log"


def _end(last: Row | None, present: Row | None) -> str | None:
    """Say what is wrong between the last entry of an id and the run that has it now."""
    is_deleted = last is None or last["kind"] == RunChangeKind.DELETED
    if present is None:
        return None if is_deleted else "the log does not say that it was deleted"
    if last is None or is_deleted or last["incarnation"] != present["incarnation"]:
        return "the log does not say that it was created"
    different = [name for name in RUN_COLUMNS if last[name] != present[name]]
    return f"not as its newest entry in the log has it: {', '.join(different)}" if different else None
