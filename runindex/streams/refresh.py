"""Looks at a state that changes: a stream of the newest state takes them, and who shares it may want another."""

from runindex.ports.wakeups import WakeUp


class RefreshRequests:
    """The looks of one stream. `number` tells how often it has read the state anew, the one under way included."""

    def __init__(self) -> None:
        """Begin before the first look."""
        self.number = 0
        self.is_wanted = False
        self._flag: WakeUp | None = None

    def wake_by(self, flag: WakeUp) -> None:
        """Set a flag whenever another look is wanted."""
        self._flag = flag

    def want(self) -> int:
        """Have the state read anew, and return the number of the look that will do: it begins after this."""
        self.is_wanted = True
        if self._flag is not None:
            self._flag.set()
        return self.number + 1

    def begin(self) -> bool:
        """Say that the state is read from here on, and tell whether somebody wanted that."""
        was_wanted, self.is_wanted = self.is_wanted, False
        self.number += 1
        return was_wanted
