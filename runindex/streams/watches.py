"""Watches, found by index, so that a change costs the watches that it may concern and not all that there are.

The conditions of a filter hold together, so one of them that an index can serve is enough to find every watch that a
change may concern; the watch's change filter then decides.
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

MOST_KEPT: Final = 256  # matches of one watch
# Kinds of keys, the narrow ones first.
_RUN, _PARENT, _TAG, _STATUS, _ANY = range(5)
_EVERYTHING: Final[Key] = (_ANY, "")


class Watch:
    """The matches of one subscriber since it last took them: complete from just behind `start`."""

    def __init__(self, change_filter: ChangeFilter, start: int) -> None:
        """Keep the matches of a filter from a position on."""
        self.change_filter = change_filter
        self.wake_up = WakeUp()
        self.start = start
        self._kept: list[MatchedChange] = []
        self._unmatched = range(0)  # positions behind which nothing matches up to the range's stop

    def take(self, position: int, end: int) -> tuple[list[MatchedChange], int] | None:
        """Return the matches behind a position, and the position up to which they are complete.

        Return None when they are not known here. `end` is the position up to which changes were offered.
        """
        if position in self._unmatched:
            return [], self._unmatched.stop
        if position < self.start:
            return None
        taken = [matched for matched in self._kept if matched.change.seq > position]
        self._kept.clear()
        self.start, self._unmatched = max(self.start, end), range(0)
        return taken, max(position, end)

    def offer(self, change: Change, before: Run | None, after: Run | None) -> None:
        """Keep a change if it matches, and wake the subscriber; beyond `MOST_KEPT` it has to read the log itself."""
        matched = self.change_filter.match(change, before, after)
        if matched is None:
            return
        if len(self._kept) < MOST_KEPT:
            self._kept.append(matched)
        else:
            self.restart(change.seq, change.seq - 1)
        self.wake_up.set()

    def restart(self, position: int, offered: int) -> None:
        """Forget all matches up to a position, but remember the range in which nothing matched.

        `offered` is the position up to which all changes were offered. A subscriber without a match goes on from there,
        not from where it last read: compaction may have passed that meanwhile.
        """
        if not self._unmatched:
            self._unmatched = range(self.start, self._kept[0].change.seq - 1 if self._kept else offered)
        self._kept.clear()
        self.start = position


class WatchIndex:
    """All watches of one process, by keys that the runs they match have."""

    def __init__(self) -> None:
        """Start without any."""
        self._all: set[Watch] = set()
        self._by_key: defaultdict[Key, set[Watch]] = defaultdict(set)

    def __len__(self) -> int:
        """Return the number of watches."""
        return len(self._all)

    def add(self, watch: Watch) -> None:
        """Offer changes to a watch from now on."""
        self._all.add(watch)
        for key in _keys_of(watch.change_filter.filter):
            self._by_key[key].add(watch)

    def discard(self, watch: Watch) -> None:
        """Offer nothing more to a watch."""
        self._all.discard(watch)
        for key in _keys_of(watch.change_filter.filter):
            self._by_key[key].discard(watch)
            if not self._by_key[key]:
                del self._by_key[key]

    def offer(self, changes: Sequence[Change]) -> None:
        """Offer changes, in log order, to all watches that they may concern."""
        for change in changes:
            before, after = change.before, change.after
            keys = _keys_in([run for run in (before, after) if run is not None])
            for watch in {watch for key in keys for watch in self._by_key.get(key, ())}:
                watch.offer(change, before, after)

    def restart(self, position: int, offered: int) -> None:
        """Restart and wake all watches; see `Watch.restart`."""
        for watch in self._all:
            watch.restart(position, offered)
            watch.wake_up.set()


def _keys_of(run_filter: RunFilter | None) -> Collection[Key]:
    """Return the keys to index a filter by: each run that it matches has one of them."""
    choices = [] if run_filter is None else [keys for part in _conjuncts(run_filter) for keys in _choices(part)]
    return min(choices, key=_breadth, default=(_EVERYTHING,))


def _conjuncts(run_filter: RunFilter) -> Iterator[RunFilter]:
    """Yield filters that all hold when this one does."""
    yield run_filter
    for part in run_filter.and_ or ():
        yield from _conjuncts(part)


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
    """Rank keys by how many changes are likely to have one: those of runs fewest, those of statuses most."""
    return max((kind for kind, _ in keys), default=_RUN), len(keys)


def _keys_in(sides: Sequence[Run]) -> set[Key]:
    """Return the keys that a run has before a change or after it."""
    keys: set[Key] = {_EVERYTHING}
    for run in sides:
        keys |= {(_RUN, run.id), (_STATUS, run.status), *((_TAG, tag) for tag in run.tags)}
        if run.parent_id is not None:
            keys.add((_PARENT, run.parent_id))
    return keys
