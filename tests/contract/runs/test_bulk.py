import pytest

from runindex.commands import MAX_BULK, BulkMode
from runindex.commands.outcomes import RunApplied, RunDeleted
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    PROBLEMS,
    ConstraintReason,
    ConstraintViolation,
    InvalidInput,
    InvalidTransition,
    NotFound,
)
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED, MetadataOperator, RunFilter, TagFilter
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import ERROR, A, B, C, D, E, create, delete_all, move, move_all, run_id
from tests.support.drawn.filters import metadata
from tests.support.stores import MADE, apply, bulk, counted_by_status, do, find, get, listed_ids, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus


async def test_each_entry_is_judged_by_itself(store: Store, clock: StandingClock) -> None:
    await apply(store, create(A), create(B), move(B, COMPLETED), create(C))
    clock.advance()
    outcome = await bulk(store, move_all([A, B, D, "junk", DEFAULT_RUN, C], FAILED, reason="r", actor="ann"))
    assert [type(entry) for entry in outcome.outcomes] == [
        RunApplied,
        InvalidTransition,
        NotFound,
        InvalidInput,
        ConstraintViolation,
        RunApplied,
    ]
    assert outcome.outcomes[1:3] == (InvalidTransition(COMPLETED, FAILED), NotFound("Run", D))
    assert (outcome.succeeded, outcome.replayed) == (2, False)
    first, last = outcome.outcomes[0], outcome.outcomes[-1]
    assert isinstance(first, RunApplied)
    assert isinstance(last, RunApplied)
    assert (first.run, last.run) == (await get(store, A), await get(store, C))
    assert (first.run.error, first.run.finished_at, first.seq, last.seq) == (ERROR, clock.now(), 6, 7)
    assert [(change.kind, change.reason, change.actor) for change in await log_of(store, after=5)] == [
        (RunChangeKind.STATUS, "r", "ann")
    ] * 2


async def test_entries_are_answered_in_the_order_asked(store: Store) -> None:
    ids = [run_id(number) for number in (5, 1, 4, 2, 3)]
    await apply(store, *map(create, ids))
    outcome = await bulk(store, move_all(ids, PAUSED))
    assert [entry.run.id for entry in outcome.outcomes if isinstance(entry, RunApplied)] == ids
    deleted = await bulk(store, delete_all(ids[::-1]))
    assert [entry.id for entry in deleted.outcomes if isinstance(entry, RunDeleted)] == ids[::-1]
    assert [change.run.id for change in await log_of(store, after=6)] == ids + ids[::-1]


async def test_an_id_given_twice_is_judged_twice(store: Store) -> None:
    await made(store, create(A))
    outcome = await bulk(store, move_all([A, A.upper(), A], PAUSED))
    assert [type(entry) for entry in outcome.outcomes] == [RunApplied, InvalidTransition, InvalidTransition]
    gone = await bulk(store, delete_all([A, A]))
    assert gone.outcomes == (RunDeleted(A, 3, 4), NotFound("Run", A))


@pytest.mark.parametrize("spoiler", [B, D, "junk", DEFAULT_RUN], ids=["closed", "unknown", "malformed", "default"])
async def test_in_atomic_mode_every_entry_repeats_the_first_problem(store: Store, spoiler: str) -> None:
    await apply(store, create(A), create(B), move(B, COMPLETED), create(C))
    log, before = await log_of(store), await counted_by_status(store)
    outcome = await bulk(store, move_all([A, spoiler, C, E], PAUSED, BulkMode.ATOMIC))
    assert len(outcome.outcomes) == 4
    assert isinstance(outcome.outcomes[0], PROBLEMS)
    assert set(outcome.outcomes) == {outcome.outcomes[0]}
    assert outcome.succeeded == 0
    assert outcome.outcomes[0] != NotFound("Run", E)
    assert await log_of(store) == log
    assert await counted_by_status(store) == before
    assert (await get(store, A)).status is ACTIVE


async def test_in_atomic_mode_all_move_when_all_can(store: Store) -> None:
    await apply(store, create(A), create(B))
    outcome = await bulk(store, move_all([A, B], CANCELLED, BulkMode.ATOMIC))
    assert outcome.succeeded == 2
    assert await listed_ids(store, RunFilter(status=(CANCELLED,))) == [B, A]
    assert (await bulk(store, move_all([], CANCELLED, BulkMode.ATOMIC))).outcomes == ()


async def test_what_an_atomic_bulk_takes_back_others_in_the_batch_keep(store: Store) -> None:
    outcomes = await apply(
        store,
        create(A),
        create(B),
        move_all([A, D], PAUSED, BulkMode.ATOMIC),
        move(A, COMPLETED),
        move_all([A, B], ARCHIVED, BulkMode.ATOMIC),
    )
    assert isinstance(outcomes[3], RunApplied)
    assert (outcomes[3].version, outcomes[3].seq) == (2, 4)
    assert [change.seq for change in await log_of(store)] == [1, 2, 3, 4, 5, 6]
    assert (await counted_by_status(store)) == {"ACTIVE": 1, "ARCHIVED": 2}


async def test_bulk_sees_what_came_before_it_in_its_batch(store: Store) -> None:
    outcomes = await apply(
        store, create(A), create(B), move_all([A, B], PAUSED), delete_all([A, C]), create(A), move_all([A, B], ACTIVE)
    )
    assert [entry.succeeded for entry in outcomes if hasattr(entry, "succeeded")] == [2, 1, 1]
    assert await counted_by_status(store) == {"ACTIVE": 3}


FILTERS = {
    "tag": (RunFilter(tags=TagFilter(any=("t",))), [D, B, A]),
    "open": (RunFilter(tags=TagFilter(any=("t",)), status=(ACTIVE,)), [B, A]),
    "ids": (RunFilter(ids=(A, C, E)), [C, A]),
    "metadata": (metadata("v", MetadataOperator.GT, 1), [C, B]),
    "below": (RunFilter(ancestor_id=A), [C, B]),
    "everything": (MADE, [D, C, B, A]),
    "nothing": (RunFilter(ids=()), []),
}


@pytest.mark.parametrize("chosen", FILTERS)
async def test_runs_are_chosen_by_filter_newest_first(store: Store, clock: StandingClock, chosen: str) -> None:
    for command in (
        create(A, tags=("t",), metadata={"v": 1}),
        create(B, tags=("t",), metadata={"v": 2}, parent_id=A),
        create(C, metadata={"v": 3}, parent_id=B),
        create(D, tags=("t",)),
    ):
        clock.advance()
        await made(store, command)
    await made(store, move(D, PAUSED))
    run_filter, ids = FILTERS[chosen]
    moved = await bulk(store, move_all(run_filter, ARCHIVED))
    assert [entry.run.id for entry in moved.outcomes if isinstance(entry, RunApplied)] == ids
    assert await listed_ids(store, RunFilter(status=(ARCHIVED,))) == ids
    gone = await bulk(store, delete_all(RunFilter(ids=tuple(ids))))
    assert [entry.id for entry in gone.outcomes if isinstance(entry, RunDeleted)] == ids
    assert await listed_ids(store, RunFilter(status=(ARCHIVED,))) == []


async def test_a_filter_that_finds_the_default_run_spares_it(store: Store) -> None:
    await apply(store, create(A), create(B))
    outcome = await bulk(store, delete_all(EVERYTHING))
    assert outcome.succeeded == 2
    refused = [entry for entry in outcome.outcomes if isinstance(entry, ConstraintViolation)]
    assert [entry.reason for entry in refused] == [ConstraintReason.DEFAULT_RUN]
    assert await listed_ids(store) == [DEFAULT_RUN]


async def test_a_filter_first_in_its_batch_sees_all_earlier_batches(store: Store) -> None:
    await apply(store, create(A), create(B), move(B, ARCHIVED))
    outcomes = await apply(store, delete_all(RunFilter(and_=(UNARCHIVED, MADE))), create(C), move(B, ACTIVE))
    assert [type(entry) for entry in outcomes[1:]] == [RunApplied, InvalidTransition]
    assert await find(store, A) is None
    assert set(await listed_ids(store)) == {DEFAULT_RUN, B, C}


async def test_one_call_takes_a_thousand_runs_and_no_more(store: Store) -> None:
    ids = [run_id(number) for number in range(1, MAX_BULK + 2)]
    await apply(store, *(create(new_id, tags=("t",)) for new_id in ids))
    before = await store.log_state()
    tagged = RunFilter(tags=TagFilter(all=("t",)))
    for command in (move_all(ids, PAUSED), delete_all(ids), move_all(tagged, PAUSED), delete_all(tagged)):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is ConstraintReason.LIMIT_EXCEEDED
    assert await store.log_state() == before
    assert (await bulk(store, move_all(ids[:-1], PAUSED))).succeeded == MAX_BULK
    assert (await bulk(store, delete_all(RunFilter(status=(PAUSED,))))).succeeded == MAX_BULK
    assert await store.count_runs(tagged) == 1
    assert (await store.log_state()).head == before.head + 2 * MAX_BULK
