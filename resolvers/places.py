"""Where a stream of changes stands, told between the resolver that yields and whoever sends."""

from collections.abc import Callable
from dataclasses import dataclass


def _never(position: int) -> bool:
    del position
    return False


@dataclass(slots=True)
class Place:
    """A place in the log.

    `position` and `epoch` are of what was yielded last, `is_bookmark` tells whether that is a bookmark. A stream is
    begun at `cursor`, if there is one, whatever the operation asks for, and may end where `may_end` says so;
    `has_ended` tells that it did.
    """

    cursor: str | None = None
    may_end: Callable[[int], bool] = _never
    epoch: str = ""
    position: int = 0
    is_bookmark: bool = False
    has_ended: bool = False

    def pass_by(self, epoch: str, position: int, *, is_bookmark: bool = False) -> None:
        """Say what is yielded next."""
        self.epoch, self.position, self.is_bookmark = epoch, position, is_bookmark
