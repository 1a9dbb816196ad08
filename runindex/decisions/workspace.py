"""The workspace of a batch: the rows that it read under lock, and its changes to them.

A storage fills a workspace, decisions change it, the storage writes the changes. So each rule is written once, in
Python, and storages only read and write rows.
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from runindex.domain.idempotency import KeptAnswer, KeyScope
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.jobs import Job
from runindex.domain.records.record import Record
from runindex.domain.records.results import Result
from runindex.domain.records.runtimes import RuntimeInput
from runindex.domain.records.totals import ALL_GENERATIONS, Tombstone, Totals
from runindex.domain.runs.changes import Change, Former, RunChangeKind
from runindex.domain.runs.run import Run

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


class Records(Generic[K, V]):
    """Rows of one kind by key: those read, overlaid by those put or removed."""

    def __init__(self, read: Mapping[K, V]) -> None:
        """Start with the rows read."""
        self._read = read
        self._written: dict[K, V | None] = {}
        self._journal: list[tuple[K, bool, V | None]] = []

    def get(self, key: K) -> V | None:
        """Return the present row, None when there is none."""
        if key in self._written:
            return self._written[key]
        return self._read.get(key)

    def get_written(self, key: K) -> V | None:
        """Return the row that was put, None when it was removed or is as it was read."""
        return self._written.get(key)

    def put(self, key: K, row: V) -> None:
        """Insert or replace a row."""
        self._write(key, row)

    def remove(self, key: K) -> None:
        """Delete a row."""
        self._write(key, None)

    def written(self) -> Iterator[tuple[K, V | None, V | None]]:
        """Yield (key, row as read, present row) of each row written; None is no row."""
        for key, row in self._written.items():
            yield key, self._read.get(key), row

    def checkpoint(self) -> None:
        """Keep all writes so far from later calls of `undo`."""
        self._journal.clear()

    def undo(self) -> None:
        """Revert all writes since the last checkpoint."""
        for key, was_written, row in reversed(self._journal):
            if was_written:
                self._written[key] = row
            else:
                del self._written[key]
        self._journal.clear()

    def _write(self, key: K, row: V | None) -> None:
        self._journal.append((key, key in self._written, self._written.get(key)))
        self._written[key] = row


@dataclass(slots=True)
class Counters:
    """The changes of a batch to the stored counts of runs."""

    by_status: dict[RunStatus, int] = field(default_factory=dict)
    by_tag: dict[str, int] = field(default_factory=dict)


class Workspace:
    """One batch's rows. `head` is the log's last sequence number."""

    def __init__(  # noqa: PLR0913 - one argument for each kind of thing read
        self,
        *,
        now: Micros,
        head: int,
        runs: Mapping[str, Run],
        kept: Mapping[KeyScope, KeptAnswer],
        selections: Mapping[int, Sequence[str]] | None = None,
        looping: Container[tuple[str, str]] = frozenset(),
        records: Mapping[type, Mapping[Any, Any]] | None = None,
        taken: Mapping[str, bool] | None = None,
        results: Mapping[str, Result] | None = None,
        due_jobs: Mapping[str, Sequence[Job]] | None = None,
        later: Mapping[int, Micros] | None = None,
    ) -> None:
        """Take the rows read: runs under lock, stored replies, and the ids that filters select, by command position.

        `looping` has each (id, parent) of runs to be created that would close a circle; `records` has what the commands
        need, by kind and key; `taken` and `results` have those of the requested ids that other nodes, or results, have;
        `due_jobs` are by queue, in the order of their rank; `later` has by owner the latest instant of a run's records,
        where it is behind `now` and the run's totals are not among `records`.
        """
        self.now = now
        self.runs: Records[str, Run] = Records(runs)
        self.kept: Records[KeyScope, KeptAnswer] = Records(kept)
        self.changes: list[Change] = []
        self.selections = selections or {}
        self.looping = looping
        self.taken: Records[str, bool] = Records(taken or {})
        self.results: Records[str, Result] = Records(results or {})
        # Runtimes that the batch deleted: their stored inputs go, none of which needs to have been read.
        self.dropped: Records[str, bool] = Records({})
        self.due_jobs = due_jobs or {}
        self._later = later or {}
        self._read = records or {}
        self._records: dict[type, Records[Any, Any]] = {}
        self._head = head
        self._changes_kept = 0

    def records(self, kind: type[R]) -> Records[tuple[Any, ...], R]:
        """Return the records of one kind, by primary key."""
        if kind not in self._records:
            self._records[kind] = Records(self._read.get(kind, {}))
        return self._records[kind]

    def save(self, record: Record) -> None:
        """Insert or replace a record."""
        self.records(type(record)).put(record.key, record)

    def find_input(self, runtime_id: str, input_id: str) -> RuntimeInput | None:
        """Return an input of a runtime, None when there is none."""
        inputs, key = self.records(RuntimeInput), (runtime_id, input_id)
        return inputs.get_written(key) if self.dropped.get(runtime_id) else inputs.get(key)

    def drop_inputs(self, runtime_id: str) -> None:
        """Delete all inputs of a runtime."""
        inputs = self.records(RuntimeInput)
        for key, _, row in list(inputs.written()):
            if row is not None and row.runtime_id == runtime_id:
                inputs.remove(key)
        self.dropped.put(runtime_id, True)  # noqa: FBT003 - the row of a set

    @property
    def dropped_runtimes(self) -> Collection[str]:
        """Return the runtimes whose inputs were deleted."""
        return {runtime_id for runtime_id, _, dropped in self.dropped.written() if dropped}

    def totals(self, run: Run) -> Totals:
        """Return the counts of a run's records."""
        return self.records(Totals).get((run.incarnation,)) or Totals(run.incarnation, run.id)

    def instant(self, run: Run) -> Micros:
        """Return the instant of whatever happens to a run now: the clock's, but never before the run's last one."""
        totals = self.records(Totals).get((run.incarnation,))
        of_records = self._later.get(run.incarnation) if totals is None else totals.last_at
        return max(self.now, run.updated_at, self.now if of_records is None else of_records)

    def is_taken(self, node_id: str) -> bool:
        """Tell whether a node has the id, which must be one that a command of the batch requests."""
        if self.runs.get(node_id) is not None or self.taken.get(node_id):
            return True
        result = self.results.get(node_id)
        return result is not None and not self._is_deleted(result)

    def _is_deleted(self, result: Result) -> bool:
        """Tell whether the batch deleted the result."""
        tombstones = self.records(Tombstone)
        return any(tombstones.get((result.owner, which)) for which in (result.generation, ALL_GENERATIONS))

    @property
    def written_records(self) -> Mapping[type, Records[Any, Any]]:
        """Return the records by kind, of the kinds that decisions used."""
        return self._records

    @property
    def next_seq(self) -> int:
        """Return the sequence number that the next change will have."""
        return self._head + len(self.changes) + 1

    @property
    def head(self) -> int:
        """Return the log's last sequence number, with this batch's changes."""
        return self._head + len(self.changes)

    def record(
        self,
        kind: RunChangeKind,
        run: Run,
        former: Former | None,
        *,
        reason: str | None,
        actor: str | None,
    ) -> int:
        """Add an entry to the log and return its sequence number."""
        seq = self.next_seq
        self.changes.append(Change(seq, kind, run, former, reason, actor))
        return seq

    def checkpoint(self) -> None:
        """Keep everything so far from later calls of `undo`."""
        for records in self._all():
            records.checkpoint()
        self._changes_kept = len(self.changes)

    def undo(self) -> None:
        """Revert everything since the last checkpoint."""
        for records in self._all():
            records.undo()
        del self.changes[self._changes_kept :]

    def _all(self) -> Iterator[Records[Any, Any]]:
        yield from (self.runs, self.kept, self.taken, self.results, self.dropped)
        yield from self._records.values()

    def counters(self) -> Counters:
        """Return the batch's change of each count; zeros are left out."""
        counters = Counters()
        for _, before, after in self.runs.written():
            for run, step in ((before, -1), (after, 1)):
                if run is not None:
                    _count(counters, run, step)
        counters.by_status = {status: step for status, step in counters.by_status.items() if step}
        counters.by_tag = {tag: step for tag, step in counters.by_tag.items() if step}
        return counters


def _count(counters: Counters, run: Run, step: int) -> None:
    counters.by_status[run.status] = counters.by_status.get(run.status, 0) + step
    if run.status is not RunStatus.ARCHIVED:
        for tag in run.tags:
            counters.by_tag[tag] = counters.by_tag.get(tag, 0) + step
