"""How many runs have each tag."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping


class TagCounts:
    """Counts by tag, the tags kept in code-point order so that a prefix costs what it finds."""

    def __init__(self) -> None:
        """Start without any."""
        self._counts: dict[str, int] = {}
        self._ordered: list[str] = []

    def move(self, steps: Mapping[str, int]) -> None:
        """Add each step to its tag's count; a tag that no run has any more is forgotten."""
        for tag, step in steps.items():
            before = self._counts.get(tag, 0)
            after = before + step
            if after:
                self._counts[tag] = after
            else:
                del self._counts[tag]
            if before == 0:
                insort(self._ordered, tag)
            elif after == 0:
                del self._ordered[bisect_left(self._ordered, tag)]

    def starting_with(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the tags that start so, in order, with their counts."""
        for place in range(bisect_left(self._ordered, prefix), len(self._ordered)):
            tag = self._ordered[place]
            if not tag.startswith(prefix):
                return
            yield tag, self._counts[tag]
