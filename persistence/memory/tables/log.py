"""The change log."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from runindex.domain.instants import Micros
from runindex.domain.runs.changes import Change, RunChangeKind


class ChangeLog:
    """All entries in order, and those of each run that exists."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Change] = []
        self._histories: dict[str, list[Change]] = {}
        self.floor = 0

    @property
    def head(self) -> int:
        """Return the last sequence number, 0 before the first."""
        return self._entries[-1].seq if self._entries else 0

    def append(self, entries: Iterable[Change]) -> None:
        """Add entries at the end."""
        for entry in entries:
            self._entries.append(entry)
            if entry.kind is RunChangeKind.CREATED:
                self._histories[entry.run.id] = []
            if entry.kind is RunChangeKind.DELETED:
                del self._histories[entry.run.id]
            else:
                self._histories[entry.run.id].append(entry)

    def after(self, seq: int, limit: int) -> list[Change]:
        """Return the next entries after a sequence number."""
        start = bisect_right(self._entries, seq, key=_seq)
        return self._entries[start : start + limit]

    def history_of(self, run_id: str) -> Sequence[Change]:
        """Return the entries of a run's present incarnation, none when it does not exist."""
        return self._histories.get(run_id, ())

    def find_as_of(self, run_id: str, at: Micros) -> Change | None:
        """Return the newest entry of a run that is not younger than `at`."""
        history = reversed(self.history_of(run_id))
        return next((entry for entry in history if entry.run.updated_at <= at), None)

    def entries(self) -> list[Change]:
        """Return all entries as they are now, oldest first."""
        return self._entries[:]

    def remove(self, run_id: str, seqs: Sequence[int]) -> int:
        """Remove entries of a run that exists; return how many there were."""
        gone = frozenset(seqs)
        history = self._histories[run_id]
        kept = [entry for entry in history if entry.seq not in gone]
        removed = len(history) - len(kept)
        if removed:
            self._histories[run_id] = kept
            start = bisect_right(self._entries, min(gone) - 1, key=_seq)
            self._entries[start:] = [entry for entry in self._entries[start:] if entry.seq not in gone]
            self.floor = max(self.floor, *gone)
        return removed

    def restore(self, entries: Iterable[Change], present: Mapping[str, int], floor: int) -> None:
        """Add entries anywhere; `present` are the incarnations, by id, of the runs that exist afterwards."""
        self._entries = sorted([*self._entries, *entries], key=_seq)
        self.floor = floor
        self._histories = {run_id: [] for run_id in present}
        for entry in self._entries:
            if present.get(entry.run.id) == entry.run.incarnation:
                self._histories[entry.run.id].append(entry)

    def forget(self, run_id: str) -> None:
        """Remove the entries of a run's present incarnation without a trace."""
        history = frozenset(entry.seq for entry in self._histories.pop(run_id))
        self._entries = [entry for entry in self._entries if entry.seq not in history]


def _seq(entry: Change) -> int:
    return entry.seq
