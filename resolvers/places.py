"""Where a stream of changes stands, told between the resolver that yields and whoever sends."""

from collections.abc import Callable
from dataclasses import dataclass


def _never(position: int) -> bool:
    del position
    return False


@dataclass(slots=True)
class Place:
    """A place in the log.

    `position` and `epoch` are of what was yielded last, `is_bookmark` tells whether that is a bookmark; up to
    `complete` everything was yielded. A stream is begun at `cursor`, if there is one, whatever the operation asks for,
    and may end where `may_end` says so; `has_ended` tells that it did.
    """

    cursor: str | None = None
    may_end: Callable[[int], bool] = _never
    epoch: str = ""
    position: int = 0
    complete: int = 0
    is_bookmark: bool = False
    has_ended: bool = False

    def pass_by(self, epoch: str, position: int) -> None:
        """Say which change is yielded next."""
        self.epoch, self.position, self.is_bookmark = epoch, position, False

    def reach(self, epoch: str, position: int) -> None:
        """Say up to where everything was yielded; a bookmark of that may be next."""
        self.epoch, self.position, self.is_bookmark = epoch, position, True
        self.complete = position
