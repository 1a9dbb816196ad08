"""The change log."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from runindex.domain.changes import Change, RunChangeKind
from runindex.domain.instants import SECOND, Micros
from runindex.domain.retention import RetentionKind


class ChangeLog:
    """All entries in order, and those of each run that exists."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Change] = []
        self._histories: dict[str, list[Change]] = {}

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
        """Return the next entries behind a sequence number."""
        start = bisect_right(self._entries, seq, key=_seq)
        return self._entries[start : start + limit]

    def history_of(self, run_id: str) -> Sequence[Change]:
        """Return the entries of a run's present incarnation, none when it does not exist."""
        return self._histories.get(run_id, ())

    def find_as_of(self, run_id: str, at: Micros) -> Change | None:
        """Return the newest entry of a run that is not younger than `at`."""
        history = reversed(self.history_of(run_id))
        return next((entry for entry in history if entry.run.updated_at <= at), None)

    def removable_of(self, run_id: str, now: Micros) -> int:
        """Return how many of a run's entries its retention gives up; the newest is always kept."""
        history = self.history_of(run_id)
        retention = history[-1].run.retention
        value = retention.value or 0
        match retention.kind:
            case RetentionKind.KEEP_ALL:
                return 0
            case RetentionKind.KEEP_LATEST:
                return max(0, len(history) - value)
            case RetentionKind.KEEP_DURATION:
                return sum(entry.run.updated_at <= now - value * SECOND for entry in history[:-1])


def _seq(entry: Change) -> int:
    return entry.seq
