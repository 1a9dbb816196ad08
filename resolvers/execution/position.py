"""The position of a stream, shared by the resolver that yields and the sender."""

from collections.abc import Callable
from dataclasses import dataclass, field

from runindex.streams.refresh import RefreshRequests


def _never() -> bool:
    return False


def _not_told(cursor: str) -> None:
    del cursor


@dataclass(slots=True)
class LosslessPosition:
    """A position in the change log, or among the results or events of a run.

    A stream begins behind `start`, if that is given, whatever the operation asks for; else behind `last_event_id`, the
    cursor by which a browser resumes. `position` is that of the item yielded last, and `cursor` its cursor;
    `is_bookmark` tells whether the item is a bookmark; everything up to `complete` was yielded. A stream that has
    caught up ends if `may_end` says so. `begin` is told the cursor at which a stream begins that yields none there.
    """

    start: int | None = None
    last_event_id: str | None = None
    may_end: Callable[[], bool] = _never
    begin: Callable[[str], None] = _not_told
    position: int = 0
    cursor: str = ""
    complete: int = 0
    is_bookmark: bool = False
    has_ended: bool = False

    @property
    def goes_on(self) -> bool:
        """Tell whether the stream continues another one."""
        return self.start is not None

    def after(self, argument: str | None) -> tuple[str | None, str]:
        """Return the cursor that a client gave to start behind, and the name of what gave it."""
        return (argument, "after") if self.last_event_id is None else (self.last_event_id, "Last-Event-ID")

    def advance(self, position: int, cursor: str) -> None:
        """Set the position of the next item."""
        self.position, self.cursor, self.is_bookmark = position, cursor, False

    def reach(self, position: int) -> None:
        """Set the position up to which everything was yielded; a bookmark of it may be next."""
        self.position, self.complete, self.is_bookmark = position, position, True

    def end(self, position: int) -> bool:
        """Set the position up to which everything known was yielded, and tell whether the stream ends there."""
        self.complete = position
        self.has_ended = self.may_end()
        return self.has_ended


@dataclass(slots=True)
class StreamPosition:
    """The position of a stream in a history: `lossless` for streams of items, `refreshes` for those of states.

    `history` names what positions and states belong to: the log's epoch, or the run. `is_shared` tells that the stream
    serves several subscribers.
    """

    history: str = ""
    is_shared: bool = False
    lossless: LosslessPosition = field(default_factory=LosslessPosition)
    refreshes: RefreshRequests = field(default_factory=RefreshRequests)
