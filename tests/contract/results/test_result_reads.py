import math
from collections.abc import Sequence

import pytest

from runindex.domain.records.results import Result, Score
from runindex.ports.queries import Window
from runindex.ports.record_lists import Contains, Equals, IsNull
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, create, delete, run_id
from tests.support.records import (
    R1,
    R2,
    R3,
    R4,
    counted_of,
    delete_results,
    done,
    entry,
    listed_of,
    record,
    recorded,
    recorded_all,
)
from tests.support.stores import get, made

pytestmark = pytest.mark.asyncio


async def _spread(store: Store, clock: StandingClock) -> None:
    """Record results of A that start and are created in orders of their own, and some of B."""
    await done(store, create(A), create(B))
    for place, (item, started) in enumerate((("c", 3), ("a", 1), ("b", 1), ("d", 0), ("e", 1))):
        clock.advance(0 if place == 2 else 1)
        scores = (Score("exact", 1.0), Score('"scorerId":"odd"', None, '"scorerId":"none"')) if item in "ab" else ()
        error = "x" if item in "bd" else None
        await recorded(
            store, record(A, item, id=run_id(0xE9 - place), started_at=START + started, error=error, scores=scores)
        )
        await recorded(store, record(B, item, started_at=START + started))


async def test_results_are_listed_by_start_then_creation_then_id(store: Store, clock: StandingClock) -> None:
    await _spread(store, clock)
    everyone = await listed_of(store, A, Result)
    keys = [(result.started_at, result.created_at, result.id) for result in everyone]
    assert keys == sorted(keys)
    assert [result.item_id for result in everyone] == ["d", "b", "a", "e", "c"]
    pages = []
    after = None
    while page := await listed_of(store, A, Result, window=Window(2, after)):
        pages.append([result.item_id for result in page])
        after = (page[-1].started_at, page[-1].created_at, page[-1].id)
    assert pages == [["d", "b"], ["a", "e"], ["c"]]
    backwards = await listed_of(store, A, Result, window=Window(2, before=keys[3], backward=True))
    assert [result.item_id for result in backwards] == ["b", "a"]
    assert await counted_of(store, A, Result) == 5


async def test_results_can_be_filtered(store: Store, clock: StandingClock) -> None:
    await _spread(store, clock)
    for condition, items in (
        (Equals("item_id", "a"), ["a"]),
        (Equals("item_id", "A"), []),
        (IsNull("error", is_null=True), ["a", "e", "c"]),
        (IsNull("error", is_null=False), ["d", "b"]),
        (Contains("scores", '"scorerId":"exact"'), ["b", "a"]),
        (Contains("scores", '"scorerId":"none"'), []),
    ):
        assert [result.item_id for result in await listed_of(store, A, Result, condition)] == items
        assert await counted_of(store, A, Result, condition) == len(items)
    both = (IsNull("error", is_null=False), Contains("scores", '"scorerId":"exact"'))
    assert [result.item_id for result in await listed_of(store, A, Result, *both)] == ["b"]


async def test_results_are_found_by_id(store: Store) -> None:
    await done(store, create(A), create(B), record(A, "a", id=R1), record(B, "b", id=R2), record(A, "c", id=R3))
    found = await store.find_results([R3, R1, R4, A, R2, R1], frozenset({"item_id", "run_id"}))
    assert {key: (row["item_id"], row["run_id"]) for key, row in found.items()} == {
        R1: ("a", A),
        R2: ("b", B),
        R3: ("c", A),
    }
    await done(store, delete_results(A), delete(B))
    assert dict(await store.find_results([R1, R2, R3], frozenset({"item_id"}))) == {}


def interpolated(values: Sequence[float], share: float) -> float:
    """Return a percentile as its definition has it: on the line between the two nearest of the sorted values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@pytest.mark.parametrize(
    ("latencies", "median", "high"),
    [
        ([7.0], 7.0, 7.0),
        ([0.0, 0.0], 0.0, 0.0),
        ([3.0, 1.0], 2.0, 2.9),
        ([1.0, 2.0, 10.0], 2.0, 9.2),
        ([4.0, 1.0, 3.0, 2.0], 2.5, 3.85),
        ([float(number) for number in range(20, -1, -1)], 10.0, 19.0),
        ([float(number) for number in range(101)], 50.0, 95.0),
        ([0.5] * 19 + [100.5], 0.5, 5.5),
        ([1e9, 1e-3, 5.25], 5.25, None),
    ],
    ids=["one", "zeros", "two", "three", "four", "twenty-one", "hundred-one", "outlier", "wide"],
)
async def test_percentiles_are_exact(
    store: Store, latencies: Sequence[float], median: float, high: float | None
) -> None:
    await made(store, create(A))
    await recorded_all(store, *(entry(A, f"{place}", latency=latency) for place, latency in enumerate(latencies)))
    owner = (await get(store, A)).incarnation
    figures = (await store.summarize_results([owner]))[owner]
    assert figures.latency_p50 == median
    assert figures.latency_p95 == pytest.approx(high or interpolated(latencies, 0.95), rel=1e-14)
    assert figures.latency_mean == pytest.approx(math.fsum(latencies) / len(latencies), rel=1e-14)
    assert figures.scores == ()


async def test_retries_count_in_the_figures_of_latency(store: Store) -> None:
    await made(store, create(A))
    await recorded_all(store, *(entry(A, retry_count=retry, latency=float(retry), error="x") for retry in range(5)))
    owner = (await get(store, A)).incarnation
    assert (await store.summarize_results([owner]))[owner].latency_p50 == 2.0


async def test_scores_are_summed_up_by_scorer(store: Store) -> None:
    await made(store, create(A))
    given = [
        (Score("b", 1.0), Score("ä", -2.0), Score("a", 0.0)),
        (Score("b", 0.25), Score("b", 0.5), Score("B", None, None, "broke")),
        (),
        (Score("ä", 4.0, "why"), Score("b", None)),
    ]
    await recorded_all(store, *(entry(A, f"{place}", scores=scores) for place, scores in enumerate(given)))
    owner = (await get(store, A)).incarnation
    figures = (await store.summarize_results([owner]))[owner].scores
    assert [(row.scorer_id, row.count, row.smallest, row.largest) for row in figures] == [
        ("B", 0, None, None),
        ("a", 1, 0.0, 0.0),
        ("b", 3, 0.25, 1.0),
        ("ä", 2, -2.0, 4.0),
    ]
    means = [row.mean for row in figures]
    assert means[0] is None
    assert means[1:] == pytest.approx([0.0, 1.75 / 3, 1.0], rel=1e-14)


async def test_figures_are_of_each_run_by_itself(store: Store) -> None:
    await done(store, create(A), create(B), create(C))
    await recorded_all(store, entry(A, latency=1.0, scores=(Score("s", 1.0),)), entry(B, latency=3.0))
    owners = [(await get(store, run)).incarnation for run in (A, B, C)]
    figures = await store.summarize_results(owners)
    assert [figures[owner].latency_p50 for owner in owners[:2]] == [1.0, 3.0]
    assert [len(figures[owner].scores) for owner in owners[:2]] == [1, 0]
    assert owners[2] not in figures or figures[owners[2]].latency_mean is None
    await done(store, delete_results(A))
    after = await store.summarize_results(owners)
    assert owners[0] not in after or after[owners[0]].latency_p50 is None
    await recorded(store, record(A, latency=8.0))
    assert (await store.summarize_results(owners))[owners[0]].latency_p95 == 8.0
    assert dict(await store.summarize_results([])) == {}


async def test_items_of_several_runs_are_compared(store: Store) -> None:
    await done(store, create(A), create(B), create(C))
    for run, items in ((A, "bä🛷"), (B, "aBb\uffff"), (C, "z")):
        await recorded_all(store, *(entry(run, item) for item in items))
    await recorded_all(
        store, entry(A, "b", retry_count=3, error="x"), entry(A, "b", retry_count=1), entry(B, "a", retry_count=1)
    )
    owners = [(await get(store, run)).incarnation for run in (A, B)]
    assert await store.list_compared_items(owners, None, 99) == ["B", "a", "b", "ä", "\uffff", "🛷"]
    assert await store.list_compared_items(owners, None, 2) == ["B", "a"]
    assert await store.list_compared_items(owners, "a", 2) == ["b", "ä"]
    assert await store.list_compared_items(owners, "ab", 1) == ["b"]
    assert await store.list_compared_items(owners, "🛷", 1) == []
    columns = frozenset({"owner", "item_id", "retry_count", "error"})
    rows = await store.find_last_results(owners, ["a", "b", "z", "none"], columns)
    assert {(row["owner"], row["item_id"], row["retry_count"], row["error"]) for row in rows} == {
        (owners[0], "b", 3, "x"),
        (owners[1], "a", 1, None),
        (owners[1], "b", 0, None),
    }
    await done(store, delete_results(A))
    assert await store.list_compared_items(owners, None, 99) == ["B", "a", "b", "\uffff"]
    assert len(await store.find_last_results(owners, ["b"], columns)) == 1
    await done(store, record(A, "b", retry_count=2))
    (row,) = await store.find_last_results(owners[:1], ["b"], columns)
    assert row["retry_count"] == 2
