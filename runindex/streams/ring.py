"""The newest entries of the change log, in memory."""

from collections.abc import Sequence

from runindex.domain.runs.changes import Change


class Ring:
    """A bounded window on the log: all its entries behind `start`, up to `end`."""

    def __init__(self, size: int, characters: int = 32_000_000) -> None:
        """Hold at most `size` entries, and texts of about `characters` characters in them."""
        self._size = size
        self._characters = characters
        self._changes: list[Change] = []
        self._weight = 0
        self.start = 0
        self.end = 0

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._changes)

    def restart(self, position: int) -> None:
        """Forget all entries and go on from just behind `position`."""
        self._changes.clear()
        self._weight = 0
        self.start = self.end = position

    def extend(self, changes: Sequence[Change]) -> None:
        """Append the entries that follow, and drop the oldest ones beyond the bounds."""
        self._changes.extend(changes)
        self._weight += sum(map(_weight, changes))
        self.end = self._changes[-1].seq
        # Dropped in blocks: to move the list at each entry would cost more than the entries do.
        if len(self._changes) > self._size * 5 // 4 or self._weight > self._characters:
            self._drop()

    def after(self, position: int, limit: int) -> list[Change] | None:
        """Return at most `limit` entries behind the position, None when the ring no longer reaches back to it."""
        if position < self.start:
            return None
        if position >= self.end:
            return []
        # Entries are consecutive but for gaps: the first one is at most this far in.
        first = min(position - self.start, len(self._changes))
        while first > 0 and self._changes[first - 1].seq > position:
            first -= 1
        return self._changes[first : first + limit]

    def _drop(self) -> None:
        surplus = max(0, len(self._changes) - self._size)
        weight = self._weight - sum(map(_weight, self._changes[:surplus]))
        while weight > self._characters * 3 // 4 and surplus < len(self._changes):
            weight -= _weight(self._changes[surplus])
            surplus += 1
        self._weight = weight
        self.start = self._changes[surplus - 1].seq
        del self._changes[:surplus]


def _weight(change: Change) -> int:
    """Return about how many characters an entry's long texts have: metadata and errors."""
    run, former = change.run, change.former
    texts = (run.metadata, run.error, None if former is None else former.metadata)
    return sum(len(text) for text in texts if text is not None)
