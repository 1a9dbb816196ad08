"""Figures of groups of runs: how many have each status, and how long they took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus

_MEDIAN: Final = 50
_HIGH: Final = 95


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group's figures; durations in microseconds, None where no run of the group has one."""

    key: str
    count: int
    by_status: Mapping[RunStatus, int]
    duration_mean: float | None = None
    duration_p50: float | None = None
    duration_p95: float | None = None


@dataclass(slots=True)
class _Group:
    statuses: Counter[RunStatus] = field(default_factory=Counter)
    durations: list[Micros] = field(default_factory=list)


class Grouping:
    """Gathers runs in groups, one run in any number of them."""

    def __init__(self) -> None:
        """Start without groups."""
        self._groups: defaultdict[str, _Group] = defaultdict(_Group)

    def add(self, keys: Iterable[str], status: RunStatus, duration: Micros | None) -> None:
        """Add a run to the groups of its keys."""
        for key in keys:
            group = self._groups[key]
            group.statuses[status] += 1
            if duration is not None:
                group.durations.append(duration)

    def figures(self, limit: int) -> Sequence[GroupFigures]:
        """Return the figures of so many groups, largest first, then by key."""
        largest = sorted(self._groups.items(), key=lambda item: (-item[1].statuses.total(), item[0]))
        return [_figures(key, group) for key, group in largest[:limit]]


def _figures(key: str, group: _Group) -> GroupFigures:
    by_status = {status: group.statuses[status] for status in RunStatus if group.statuses[status]}
    durations = sorted(group.durations)
    if not durations:
        return GroupFigures(key, group.statuses.total(), by_status)
    return GroupFigures(
        key,
        group.statuses.total(),
        by_status,
        duration_mean=sum(durations) / len(durations),
        duration_p50=percentile(durations, _MEDIAN),
        duration_p95=percentile(durations, _HIGH),
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Interpolate linearly between the two nearest of some values in order."""
    rank, hundredths = divmod((len(ordered) - 1) * percent, 100)
    lower = ordered[rank]
    return lower + (ordered[rank + 1] - lower) * hundredths / 100 if hundredths else lower
