"""The entries of the log as a file has them, held against each other and against the runs that they lead to."""

from runindex.domain.errors import BadRequestError
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.run import Run


class Histories:
    """Takes runs and entries in the order of the file; each life's entries follow one another without a gap.

    A life may begin late, for its beginning was compacted. It ends with its deletion, or with the run as it is.
    """

    def __init__(self) -> None:
        """Start before the first line."""
        self._run: Run | None = None
        self._last: Change | None = None

    def begin(self, run: Run) -> None:
        """Take a run; its entries follow."""
        self.end()
        self._run = run

    def take(self, entry: Change) -> None:
        """Take an entry; raise BadRequestError when it does not follow the one before it."""
        last = self._last
        if last is None or _life(last.run) != _life(entry.run):
            self._end_life()
        elif entry.run.version != last.run.version + 1 or entry.seq <= last.seq or _is_end(last):
            raise BadRequestError(f"run {entry.run.id}: its entries in the log do not follow one another")
        self._last = entry

    def end(self) -> None:
        """Say that no more entries come of the run; raise BadRequestError when it had none, or ends otherwise."""
        self._end_life()
        if self._run is not None:
            raise BadRequestError(f"run {self._run.id} has no entry in the log")

    def _end_life(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return
        if self._run is not None and _life(last.run) == _life(self._run):
            if _is_end(last) or last.run != self._run:
                raise BadRequestError(f"run {self._run.id} is not as its newest entry in the log has it")
            self._run = None
        elif not _is_end(last):
            raise BadRequestError(f"run {last.run.id}: the log does not say that it was deleted")


def _life(run: Run) -> tuple[str, int]:
    return run.id, run.incarnation


def _is_end(entry: Change) -> bool:
    return entry.kind is RunChangeKind.DELETED
