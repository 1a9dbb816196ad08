"""Searches, and lists by a part of a name, find what the domain says, whatever the index of words knows of a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, RunFilter
from runindex.domain.runs.search import tokens_of
from runindex.domain.runs.words import LONGEST_TEXT, MOST_ENTRIES
from runindex.ports.maintenance import Storage
from runindex.ports.queries import ALL_COLUMNS, OrderDirection, RunOrder, RunOrderField, RunQuery, Window
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, create, delete, move, rename, replace_metadata
from tests.support.data.maintenance import faults
from tests.support.data.population import populate
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import matching_ids
from tests.support.stores import apply, listed, made

pytestmark = pytest.mark.asyncio

PARTS = ("night", "ly ", "ing", "(b", "Ä", "ß", "日本", "本語x", "%_'", '"q"', "\\ ", " \u3000", "🛷", "İ", "Σς", "x-y")
names = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
orders = st.builds(
    RunOrder,
    st.sampled_from([field for field in RunOrderField if field is not RunOrderField.METADATA]),
    st.sampled_from(OrderDirection),
)
filters = st.sampled_from((EVERYTHING, UNARCHIVED, RunFilter(status=(RunStatus.ACTIVE, RunStatus.FAILED))))


async def found(store: Store, query: str) -> set[str]:
    rows = await store.search_runs(tokens_of(query), EVERYTHING, 100, ALL_COLUMNS)
    return {row["id"] for row, _ in rows}


@tries(25)
@given(st.data())
async def test_a_part_of_a_name_finds_the_runs_that_have_it(store: Store, data: st.DataObject) -> None:
    name = data.draw(names.filter(str.strip), "name")
    await apply(store, delete(A), delete(B), delete(C))
    await apply(store, create(A, name=name), create(B, name=name.upper()), create(C), move(B, RunStatus.FAILED))
    start = data.draw(st.integers(0, len(name) - 1))
    part = data.draw(st.one_of(st.just(name[start : start + 6]), names), "part")
    base, order = data.draw(filters), data.draw(orders)
    runs = await listed(store)
    for status in (None, base.status):
        asked = RunFilter(name_contains=part, status=status, include_archived=True)
        expected = set(matching_ids(runs, asked))
        for size in (1, 2, 10):
            for backward in (False, True):
                query = RunQuery(asked, Window(size, backward=backward), ALL_COLUMNS, order)
                rows = await store.list_runs(query)
                assert {row["id"] for row in rows} <= expected
                assert len(rows) == min(size, len(expected))


async def test_lists_by_a_part_of_a_name_go_on_from_page_to_page(store: Store, clock: StandingClock) -> None:
    await populate(store, clock)
    runs = await listed(store)
    for field, direction in ((RunOrderField.CREATED_AT, OrderDirection.DESC), (RunOrderField.NAME, OrderDirection.ASC)):
        order = RunOrder(field, direction)
        for part in ("nightly", "build", "igh", "nothing of it"):
            asked = RunFilter(name_contains=part, include_archived=True)
            walked: list[str] = []
            window = Window(2)
            while rows := await store.list_runs(RunQuery(asked, window, ALL_COLUMNS, order)):
                walked += [row["id"] for row in rows]
                last = rows[-1]
                window = Window(2, after=(last[field.column], last["id"]))
            assert sorted(walked) == sorted(matching_ids(runs, asked))


async def test_a_run_of_too_many_words_is_found_by_each(storage: Storage) -> None:
    words = [f"word{number}x" for number in range(2 * MOST_ENTRIES)]
    await apply(storage, create(A, metadata={"text": words}), create(B, metadata={"text": words[:3]}))
    assert await found(storage, words[-1]) == {A}
    assert await found(storage, words[1]) == {A, B}
    assert await faults(storage) == []
    await apply(storage, replace_metadata(A, {"text": words[:2]}), replace_metadata(B, {"text": words}))
    assert await found(storage, words[-1]) == {B}
    assert await found(storage, words[1]) == {A, B}
    assert await faults(storage) == []
    await apply(storage, delete(B))
    assert await found(storage, words[1]) == {A}
    assert await faults(storage) == []


async def test_a_run_of_a_long_text_is_found_by_each_word(storage: Storage) -> None:
    long = "ab " * (LONGEST_TEXT // 2)
    await apply(storage, create(A, name="long", metadata={"text": f"{long} last"}), create(B, metadata={"text": "ab"}))
    assert await found(storage, "last") == {A}
    assert await found(storage, "ab") == {A, B}
    assert [run.id for run in await listed(storage, RunFilter(name_contains="ong"))] == [A]
    assert await faults(storage) == []


async def test_a_run_is_found_by_what_it_says_now(storage: Storage) -> None:
    await apply(storage, create(A, name="former name"), create(B, name="former"))
    await apply(storage, rename(A, "later name"), delete(B))
    assert await found(storage, "former") == set()
    assert await found(storage, "lat") == {A}
    run = await made(storage, create(B, name="later"))
    assert run.version == 1
    assert await found(storage, "later") == {A, B}
    assert await faults(storage) == []


async def test_a_run_that_was_made_and_deleted_in_one_batch_is_found_as_the_last_one(storage: Storage) -> None:
    await apply(storage, create(A, name="first"))
    await apply(storage, delete(A), create(A, name="second"))
    assert await found(storage, "first") == set()
    assert await found(storage, "second") == {A}
    assert await faults(storage) == []
