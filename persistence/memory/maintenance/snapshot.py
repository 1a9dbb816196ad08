"""A store in memory as it was at one moment."""

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final

from persistence.memory.reads.selection import predicate_on
from persistence.memory.tables.log import ChangeLog
from persistence.memory.tables.records import RecordTables
from persistence.memory.tables.runs import RunTable
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.totals import Tombstone
from runindex.domain.runs.changes import Change
from runindex.domain.runs.derived import RunTag, RunTexts, StatusCount, TagCount, texts_of
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.ports.change_rows import row_of_change
from runindex.ports.maintenance import Key, Scan
from runindex.ports.queries import Columns, Row
from runindex.ports.rows import record_row, row_of
from runindex.ports.store import LogState

Record = Any
_IN_A_CHANGE: Final = {"id": "run.id", "incarnation": "run.incarnation", "version": "run.version"}
_FIRST: Final = itemgetter(0)


class MemorySnapshot:
    """Copies of all tables. Records are immutable, so that a copy is a list of them."""

    def __init__(self, state: LogState, runs: RunTable, log: ChangeLog, records: RecordTables) -> None:
        """Copy the tables, without an await in between."""
        self._state = state
        self._runs = runs
        self._kept: dict[type, list[Record]] = {
            Run: runs.oldest_first(),
            Change: log.entries(),
            RunTag: [RunTag(tag, run.created_at, run.id) for run in runs.by_id.values() for tag in run.tags],
            StatusCount: [StatusCount(status.value, runs.status_counts[status]) for status in RunStatus],
            TagCount: [TagCount(tag, n) for tag, n in runs.tags.starting_with("")],
            Tombstone: [],
            **{kind: list(table.values()) for kind, table in records.by_kind.items()},
        }
        self._ordered: dict[tuple[type, tuple[str, ...]], tuple[list[Key], list[Record]]] = {}
        self._by_key: dict[type, dict[Key, Record]] = {}

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor."""
        return self._state

    async def read(self, scan: Scan, after: Key | None = None, *, within: bool = False) -> Sequence[Row]:
        """Return the next rows after a position."""
        keys, records = self._in_order(scan)
        start = 0 if after is None else bisect_right(keys, after)
        end = start + scan.page
        if within and after is not None:
            end = min(end, bisect_right(keys, after[0], key=_FIRST))
        return [_row(record) for record in records[start:end]]

    async def list_ids(self, run_filter: RunFilter) -> Sequence[str]:
        """Return the ids of all runs that a filter matches, in order."""
        return sorted(run.id for run in filter(predicate_on(self._runs, run_filter), self._kept[Run]))

    async def find(self, kind: type, keys: Sequence[Key], columns: Columns | None = None) -> Sequence[Row]:
        """Return the rows that exist under those primary keys."""
        del columns
        if kind not in self._by_key:
            self._by_key[kind] = {(record.id,) if kind is Run else record.key: record for record in self._kept[kind]}
        found = (self._by_key[kind].get(key) for key in keys)
        return [_row(record) for record in found if record is not None]

    async def find_cycle(self) -> str | None:
        """Return the id of a run that is its own ancestor, None when there is none."""
        return cycle_among({run.id: run.parent_id for run in self._kept[Run]})

    def _in_order(self, scan: Scan) -> tuple[list[Key], list[Record]]:
        ordered = self._ordered.get((scan.kind, scan.order))
        if ordered is None:
            names = [_IN_A_CHANGE.get(name, name) if scan.kind is Change else name for name in scan.order]
            key_of = attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)
            # A store in memory derives a run's texts on demand.
            kept = map(texts_of, self._kept[Run]) if scan.kind is RunTexts else self._kept[scan.kind]
            records = sorted(kept, key=key_of)
            ordered = list(map(key_of, records)), records
            self._ordered[scan.kind, scan.order] = ordered
        return ordered


def _row(record: Record) -> Row:
    if isinstance(record, Run):
        return row_of(record)
    if isinstance(record, Change):
        return row_of_change(record)
    return record_row(record)


def cycle_among(parents: Mapping[str, str | None]) -> str | None:
    """Return an id that is its own ancestor, None when there is none."""
    cleared: set[str] = set()
    for start in parents:
        path = _path_up(start, parents, cleared)
        if path and parents.get(path[-1]) in path:
            return path[-1]
        cleared.update(path)
    return None


def _path_up(start: str, parents: Mapping[str, str | None], cleared: Container[str]) -> list[str]:
    path: dict[str, None] = {}
    current: str | None = start
    while current is not None and current in parents and current not in path and current not in cleared:
        path[current] = None
        current = parents[current]
    return list(path)
