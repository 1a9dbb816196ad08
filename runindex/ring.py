"""The newest stretch of the change log, in memory."""

from collections.abc import Sequence

from runindex.domain.changes import Change


class Ring:
    """A bounded stretch of log entries: all that the log has behind `start`, up to `end`."""

    def __init__(self, size: int) -> None:
        """Hold at most `size` entries."""
        self._size = size
        self._changes: list[Change] = []
        self.start = 0
        self.end = 0

    def __len__(self) -> int:
        """Return how many entries are held."""
        return len(self._changes)

    def restart(self, position: int) -> None:
        """Forget everything and go on from just behind `position`."""
        self._changes.clear()
        self.start = self.end = position

    def extend(self, changes: Sequence[Change]) -> None:
        """Append the entries that follow."""
        self._changes.extend(changes)
        self.end = self._changes[-1].seq
        surplus = len(self._changes) - self._size
        if surplus > self._size // 4:  # dropped in blocks: moving the list for every entry would cost more
            self.start = self._changes[surplus - 1].seq
            del self._changes[:surplus]

    def after(self, position: int, limit: int) -> list[Change] | None:
        """Return at most `limit` entries behind the position, None when it has fallen out of the ring."""
        if position < self.start:
            return None
        if position >= self.end:
            return []
        # Entries are consecutive, but in a log that is broken: the place is at most this far in.
        first = min(position - self.start, len(self._changes))
        while first > 0 and self._changes[first - 1].seq > position:
            first -= 1
        return self._changes[first : first + limit]
