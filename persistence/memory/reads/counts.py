"""Counts and groups of runs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from persistence.memory.reads.selection import matching
from persistence.memory.tables.runs import RunTable
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, only_status
from runindex.domain.runs.run import Run
from runindex.domain.runs.timeline import TimelineInterval, bucket_start
from runindex.ports.queries import RunGroupKey
from runindex.ports.statistics import TimelineRow, capped

_KEYS_OF: Final[Mapping[RunGroupKey, Callable[[Run], Iterable[str]]]] = {
    RunGroupKey.STATUS: lambda run: (run.status.value,),
    RunGroupKey.TAG: lambda run: run.tags,
    RunGroupKey.DATASET: lambda run: () if run.dataset is None else (run.dataset.dataset_id,),
    RunGroupKey.TARGET: lambda run: () if run.dataset is None else (run.dataset.target_id,),
    RunGroupKey.PARENT: lambda run: () if run.parent_id is None else (run.parent_id,),
}
_COUNT_OF_OUTCOME: Final = {
    RunStatus.COMPLETED: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}


async def count_runs(table: RunTable, run_filter: RunFilter, at_most: int | None = None) -> int:
    """Return how many runs the filter matches, at most so many."""
    statuses = only_status(run_filter)
    if statuses is not None:
        return capped(sum(table.status_counts[status] for status in set(statuses)), at_most)
    total = 0
    async for runs in matching(table, run_filter):
        total += len(runs)
        if at_most is not None and total >= at_most:
            return at_most
    return total


async def group_runs(table: RunTable, run_filter: RunFilter, key: RunGroupKey) -> list[tuple[str, int]]:
    """Return groups and their sizes, largest first, then by key."""
    sizes: Counter[str] = Counter()
    keys_of = _KEYS_OF[key]
    async for runs in matching(table, run_filter):
        for run in runs:
            sizes.update(keys_of(run))
    return sorted(sizes.items(), key=lambda group: (-group[1], group[0]))


async def count_timeline(
    table: RunTable, run_filter: RunFilter, interval: TimelineInterval, start: Micros, end: Micros
) -> list[TimelineRow]:
    """Return the buckets of [start, end) in which runs were created or finished, oldest first."""
    buckets: defaultdict[Micros, Counter[str]] = defaultdict(Counter)
    async for runs in matching(table, run_filter):
        for run in runs:
            for instant, what in _events_of(run):
                if start <= instant < end:
                    buckets[bucket_start(instant, interval)][what] += 1
    return [TimelineRow(bucket, **buckets[bucket]) for bucket in sorted(buckets)]


def _events_of(run: Run) -> Iterable[tuple[Micros, str]]:
    yield run.created_at, "created"
    if run.finished_at is not None and run.outcome is not None:
        yield run.finished_at, _COUNT_OF_OUTCOME[run.outcome]
