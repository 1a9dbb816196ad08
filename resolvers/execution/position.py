"""Where a stream stands, told between the resolver that yields and whoever sends."""

from collections.abc import Callable
from dataclasses import dataclass, field

from runindex.streams.refresh import RefreshRequests


def _never() -> bool:
    return False


@dataclass(slots=True)
class StreamPosition:
    """A place in the change log, or among the results or events of a run.

    `history` names that of which positions or states are: the log's epoch, or the run. A stream begins behind `start`,
    if that is given, whatever the operation asks for. `position` is that of what was yielded last, `is_bookmark` tells
    whether it is a bookmark; up to `complete` everything was yielded. A stream that has caught up may end if `may_end`
    says so. `is_shared` tells that it is nobody's own. A stream of the newest state has no positions but `looks`.
    """

    history: str = ""
    start: int | None = None
    may_end: Callable[[], bool] = _never
    position: int = 0
    complete: int = 0
    is_bookmark: bool = False
    has_ended: bool = False
    is_shared: bool = False
    looks: RefreshRequests = field(default_factory=RefreshRequests)

    @property
    def goes_on(self) -> bool:
        """Tell whether the stream began elsewhere."""
        return self.start is not None

    def pass_by(self, position: int) -> None:
        """Say of what position the next item is."""
        self.position, self.is_bookmark = position, False

    def reach(self, position: int) -> None:
        """Say up to where everything was yielded; a bookmark of that may be next."""
        self.position, self.complete, self.is_bookmark = position, position, True

    def end(self, position: int) -> bool:
        """Say up to where everything was yielded that is known, and tell whether the stream ends there."""
        self.complete = position
        self.has_ended = self.may_end()
        return self.has_ended
