import asyncio
from itertools import pairwise

import pytest
import pytest_asyncio

from runindex.commands import AnyCommand
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import SECOND
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, Former, Membership, RunChangeKind, membership
from runindex.domain.runs.filters import (
    EVERYTHING,
    UNARCHIVED,
    InstantRange,
    MetadataOperator,
    RunFilter,
    TagFilter,
    predicate,
    visible,
)
from runindex.domain.runs.retention import keep_latest
from runindex.ports.queries import Window
from runindex.ports.store import ChangeQuery, Store
from tests.support.clock import START, StandingClock
from tests.support.commands import (
    A,
    B,
    C,
    add_tags,
    clear_metadata,
    create,
    dataset,
    delete,
    delete_all,
    move,
    move_all,
    patch_metadata,
    remove_tags,
    rename,
    replace_metadata,
    retain,
    run_id,
    start,
)
from tests.support.data.population import IDS, populate
from tests.support.drawn.filters import metadata
from tests.support.stores import apply, do, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus


@pytest_asyncio.fixture
async def told(store: Store, clock: StandingClock) -> Store:
    """Give the run A a life with one change of every kind, a second apart, and a second life."""
    commands: list[AnyCommand] = [
        create(A, name="one", tags=("t",), metadata={"v": 1}, dataset=dataset(), plan_id=C),
        start(A),
        rename(A, "two"),
        replace_metadata(A, {"v": 2}),
        add_tags(A, "u"),
        retain(A, keep_latest(5)),
        move(A, PAUSED),
        move(A, ACTIVE),
        move(A, FAILED),
        remove_tags(A, "t"),
        clear_metadata(A),
        rename(A, None),
        move(A, ARCHIVED),
        patch_metadata(A, {"v": 3}),
        delete(A),
        create(A, name="again"),
    ]
    for command in commands:
        clock.advance()
        await do(store, command)
    return store


async def test_every_change_is_an_entry_of_its_kind(told: Store) -> None:
    kinds = [change.kind.name for change in await log_of(told, after=1)]
    assert kinds == [
        *("CREATED", "STARTED", "NAME", "METADATA", "TAGS", "RETENTION", "STATUS", "STATUS", "STATUS"),
        *("TAGS", "METADATA", "NAME", "STATUS", "METADATA", "DELETED", "CREATED"),
    ]


async def test_an_entry_holds_the_run_after_it_and_what_it_overwrote(told: Store) -> None:
    entries = await log_of(told, after=1)
    assert entries[0].former is None
    for before, after in pairwise(entries[:-1]):
        run = before.run
        assert after.former == Former(run.status, run.name, run.tags, run.metadata, run.updated_at, run.started_at)
        assert after.run.version == run.version + 1
        assert after.run.updated_at == run.updated_at + SECOND
        assert (after.run.incarnation, after.run.created_at, after.run.dataset, after.run.plan_id) == (
            run.incarnation,
            run.created_at,
            run.dataset,
            run.plan_id,
        )
    failed = entries[8].run
    assert (failed.status, failed.error, failed.finished_at, failed.outcome) == (
        FAILED,
        "out of paper",
        failed.updated_at,
        FAILED,
    )
    assert entries[-1].former is None


async def test_what_was_before_a_change_is_what_the_last_one_left(told: Store) -> None:
    entries = await log_of(told, after=1)
    for before, after in pairwise(entries[:-1]):
        seen = after.before
        assert seen is not None
        assert (seen.status, seen.name, seen.tags, seen.metadata) == (
            before.run.status,
            before.run.name,
            before.run.tags,
            before.run.metadata,
        )
        assert (seen.updated_at, seen.finished_at) == (before.run.updated_at, before.run.finished_at)
    assert entries[-2].after is None
    assert entries[-1].before is None


async def test_history_is_that_of_the_present_incarnation(told: Store) -> None:
    assert [change.seq for change in await history_of(told, A)] == [17]
    assert await history_of(told, A) == await log_of(told, after=16)
    assert await history_of(told, DEFAULT_RUN) == (await log_of(told))[:1]
    assert list(await history_of(told, B)) == []
    found = await told.list_history([A, DEFAULT_RUN, B], Window(5))
    assert {text: [change.seq for change in found.get(text, ())] for text in (A, DEFAULT_RUN, B)} == {
        A: [17],
        DEFAULT_RUN: [1],
        B: [],
    }


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7])
async def test_history_is_walked_page_by_page_both_ways(store: Store, size: int) -> None:
    await made(store, create(A), create(B))
    for number in range(5):
        await apply(store, rename(A, str(number)), rename(B, str(number)))
    truth = [change for change in await log_of(store) if change.run.id == A]
    assert len(truth) == 6
    forward: list[Change] = []
    while page := await history_of(store, A, Window(size, after=(forward[-1].seq,) if forward else None)):
        assert len(page) <= size
        forward += page
    backward: list[Change] = []
    while page := await history_of(
        store, A, Window(size, before=(backward[0].seq,) if backward else None, backward=True)
    ):
        backward = [*page, *backward]
    assert forward == backward == truth
    pages = await store.list_history([A, B], Window(size))
    assert {text: len(page) for text, page in pages.items()} == {A: min(size, 6), B: min(size, 6)}


async def test_as_of_tells_what_a_run_was(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, name="0"))
    for number in range(1, 4):
        clock.advance(10)
        await made(store, rename(A, str(number)))
    await made(store, rename(A, "3 again"))
    names = {-1: None, 0: "0", 1: "0", 9.999999: "0", 10: "1", 29: "2", 30: "3 again", 99: "3 again"}
    for seconds, name in names.items():
        found = await store.find_as_of([A, B], START + round(seconds * SECOND))
        assert {text: change.run.name for text, change in found.items()} == ({} if name is None else {A: name})


async def test_as_of_speaks_of_the_present_incarnation(told: Store, clock: StandingClock) -> None:
    now = clock.now()
    assert await told.find_as_of([A], now - SECOND) == {}
    assert [change.seq for change in (await told.find_as_of([A, A], now)).values()] == [17]
    await do(told, delete(A))
    assert await told.find_as_of([A], now + SECOND) == {}


async def test_order_is_that_of_commits_whatever_the_clock_says(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, name="0"))
    for number in range(1, 5):
        clock.advance(-3600)
        await made(store, rename(A, str(number)))
    entries = await log_of(store, after=1)
    assert [change.run.name for change in entries] == ["0", "1", "2", "3", "4"]
    assert list(await history_of(store, A)) == entries
    assert (await get(store, A)).updated_at == START


async def test_the_log_state_follows_the_log(store: Store) -> None:
    first = await store.log_state()
    assert (first.head, first.floor) == (1, 0)
    assert first.epoch
    await apply(store, create(A), rename(A, "x"), rename(B, "refused"))
    second = await store.log_state()
    assert (second.head, second.floor, second.epoch) == (3, 0, first.epoch)


async def test_the_log_is_gapless_whatever_is_refused(store: Store) -> None:
    await apply(store, create(A), create(A), rename(B, "x"), create(B), move(B, ACTIVE), rename(B, "y"), delete(C))
    await apply(store, delete(C))
    await apply(store)
    await apply(store, move_all([A, B, C, "junk"], PAUSED), delete_all([C]), add_tags(A, "t"))
    entries = await log_of(store)
    assert [change.seq for change in entries] == list(range(1, 8))
    assert [change.run.id for change in entries] == [DEFAULT_RUN, A, B, B, A, B, A]


async def test_racing_batches_leave_no_gap_and_no_repeat(store: Store) -> None:
    ids = [run_id(number) for number in range(1, 9)]
    await apply(store, *map(create, ids))

    async def race(offset: int) -> None:
        for place in range(5):
            turned = ids[offset:] + ids[:offset]
            await apply(store, *(rename(text, f"{offset} {place}") for text in turned))

    await asyncio.gather(*map(race, range(6)))
    entries = await log_of(store)
    assert [change.seq for change in entries] == list(range(1, 1 + 1 + 8 + 6 * 5 * 8))
    for text in ids:
        versions = [change.run.version for change in entries if change.run.id == text]
        assert versions == list(range(1, 32))
        assert (await get(store, text)).version == 31
    # Each batch is one stretch of the log.
    batches = [entries[begin : begin + 8] for begin in range(9, len(entries), 8)]
    assert all(len({change.run.name for change in batch}) == 1 for batch in batches)


async def test_readers_see_whole_batches_in_order(store: Store) -> None:
    done = False

    async def write() -> None:
        nonlocal done
        for number in range(20):
            await apply(store, *(create(tags=(f"{number}",)) for _ in range(5)))
        done = True

    async def read() -> None:
        position = 1
        while not done or position < 101:
            entries = await store.list_changes(ChangeQuery(position, 1000))
            assert len(entries) % 5 == 0
            assert [change.seq for change in entries] == list(range(position + 1, position + 1 + len(entries)))
            position += len(entries)
            await asyncio.sleep(0)

    await asyncio.gather(write(), read(), read())


async def test_the_log_is_read_from_any_place_in_bits_of_any_size(told: Store) -> None:
    entries = await log_of(told)
    for after in (0, 1, 7, len(entries) - 1, len(entries), len(entries) + 5):
        for limit in (1, 3, 100):
            assert await told.list_changes(ChangeQuery(after, limit)) == entries[after : after + limit]


FILTERS = {
    "everything": EVERYTHING,
    "unarchived": UNARCHIVED,
    "nothing": RunFilter(ids=()),
    "ids": RunFilter(ids=(A, B)),
    "active": RunFilter(status=(ACTIVE,)),
    "finished": RunFilter(status=(COMPLETED, FAILED, CANCELLED)),
    "tag": RunFilter(tags=TagFilter(all=("t",))),
    "any-tag": RunFilter(tags=TagFilter(any=("t", "a"))),
    "no-tag": RunFilter(tags=TagFilter(none=("t", "a"))),
    "tag-prefix": RunFilter(tags=TagFilter(prefix="x_")),
    "late": RunFilter(tags=TagFilter(any=("late",))),
    "name": RunFilter(name_contains="TWO"),
    "other-name": RunFilter(name_contains="n"),
    "metadata": metadata("v", MetadataOperator.EQ, 2),
    "metadata-order": metadata("v", MetadataOperator.GTE, 1),
    "metadata-missing": metadata("v", MetadataOperator.MISSING),
    "parent": RunFilter(parent_id=IDS[1]),
    "root": RunFilter(is_root=True),
    "dataset": RunFilter(dataset_id="questions"),
    "target": RunFilter(target_id="agent-2"),
    "plan": RunFilter(plan_id=C),
    "created": RunFilter(created_at=InstantRange(START + 3600 * SECOND, START + 5 * 3600 * SECOND)),
    "updated": RunFilter(updated_at=InstantRange(end=START + 3 * SECOND)),
    "gone": RunFilter(updated_at=InstantRange(START + 15 * SECOND, START + 16 * SECOND)),
    "unfinished": RunFilter(not_=RunFilter(finished_at=InstantRange(start=0))),
    "logic": RunFilter(or_=(RunFilter(status=(PAUSED,)), RunFilter(and_=(RunFilter(name_contains="o"), UNARCHIVED)))),
    "visible": visible(RunFilter()),
}


@pytest.mark.parametrize("chosen", FILTERS)
async def test_a_filter_sees_both_sides_of_each_change(told: Store, clock: StandingClock, chosen: str) -> None:
    await populate(told, clock)
    entries = await log_of(told)
    matches = predicate(FILTERS[chosen])
    seen = [change for change in entries if any(run and matches(run) for run in (change.before, change.after))]
    assert await log_of(told, run_filter=FILTERS[chosen]) == seen
    for limit in (1, 4):
        for after in (0, 10, 20):
            query = ChangeQuery(after, limit, FILTERS[chosen])
            assert await told.list_changes(query) == [change for change in seen if change.seq > after][:limit]


def looks(change: Change, run_filter: RunFilter) -> Membership | None:
    matches = predicate(run_filter)
    before, after = (run is not None and matches(run) for run in (change.before, change.after))
    return membership(before=before, after=after)


async def test_a_change_enters_updates_and_leaves_a_list(told: Store) -> None:
    listed = visible(RunFilter(tags=TagFilter(any=("t",))))
    expected = [
        *((2, "ENTERED"), (3, "UPDATED"), (4, "UPDATED"), (5, "UPDATED"), (6, "UPDATED"), (7, "UPDATED")),
        *((8, "UPDATED"), (9, "UPDATED"), (10, "UPDATED"), (11, "LEFT")),
    ]
    entries = await log_of(told, run_filter=listed)
    assert [(change.seq, looks(change, listed)) for change in entries] == expected


async def test_archiving_and_deleting_leave_a_list(store: Store) -> None:
    await apply(store, create(A), create(B), move(A, ARCHIVED), rename(A, "unseen"), delete(B), delete(A))
    entries = await log_of(store, after=1, run_filter=UNARCHIVED)
    assert [(change.run.id, change.kind, looks(change, UNARCHIVED)) for change in entries] == [
        (A, RunChangeKind.CREATED, Membership.ENTERED),
        (B, RunChangeKind.CREATED, Membership.ENTERED),
        (A, RunChangeKind.STATUS, Membership.LEFT),
        (B, RunChangeKind.DELETED, Membership.LEFT),
    ]
