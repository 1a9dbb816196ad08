from collections import Counter

import pytest
import pytest_asyncio

from runindex.commands.outcomes import PlanSaved, PlanStarted
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND, parse_instant
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, RunFilter, TagFilter
from runindex.domain.runs.run import Run
from runindex.domain.runs.timeline import TimelineInterval, bucket_start
from runindex.ports.queries import RunGroupKey
from runindex.ports.statistics import TimelineRow
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, D, E, add_tags, create, dataset, delete, move, remove_tags
from tests.support.data.population import IDS, populate
from tests.support.drawn.filters import matching_ids
from tests.support.records import gained, plan, start_plan
from tests.support.stores import MADE, apply, counted_by_status, do, listed, made

pytestmark = pytest.mark.asyncio

FILTERS = {
    "everything": EVERYTHING,
    "unarchived": UNARCHIVED,
    "none": RunFilter(ids=()),
    "tagged": RunFilter(tags=TagFilter(any=("a", "b", "x"))),
    "below": RunFilter(ancestor_id=IDS[0]),
    "finished": RunFilter(status=(RunStatus.COMPLETED, RunStatus.ARCHIVED)),
    "mixed": RunFilter(or_=(RunFilter(is_root=False), RunFilter(dataset_id="answers"))),
}


def keys_of(run: Run, key: RunGroupKey) -> tuple[str | None, ...]:
    match key:
        case RunGroupKey.STATUS:
            return (run.status.value,)
        case RunGroupKey.TAG:
            return run.tags
        case RunGroupKey.DATASET:
            return (run.dataset.dataset_id if run.dataset else None,)
        case RunGroupKey.TARGET:
            return (run.dataset.target_id if run.dataset else None,)
        case RunGroupKey.PARENT:
            return (run.parent_id,)


@pytest_asyncio.fixture
async def filled(store: Store, clock: StandingClock) -> Store:
    await populate(store, clock)
    return store


async def matching(store: Store, run_filter: RunFilter) -> list[Run]:
    runs = await listed(store)
    ids = set(matching_ids(runs, run_filter))
    return [run for run in runs if run.id in ids]


@pytest.mark.parametrize("key", RunGroupKey)
@pytest.mark.parametrize("chosen", FILTERS)
async def test_groups_are_those_of_the_list_largest_first(filled: Store, key: RunGroupKey, chosen: str) -> None:
    run_filter = FILTERS[chosen]
    sizes = Counter(
        text for run in await matching(filled, run_filter) for text in keys_of(run, key) if text is not None
    )
    expected = sorted(sizes.items(), key=lambda group: (-group[1], group[0]))
    assert list(await filled.group_runs(run_filter, key, None)) == expected
    for limit in (1, 2, 3, len(expected) or 1, 100):
        assert list(await filled.group_runs(run_filter, key, limit)) == expected[:limit]


@pytest.mark.parametrize("chosen", FILTERS)
async def test_a_count_stops_at_its_bound(filled: Store, chosen: str) -> None:
    total = len(await matching(filled, FILTERS[chosen]))
    assert await filled.count_runs(FILTERS[chosen]) == total
    for bound in (1, 2, total or 1, total + 1, 100_000):
        assert await filled.count_runs(FILTERS[chosen], bound) == min(total, bound)


async def test_counts_of_several_parents_and_plans_stop_each_at_the_bound(store: Store) -> None:
    kept = (await gained(store, plan("plan", 1), PlanSaved)).plan
    for _ in range(2):
        await gained(store, start_plan(kept.id), PlanStarted)
    await apply(store, create(A), create(B))
    await apply(store, create(C, parent_id=A, tags=("x",)), create(D, parent_id=A), create(E, parent_id=B))
    for bound, few, many in ((1, 1, 1), (2, 1, 2), (3, 1, 2)):
        assert await store.count_children([A, B], EVERYTHING, bound) == {A: many, B: few}
        assert await store.count_plan_runs([kept.id], EVERYTHING, bound) == {kept.id: many}
    tagged = RunFilter(tags=TagFilter(all=("x",)))
    found = await store.count_children([A, B, A], tagged, 5)
    assert (found.get(A), found.get(B, 0)) == (1, 0)


async def test_counts_follow_every_change(store: Store) -> None:
    async def check(**expected: int) -> None:
        assert await counted_by_status(store) == expected
        for status in RunStatus:
            assert await store.count_runs(RunFilter(status=(status,))) == expected.get(status, 0)
        assert await store.count_runs(EVERYTHING) == sum(expected.values())
        assert await store.count_runs(UNARCHIVED) == sum(expected.values()) - expected.get("ARCHIVED", 0)

    await check(ACTIVE=1)
    await apply(store, create(A), create(B), create(C), move(A, RunStatus.PAUSED))
    await check(ACTIVE=3, PAUSED=1)
    await apply(store, move(A, RunStatus.ACTIVE), move(A, RunStatus.COMPLETED), move(B, RunStatus.FAILED))
    await check(ACTIVE=2, COMPLETED=1, FAILED=1)
    await apply(store, move(A, RunStatus.ARCHIVED), delete(B), move(C, RunStatus.CANCELLED), create(D), delete(D))
    await check(ACTIVE=1, CANCELLED=1, ARCHIVED=1)
    await apply(store, move(A, RunStatus.ACTIVE), delete(DEFAULT_RUN), delete(B), create(A))
    await check(ACTIVE=1, CANCELLED=1, ARCHIVED=1)
    await apply(store, delete(A), create(A), delete(C))
    await check(ACTIVE=2)


async def test_a_tag_group_counts_a_run_once(store: Store) -> None:
    await apply(
        store, create(A, tags=("x", "y", "x")), create(B, tags=("y",)), add_tags(A, "y"), create(C, tags=("z",))
    )
    await apply(store, remove_tags(C, "z"), move(B, RunStatus.ARCHIVED))
    assert list(await store.group_runs(EVERYTHING, RunGroupKey.TAG, None)) == [("y", 2), ("x", 1)]
    assert list(await store.group_runs(UNARCHIVED, RunGroupKey.TAG, None)) == [("x", 1), ("y", 1)]


async def test_groups_of_equal_size_order_by_code_point(store: Store) -> None:
    names = ["b", "B", "ä", "a", "🛷", "\uffff", "é", "_"]
    for name in names:
        await made(store, create(dataset=dataset(name, target_id=name), tags=(name,)))
    expected = [(name, 1) for name in sorted(names)]
    for key in (RunGroupKey.TAG, RunGroupKey.DATASET, RunGroupKey.TARGET):
        assert list(await store.group_runs(EVERYTHING, key, None)) == expected


def figures(runs: list[Run], interval: TimelineInterval, start: int, end: int) -> list[TimelineRow]:
    """Count plainly what happened in each bucket."""
    buckets: dict[int, Counter[str]] = {}
    for run in runs:
        for instant, what in ((run.created_at, "created"), (run.finished_at, (run.outcome or "").lower())):
            if instant is not None and start <= instant < end:
                buckets.setdefault(bucket_start(instant, interval), Counter())[what] += 1
    return [TimelineRow(bucket, **counts) for bucket, counts in sorted(buckets.items())]


@pytest.mark.parametrize("interval", TimelineInterval)
@pytest.mark.parametrize("chosen", ["everything", "unarchived", "tagged", "below", "mixed"])
async def test_a_timeline_tells_what_happened_when(filled: Store, interval: TimelineInterval, chosen: str) -> None:
    runs = await matching(filled, FILTERS[chosen])
    hour = 3600 * SECOND
    for start, end in ((START - hour, START + 100 * hour), (START + 2 * hour + 1, START + 11 * hour), (START, START)):
        found = list(await filled.count_timeline(FILTERS[chosen], interval, start, end))
        assert found == figures(runs, interval, start, end)


async def test_weeks_start_on_monday_and_the_end_does_not_count(store: Store, clock: StandingClock) -> None:
    sunday, monday = parse_instant("2100-01-10T23:59:59.999999Z"), parse_instant("2100-01-11T00:00:00Z")
    for new_id, instant in ((A, sunday), (B, monday), (C, monday + 1)):
        clock.instant = instant
        await made(store, create(new_id))
    await do(store, move(A, RunStatus.FAILED))
    await apply(store, move(A, RunStatus.ARCHIVED), move(C, RunStatus.ARCHIVED))
    week = TimelineInterval.WEEK
    previous = parse_instant("2100-01-04T00:00:00Z")
    assert list(await store.count_timeline(MADE, week, previous, monday + 2)) == [
        TimelineRow(previous, created=1),
        TimelineRow(monday, created=2, failed=1),
    ]
    assert list(await store.count_timeline(MADE, week, monday, monday + 1)) == [TimelineRow(monday, created=1)]


async def test_a_timeline_reaches_back_before_the_epoch(store: Store, clock: StandingClock) -> None:
    clock.instant = parse_instant("1969-12-28T23:59:59.5Z")
    await made(store, create(A))
    starts = {"MINUTE": "1969-12-28T23:59:00Z", "HOUR": "1969-12-28T23:00:00Z", "DAY": "1969-12-28T00:00:00Z"}
    for interval in TimelineInterval:
        start = parse_instant(starts.get(interval, "1969-12-22T00:00:00Z"))
        rows = await store.count_timeline(RunFilter(ids=(A,)), interval, -(10**15), 10**15)
        assert list(rows) == [TimelineRow(start, created=1)]
