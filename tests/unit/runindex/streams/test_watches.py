"""Whom a change concerns is found by index, and is whom it would concern if all were asked."""

import json
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, Former, RunChangeKind
from runindex.domain.runs.filters import EVERYTHING, MetadataOperator, RunFilter, uses_ancestor
from runindex.domain.runs.run import Run
from runindex.streams.change_filter import ChangeFilter
from runindex.streams.watches import MOST_KEPT, Watch, WatchIndex
from tests.support.drawn.filters import metadata, run_filters

IDS = ("a", "b", "c")
TAGS = ("x", "y", "z")

tag_lists = st.lists(st.sampled_from(TAGS), unique=True, max_size=2).map(tuple)
statuses = st.sampled_from(RunStatus)
runs = st.builds(
    Run,
    id=st.sampled_from(IDS),
    incarnation=st.just(1),
    created_at=st.just(1),
    updated_at=st.just(2),
    status=statuses,
    tags=tag_lists,
    parent_id=st.none() | st.sampled_from(IDS),
)
formers = st.builds(Former, status=statuses, name=st.none(), tags=tag_lists, metadata=st.none(), updated_at=st.just(1))
changes = st.builds(Change, seq=st.just(1), kind=st.sampled_from(RunChangeKind), run=runs, former=st.none() | formers)
filters = run_filters(IDS, (1, 2), TAGS, (("k",),), (1,)).filter(lambda drawn: not uses_ancestor(drawn))


def change(seq: int, run_id: str = "a") -> Change:
    return Change(seq, RunChangeKind.CREATED, Run(run_id, 1, 0, 0), None)


@given(st.none() | filters, changes)
def test_who_is_found_is_who_sees_it(run_filter: RunFilter | None, drawn: Change) -> None:
    watches, watch = WatchIndex(), Watch(ChangeFilter(run_filter), 0)
    watches.add(watch)
    watches.offer([drawn])
    assert watch.take(0, 1) == (watch.change_filter.select([drawn]), 1)
    watches.discard(watch)
    watches.offer([drawn])
    assert (len(watches), watch.take(1, 1)) == (0, ([], 1))


@pytest.mark.asyncio
async def test_a_watch_wakes_for_what_it_sees_alone() -> None:
    watches = WatchIndex()
    seeing, other = (Watch(ChangeFilter(RunFilter(ids=(run_id,))), 0) for run_id in IDS[:2])
    for watch in (seeing, other):
        watches.add(watch)
        await watch.wake_up.wait(0)
    watches.offer([change(1)])
    assert [await watch.wake_up.wait(0) for watch in (seeing, other)] == [True, False]


def test_who_does_not_come_is_left_to_read_the_log() -> None:
    watches, watch = WatchIndex(), Watch(ChangeFilter(EVERYTHING), 0)
    watches.add(watch)
    watches.offer([change(seq) for seq in range(1, MOST_KEPT + 2)])
    end = MOST_KEPT + 1
    assert watch.take(0, end) is None
    assert watch.take(end, end) == ([], end)


@pytest.mark.asyncio
async def test_a_log_that_begins_anew_lets_all_look() -> None:
    watches, watch = WatchIndex(), Watch(ChangeFilter(EVERYTHING), 0)
    watches.add(watch)
    watches.offer([change(1)])
    await watch.wake_up.wait(0)
    watches.restart(7, 1)
    assert await watch.wake_up.wait(0)
    assert watch.take(0, 7) is None
    assert watch.take(7, 7) == ([], 7)


def test_who_had_nothing_to_see_goes_on_behind_it() -> None:
    watches, watch = WatchIndex(), Watch(ChangeFilter(RunFilter(ids=("b",))), 0)
    watches.add(watch)
    watches.offer([change(seq) for seq in range(1, 6)])
    watches.restart(7, 5)
    watches.restart(9, 8)  # before the reader comes
    assert [watch.take(position, 9) for position in (0, 4, 5, 8)] == [([], 5), ([], 5), None, None]
    assert watch.take(9, 9) == ([], 9)
    watches.offer([change(seq, "a" if seq < 20 else "b") for seq in range(10, 21 + MOST_KEPT)])
    assert [watch.take(position, 20 + MOST_KEPT) for position in (9, 19)] == [([], 19), None]


def test_metadata_is_read_once_for_all_who_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    watches, decode = WatchIndex(), Mock(wraps=json.JSONDecoder().decode)
    for wanted in range(100):
        watches.add(Watch(ChangeFilter(metadata("n", MetadataOperator.EQ, wanted)), 0))
    monkeypatch.setattr(json.JSONDecoder, "decode", decode)
    before, after = '{"n": 1, "of": "this test"}', '{"n": 2, "of": "this test"}'
    former = Former(RunStatus.ACTIVE, None, (), before, 0)
    watches.offer([Change(1, RunChangeKind.METADATA, Run("a", 1, 0, 0, metadata=after), former)])
    assert sorted(call.args[0] for call in decode.call_args_list) == [before, after]
