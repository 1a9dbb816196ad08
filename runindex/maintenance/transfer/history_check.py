"""Checks the log entries of an export against each other, and against the runs that they lead to."""

from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run
from runindex.maintenance.transfer.lines import fault


class HistoryCheck:
    """Takes runs and entries in the order of the file; the entries of an incarnation follow each other without a gap.

    Its first entries may be missing, for compaction removes them. The last is its deletion, or has the run as it is.
    """

    def __init__(self) -> None:
        """Start before the first line."""
        self._run: Run | None = None
        self._run_line = 0
        self._last: Change | None = None
        self._last_line = 0

    def add_run(self, run: Run, line: int) -> None:
        """Take a run, whose entries come next; raise BadRequestError as `finish` does for the run before it."""
        self.finish()
        self._run, self._run_line = run, line

    def add_entry(self, entry: Change, line: int) -> None:
        """Take an entry; raise BadRequestError when it does not follow the one before it."""
        last = self._last
        if last is None or _incarnation(last.run) != _incarnation(entry.run):
            self._finish_incarnation()
        elif entry.run.version != last.run.version + 1 or entry.seq <= last.seq or _is_deletion(last):
            raise fault(line, f"run {entry.run.id}: its entries in the log do not follow one another")
        self._last, self._last_line = entry, line

    def finish(self) -> None:
        """End the run's entries; raise BadRequestError when there were none, or the last is not the run as it is."""
        self._finish_incarnation()
        if self._run is not None:
            raise fault(self._run_line, f"run {self._run.id} has no entry in the log")

    def _finish_incarnation(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return
        if self._run is not None and _incarnation(last.run) == _incarnation(self._run):
            if _is_deletion(last) or last.run != self._run:
                raise fault(self._run_line, f"run {self._run.id} is not as its newest entry in the log has it")
            self._run = None
        elif not _is_deletion(last):
            raise fault(self._last_line, f"run {last.run.id}: the log does not say that it was deleted")


def _incarnation(run: Run) -> tuple[str, int]:
    return run.id, run.incarnation


def _is_deletion(entry: Change) -> bool:
    return entry.kind is RunChangeKind.DELETED
