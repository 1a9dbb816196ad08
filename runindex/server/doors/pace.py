"""The pace of a socket: so many a second, and after a rest as many at once."""


class Pace:
    """Tells how long the next one has to wait."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: float) -> None:
        """Allow so many a second."""
        self._rate = rate
        self._left = rate
        self._at: float | None = None

    def wait(self, now: float, count: int = 1) -> float:
        """Take so many, and return for how many seconds to wait before the next."""
        if self._at is not None:
            self._left = min(self._left + (now - self._at) * self._rate, self._rate)
        self._at = now
        self._left -= count
        return max(-self._left / self._rate, 0.0)
