"""Searches, and lists and counts by parts of names, within other filters: as the memory store, with and without index.

The numbers up to which runs are read rather than looked up are small here, so that each way is taken.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal_column

from persistence import migrations
from persistence.memory.store import MemoryStore
from persistence.sql.reads import counts, runs, search
from persistence.sql.words import few, names
from runindex.commands import AnyCommand
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import InstantRange, MetadataFilter, MetadataOperator, RunFilter, TagFilter, visible
from runindex.domain.runs.search import tokens_of
from runindex.domain.runs.words import MOST_ENTRIES
from runindex.ports.queries import ALL_COLUMNS, OrderDirection, RunOrder, RunOrderField, RunQuery, Window
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import create, move, run_id
from tests.support.drawn.effort import tries
from tests.unit.persistence.words.conftest import Place, unindex

pytestmark = pytest.mark.asyncio

RUNS = 40
NAMES = ("nightly build", "Nightly", "straße 日本語x", "rare_name", "100% '_\"", "ΣΊΣΥΦΟΣ 🛷")
PARTS = (
    "nig",
    "ghtly b",
    "rare_",
    "STRA",
    "本語x",
    "语言x",
    "%",
    "% '_\"",
    "σίσυφ",
    "name",
    "no such",
    "build 1",
    "uild",
)
WORDS = (
    "night",
    "nightly build",
    "rare",
    "日本 active",
    "🛷",
    "語x strass",
    "word3 failed",
    "common",
    "com rare",
    "%",
    "x none",
)
TAGS = {"a": 2, "b": 3, "rare": 17, "of no run": 10**6}
ENDED = (RunStatus.FAILED, RunStatus.COMPLETED, RunStatus.CANCELLED, RunStatus.ARCHIVED)
STATUSES = st.lists(st.sampled_from(RunStatus), min_size=1, max_size=3).map(tuple)

moments = st.none() | st.integers(START, START + RUNS * 10**6)
tags = st.lists(st.sampled_from(tuple(TAGS)), min_size=1, max_size=3).map(tuple)
conditions = st.one_of(
    tags.map(lambda some: RunFilter(tags=TagFilter(all=some))),
    tags.map(lambda some: RunFilter(tags=TagFilter(any=some))),
    tags.map(lambda some: RunFilter(tags=TagFilter(none=some))),
    STATUSES.map(lambda some: RunFilter(status=some)),
    st.builds(lambda *ends: RunFilter(created_at=InstantRange(*ends)), moments, moments),
    st.builds(lambda *ends: RunFilter(updated_at=InstantRange(*ends)), moments, moments),
    st.sampled_from((1, 2)).map(lambda number: RunFilter(parent_id=run_id(number))),
    st.sampled_from(PARTS).map(lambda part: RunFilter(name_contains=part)),
    st.integers(0, 4).map(lambda n: RunFilter(metadata=(MetadataFilter(("n",), MetadataOperator.GT, n),))),
    st.sampled_from(PARTS).map(lambda part: RunFilter(not_=RunFilter(name_contains=part))),
    st.sampled_from(PARTS).map(
        lambda part: RunFilter(or_=(RunFilter(name_contains=part), RunFilter(tags=TagFilter(all=("rare",)))))
    ),
)
filters = st.builds(
    lambda parts, shown: visible(RunFilter(and_=tuple(parts), include_archived=shown)),
    st.lists(conditions, max_size=3),
    st.booleans(),
)
orders = st.builds(
    lambda field, direction: RunOrder(field, direction, ("n",) if field is RunOrderField.METADATA else None),
    st.sampled_from((*RunOrderField, *[RunOrderField.CREATED_AT] * 4)),
    st.sampled_from(OrderDirection),
)


def batches(clock: StandingClock) -> Iterator[list[AnyCommand]]:
    """Yield what makes runs of many names, tags and statuses, some in the same instant; one has too many words."""
    batch: list[AnyCommand] = []
    for number in range(1, RUNS + 1):
        words = ["common", *(f"word{n}" for n in range(2 * MOST_ENTRIES if number == 9 else number % 5))]
        new = create(
            run_id(number),
            name=None if number % 11 == 0 else f"{NAMES[number % len(NAMES)]} {number}",
            tags=tuple(tag for tag, period in TAGS.items() if number % period == 0),
            parent_id=run_id(number % 2 + 1) if number % 5 == 0 else None,
            metadata={"n": number % 6, "text": words},
        )
        batch += [new, *([move(run_id(number), ENDED[number % 4])] if number % 3 else [])]
        if number % 4 == 0:
            yield batch
            batch = []
            clock.advance(number % 3)


@pytest_asyncio.fixture(params=[None, "true", "incarnation % 2 = 0"], ids=["indexed", "not indexed", "partly indexed"])
async def both(
    request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Store, Store]]:
    """Give a store whose runs are in the index, or not, and one in memory with the same runs."""
    monkeypatch.setattr(names, "LOOKED_AT", 2)
    monkeypatch.setattr(names, "MOST_COUNTED", 4)
    monkeypatch.setattr(few, "FEW", 3)
    monkeypatch.setattr(few, "MANY", 15)
    monkeypatch.setattr(search, "MOST_OF_EACH", literal_column(str(RUNS)))
    caches: list[Any] = [search.search_statement, runs.page_statement, counts.count_statement]
    for cache in caches:
        cache.cache_clear()
    await asyncio.to_thread(migrations.upgrade, place.url)
    async with MemoryStore.open(clock := StandingClock()) as memory, place.open(clock) as opened:
        for batch in batches(clock):
            await memory.apply(batch)
            await opened.apply(batch)
        if request.param is not None:
            await unindex(place, request.param)
        yield opened, memory
    for cache in caches:
        cache.cache_clear()


@tries(8)
@given(data=st.data())
async def test_a_list_by_a_part_of_a_name_is_as_in_memory(both: tuple[Store, Store], data: st.DataObject) -> None:
    store, memory = both
    asked = RunFilter(name_contains=data.draw(st.sampled_from(PARTS), "part"), and_=(data.draw(filters, "filter"),))
    order = data.draw(orders, "order")
    path = None if order.path else data.draw(st.sampled_from((None, ("n",))), "path")
    column = order.field.column
    window = Window(1000)
    rows = await memory.list_runs(RunQuery(asked, window, ALL_COLUMNS, order, path))
    assert list(map(dict, await store.list_runs(RunQuery(asked, window, ALL_COLUMNS, order, path)))) == list(
        map(dict, rows)
    )
    assert await store.count_runs(asked) == len(rows)
    assert await store.count_runs(asked, 2) == min(2, len(rows))
    places = st.sampled_from([None, *[(row[column], row["id"]) for row in rows]])
    after, before = data.draw(places, "after"), data.draw(places, "before")
    offset = data.draw(st.integers(0, 3), "offset") if after is before is None else 0
    windows = [
        Window(size, after, before, back, offset) for size in (1, 3) for back in ((False,) if offset else (False, True))
    ]
    for window in windows:
        query = RunQuery(asked, window, frozenset({"id", "name"}), order, path)
        assert [row["id"] for row in await store.list_runs(query)] == [
            row["id"] for row in await memory.list_runs(query)
        ]


@tries(8)
@given(words=st.sampled_from(WORDS), run_filter=filters, limit=st.sampled_from((1, 5, 100)))
async def test_a_search_within_a_filter_is_as_in_memory(
    both: tuple[Store, Store], words: str, run_filter: RunFilter, limit: int
) -> None:
    store, memory = both
    found, expected = [
        [(row["id"], score) for row, score in await each.search_runs(tokens_of(words), run_filter, limit, ALL_COLUMNS)]
        for each in (store, memory)
    ]
    assert found == expected
