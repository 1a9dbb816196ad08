"""What a batch of commands sees and leaves behind: the rows it read under lock, and what it makes of them.

A storage fills a workspace, the decisions work on it, the storage writes what changed. So every rule is written once,
in Python, and a storage only reads rows and writes rows.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from runindex.domain.changes import Change, Former, RunChangeKind
from runindex.domain.idempotency import KeptAnswer, KeyScope
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs import Run

K = TypeVar("K")
V = TypeVar("V")


class Records(Generic[K, V]):
    """Rows of one kind by key: those that were read, overlaid by those that were put or removed."""

    def __init__(self, read: Mapping[K, V]) -> None:
        """Start from what was read."""
        self._read = read
        self._written: dict[K, V | None] = {}
        self._journal: list[tuple[K, bool, V | None]] = []

    def get(self, key: K) -> V | None:
        """Return the row as it now is, None when there is none."""
        if key in self._written:
            return self._written[key]
        return self._read.get(key)

    def put(self, key: K, row: V) -> None:
        """Insert or replace a row."""
        self._write(key, row)

    def remove(self, key: K) -> None:
        """Delete a row."""
        self._write(key, None)

    def written(self) -> Iterator[tuple[K, V | None, V | None]]:
        """Yield (key, row as read, row as it now is) of each row written; None stands for no row."""
        for key, row in self._written.items():
            yield key, self._read.get(key), row

    def checkpoint(self) -> None:
        """Make what was written so far stay, whatever `undo` takes back later."""
        self._journal.clear()

    def undo(self) -> None:
        """Take back all writes since the last checkpoint."""
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
    """By how much a batch moves the counts that queries read instead of counting."""

    by_status: dict[RunStatus, int] = field(default_factory=dict)
    by_tag: dict[str, int] = field(default_factory=dict)


class Workspace:
    """One batch's view of the storage. `head` is the log's last sequence number before the batch."""

    def __init__(  # noqa: PLR0913 - one argument for each kind of thing read
        self,
        *,
        now: Micros,
        head: int,
        runs: Mapping[str, Run],
        kept: Mapping[KeyScope, KeptAnswer],
        selections: Mapping[int, Sequence[str]] | None = None,
        looping: Container[tuple[str, str]] = frozenset(),
    ) -> None:
        """Take what was read: runs under lock, kept answers, runs selected by filter for the command at an index.

        `looping` holds each (id, parent) of runs to be created whose creation would close a circle.
        """
        self.now = now
        self.runs: Records[str, Run] = Records(runs)
        self.kept: Records[KeyScope, KeptAnswer] = Records(kept)
        self.changes: list[Change] = []
        self.selections = selections or {}
        self.looping = looping
        self._head = head
        self._changes_kept = 0

    @property
    def next_seq(self) -> int:
        """Return the sequence number that the next change will have."""
        return self._head + len(self.changes) + 1

    @property
    def head(self) -> int:
        """Return the log's last sequence number with this batch's changes."""
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
        """Make what was done so far stay."""
        self.runs.checkpoint()
        self.kept.checkpoint()
        self._changes_kept = len(self.changes)

    def undo(self) -> None:
        """Take back everything since the last checkpoint."""
        self.runs.undo()
        self.kept.undo()
        del self.changes[self._changes_kept :]

    def counters(self) -> Counters:
        """Return by how much the batch moves each count; zeros are left out."""
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
