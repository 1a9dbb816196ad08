"""Who waits for which changes: found by index, so that a change costs what it concerns and not who else listens.

A filter's conditions hold together, so one of them that an index can serve is enough to find all whom a change may
concern; the lens then says whether it does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final, TypeAlias

from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.ports.wakeups import WakeUp
from runindex.streams.change_filter import ChangeFilter, MatchedChange

Key: TypeAlias = tuple[int, str]

MOST_SEEN: Final = 256
# Kinds of keys, the narrow ones first.
_RUN, _PARENT, _TAG, _STATUS, _ANY = range(5)
_EVERYTHING: Final[Key] = (_ANY, "")


class Watch:
    """What one reader sees of the log as it grows: complete from just behind `start`."""

    def __init__(self, lens: ChangeFilter, start: int) -> None:
        """Look through a lens, from a position on."""
        self.lens = lens
        self.flag = WakeUp()
        self.start = start
        self._seen: list[MatchedChange] = []
        self._nothing = range(0)  # positions behind which nothing is to be seen up to the range's stop

    def take(self, position: int, end: int) -> tuple[list[MatchedChange], int] | None:
        """Return what is seen behind the position, and up to where that is all; None when that is not known here.

        `end` is up to where changes were offered.
        """
        if position in self._nothing:
            return [], self._nothing.stop
        if position < self.start:
            return None
        seen = [found for found in self._seen if found.change.seq > position]
        self._seen.clear()
        self.start, self._nothing = max(self.start, end), range(0)
        return seen, max(position, end)

    def offer(self, change: Change, before: Run | None, after: Run | None) -> None:
        """Keep a change if it is seen, and wake the reader; who does not come is left to read the log itself."""
        found = self.lens.see(change, before, after)
        if found is None:
            return
        if len(self._seen) < MOST_SEEN:
            self._seen.append(found)
        else:
            self.restart(change.seq, change.seq - 1)
        self.flag.set()

    def restart(self, position: int, offered: int) -> None:
        """Know nothing of what was up to the position, but for how far there was nothing to see.

        `offered` is up to where all changes were offered. A reader that was quiet goes on from there, not from where it
        last looked: compaction may have passed that meanwhile.
        """
        if not self._nothing:
            self._nothing = range(self.start, self._seen[0].change.seq - 1 if self._seen else offered)
        self._seen.clear()
        self.start = position


class WatchIndex:
    """All watches of one process."""

    def __init__(self) -> None:
        """Start without any."""
        self._all: set[Watch] = set()
        self._by_key: defaultdict[Key, set[Watch]] = defaultdict(set)

    def __len__(self) -> int:
        """Return how many watch."""
        return len(self._all)

    def add(self, watch: Watch) -> None:
        """Offer to a watch what comes from now on."""
        self._all.add(watch)
        for key in _keys_of(watch.lens.filter):
            self._by_key[key].add(watch)

    def discard(self, watch: Watch) -> None:
        """Offer nothing more to a watch."""
        self._all.discard(watch)
        for key in _keys_of(watch.lens.filter):
            self._by_key[key].discard(watch)
            if not self._by_key[key]:
                del self._by_key[key]

    def offer(self, changes: Sequence[Change]) -> None:
        """Offer changes, in log order, to all whom they may concern."""
        for change in changes:
            before, after = change.before, change.after
            keys = _keys_in([run for run in (before, after) if run is not None])
            for watch in {watch for key in keys for watch in self._by_key.get(key, ())}:
                watch.offer(change, before, after)

    def restart(self, position: int, offered: int) -> None:
        """Let all know nothing of what was up to the position, and have them look; see `Watch.restart`."""
        for watch in self._all:
            watch.restart(position, offered)
            watch.flag.set()


def _keys_of(run_filter: RunFilter | None) -> Collection[Key]:
    """Return under which keys a filter is found: each run that it matches has one of them."""
    choices = [] if run_filter is None else [keys for part in _together(run_filter) for keys in _choices(part)]
    return min(choices, key=_breadth, default=(_EVERYTHING,))


def _together(run_filter: RunFilter) -> Iterator[RunFilter]:
    """Yield filters that all hold when this one does."""
    yield run_filter
    for part in run_filter.and_ or ():
        yield from _together(part)


def _choices(run_filter: RunFilter) -> Iterator[tuple[Key, ...]]:
    if run_filter.ids is not None:
        yield tuple((_RUN, run_id) for run_id in run_filter.ids)
    if run_filter.parent_id is not None:
        yield ((_PARENT, run_filter.parent_id),)
    if run_filter.tags is not None:
        yield from (((_TAG, tag),) for tag in run_filter.tags.all or ())
        if run_filter.tags.any is not None:
            yield tuple((_TAG, tag) for tag in run_filter.tags.any)
    if run_filter.status is not None:
        yield tuple((_STATUS, status) for status in run_filter.status)


def _breadth(keys: tuple[Key, ...]) -> tuple[int, int]:
    """Rank keys by how much they are likely to let through: those of runs least, those of statuses most."""
    return max((kind for kind, _ in keys), default=_RUN), len(keys)


def _keys_in(sides: Sequence[Run]) -> set[Key]:
    """Return the keys that a run has on one side of a change or the other."""
    keys: set[Key] = {_EVERYTHING}
    for run in sides:
        keys |= {(_RUN, run.id), (_STATUS, run.status), *((_TAG, tag) for tag in run.tags)}
        if run.parent_id is not None:
            keys.add((_PARENT, run.parent_id))
    return keys
