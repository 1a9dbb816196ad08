"""Refreshes of a stream of the newest state, and requests for them by the subscribers that share it."""

from runindex.ports.wakeups import WakeUp


class RefreshRequests:
    """The refreshes of one stream. `number` counts how often it has read the state, the read in progress included."""

    def __init__(self) -> None:
        """Begin before the first refresh."""
        self.number = 0
        self.is_requested = False
        self._wake_up: WakeUp | None = None

    def wake_by(self, wake_up: WakeUp) -> None:
        """Set a wake-up at each request from now on."""
        self._wake_up = wake_up

    def request(self) -> int:
        """Have the state read again, and return the number of the first refresh that starts after this request."""
        self.is_requested = True
        if self._wake_up is not None:
            self._wake_up.set()
        return self.number + 1

    def start(self) -> bool:
        """Start a refresh, and tell whether it was requested."""
        was_requested, self.is_requested = self.is_requested, False
        self.number += 1
        return was_requested
