"""Inserts rows into a store in memory as they are, all of them or none."""

from collections.abc import Sequence
from typing import Any

from persistence.memory.maintenance.snapshot import MemorySnapshot, cycle_among
from persistence.memory.tables.log import ChangeLog
from persistence.memory.tables.records import RecordTables
from persistence.memory.tables.runs import RunTable
from runindex.decisions.workspace import Workspace
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.runs.changes import Change
from runindex.domain.runs.run import Run
from runindex.ports.maintenance import Key, Restored
from runindex.ports.queries import Columns, Row
from runindex.ports.rows import record_row, row_of
from runindex.ports.store import LogState


class MemoryRestoration(MemorySnapshot):
    """Gathers rows in a workspace; `commit` writes them."""

    def __init__(self, state: LogState, runs: RunTable, log: ChangeLog, records: RecordTables) -> None:
        """Start from the store's tables; no other writer may run until the end."""
        super().__init__(state, runs, log, records)
        self._log = log
        self._records = records
        self._workspace = Workspace(now=0, head=state.head, runs=runs.by_id, kept={}, records=records.by_kind)
        self._changes: list[Change] = []
        self._ids: set[str] = set()
        self._seqs = {change.seq for change in log.entries()}
        self._floor = state.floor
        self._forgets_default = False

    async def find(self, kind: type, keys: Sequence[Key], columns: Columns | None = None) -> Sequence[Row]:
        """Return the rows that exist under those primary keys."""
        del columns
        if kind is Run:
            runs = (self._workspace.runs.get(run_id) for (run_id,) in keys)
            return [row_of(run) for run in runs if run is not None]
        records: Sequence[Any] = [self._workspace.records(kind).get(key) for key in keys]
        return [record_row(record) for record in records if record is not None]

    async def find_taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Return the ids that plans, jobs or results have."""
        return frozenset(node_id for node_id in ids if node_id in self._ids or self._records.is_taken(node_id))

    async def drop_default_run(self, *, with_log: bool) -> None:
        """Remove the default run and, `with_log`, its log entries."""
        self._workspace.runs.remove(DEFAULT_RUN)
        self._kept[Run] = [run for run in self._kept[Run] if run.id != DEFAULT_RUN]
        self._forgets_default = with_log
        if with_log:
            self._kept[Change] = [change for change in self._kept[Change] if change.run.id != DEFAULT_RUN]
            self._seqs -= {change.seq for change in self._log.history_of(DEFAULT_RUN)}

    async def write(self, rows: Restored) -> None:
        """Gather rows."""
        for run in rows.runs:
            _check_absent(self._workspace.runs.get(run.id))
            self._workspace.runs.put(run.id, run)
        for record in rows.records:
            _check_absent(self._workspace.records(type(record)).get(record.key))
            self._workspace.save(record)
            if (node_id := getattr(record, "id", None)) is not None:
                self._ids.add(node_id)
        for change in rows.changes:
            _check_absent(change.seq if change.seq in self._seqs else None)
            self._seqs.add(change.seq)
        self._changes += rows.changes
        self._show(rows)
        self._workspace.checkpoint()

    def _show(self, rows: Restored) -> None:
        """Make the rows visible to reads."""
        self._kept[Run] += rows.runs
        self._kept[Change] += rows.changes
        for record in rows.records:
            self._kept[type(record)].append(record)
        self._ordered.clear()

    async def set_log(self, head: int, floor: int) -> None:
        """Set the floor up to which compaction removed entries; the head follows from the entries."""
        del head
        self._floor = floor

    async def find_cycle(self) -> str | None:
        """Return the id of a run that is its own ancestor, None when there is none."""
        written = {run_id: run for run_id, _, run in self._workspace.runs.written()}
        runs = {**self._runs.by_id, **written}
        return cycle_among({run_id: run.parent_id for run_id, run in runs.items() if run is not None})

    def commit(self) -> None:
        """Write the gathered rows."""
        workspace = self._workspace
        if self._forgets_default:
            self._log.forget(DEFAULT_RUN)
        self._runs.write(workspace.runs, workspace.counters())
        self._records.write(workspace.written_records)
        present = {run.id: run.incarnation for run in self._runs.by_id.values()}
        self._log.restore(self._changes, present, self._floor)


def _check_absent(found: object) -> None:
    if found is not None:
        raise BadRequestError("something comes twice")
