import pytest

from runindex.commands.outcomes import EventsAppended, ResultRecorded
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation
from runindex.domain.records.events import Event
from runindex.domain.records.results import Result
from runindex.ports.maintenance import Storage
from runindex.ports.record_lists import Equals
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, create, move, start
from tests.support.data.maintenance import faults
from tests.support.records import (
    append,
    assert_refused,
    delete_results,
    done,
    entry,
    everything,
    gained,
    listed_of,
    record,
    recorded,
    recorded_all,
    result_counts,
)
from tests.support.stores import do, get, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
FINISHED = (COMPLETED, FAILED, CANCELLED)


@pytest.mark.parametrize("status", FINISHED)
async def test_a_closed_run_takes_late_results_and_counts_them(storage: Storage, status: RunStatus) -> None:
    await done(storage, create(A), record(A, "a"), move(A, status))
    before, log = await get(storage, A), await log_of(storage)
    assert_refused(await do(storage, record(A, "b")), ConstraintReason.RUN_CLOSED)
    late = await recorded(storage, record(A, "b", late=True))
    failed = await recorded_all(storage, entry(A, "c", error="", late=True), entry(A, "d"))
    assert [isinstance(each, ResultRecorded) for each in failed.outcomes] == [True, False]
    marks = sorted((each.seq, each.item_id, each.late) for each in await listed_of(storage, A, Result))
    assert marks == [(1, "a", 0), (2, "b", 1), (3, "c", 1)]
    assert await result_counts(storage, A) == (3, 3, 2, 1)
    assert await listed_of(storage, A, Result, Equals("late", 0)) != []
    assert late.result in await listed_of(storage, A, Result, Equals("late", 1))
    assert (await get(storage, A), await log_of(storage)) == (before, log)
    assert await faults(storage) == []


@pytest.mark.parametrize("status", [ACTIVE, PAUSED])
async def test_an_open_run_takes_them_like_any_other(store: Store, status: RunStatus) -> None:
    await made(store, create(A))
    if status is PAUSED:
        await made(store, move(A, PAUSED))
    outcome = await recorded(store, record(A, "a", late=True))
    assert outcome.result.late == 0
    assert (await get(store, A)).started_at is not None


async def test_an_archived_run_takes_nothing(store: Store) -> None:
    await done(store, create(A), record(A, "a"), move(A, COMPLETED), move(A, ARCHIVED))
    before = await everything(store)
    assert_refused(await do(store, record(A, "b", late=True)), ConstraintReason.RUN_CLOSED)
    assert_refused(await do(store, append(A, ("s", {}), late=True)), ConstraintReason.RUN_CLOSED)
    assert await everything(store) == before


@pytest.mark.parametrize("status", FINISHED)
async def test_a_run_that_never_started_is_not_started_by_them(store: Store, status: RunStatus) -> None:
    await done(store, create(A), move(A, status), record(A, late=True))
    assert (await get(store, A)).started_at is None
    assert (await get(store, A)).version == 2


async def test_what_is_stored_is_answered_before_the_status_is_looked_at(store: Store) -> None:
    await done(store, create(A), record(A, "a"), move(A, FAILED))
    stored = await recorded(store, record(A, "b", late=True))
    for late in (True, False):
        assert (await recorded(store, record(A, "a", late=late))).replayed
        again = await recorded(store, record(A, "b", late=late))
        assert (again.replayed, again.result) == (True, stored.result)
        assert_refused(await do(store, record(A, "b", late=late, output=1)), ConstraintReason.DUPLICATE_RESULT)
    await made(store, move(A, ARCHIVED))
    assert (await recorded(store, record(A, "b", late=True))).replayed


async def test_a_key_tells_late_from_not_late(store: Store) -> None:
    await done(store, create(A), move(A, COMPLETED))
    first = await recorded(store, record(A, late=True, idempotency_key="k"))
    assert (await recorded(store, record(A, late=True, idempotency_key="k"))).result == first.result
    assert not isinstance(await do(store, record(A, idempotency_key="k")), ResultRecorded)


@pytest.mark.parametrize("status", FINISHED)
async def test_events_may_be_late(storage: Storage, status: RunStatus) -> None:
    await done(storage, create(A), append(A, ("s", {"n": 0}), late=True), move(A, status))
    assert_refused(await do(storage, append(A, ("s", {"n": 1}))), ConstraintReason.RUN_CLOSED)
    await gained(storage, append(A, ("s", {"n": 1}), ("t", {}), late=True), EventsAppended)
    assert [(event.sequence, event.late) for event in await listed_of(storage, A, Event)] == [(0, 0), (1, 1), (2, 1)]
    assert await faults(storage) == []


async def test_late_results_may_be_deleted_and_come_again(store: Store) -> None:
    await done(store, create(A), start(A), move(A, CANCELLED), record(A, late=True), delete_results(A))
    again = await recorded(store, record(A, output=2, late=True))
    assert (again.replayed, again.result.late, again.result.seq) == (False, 1, 2)


async def test_late_and_closing_at_once_is_one_or_the_other(store: Store, clock: StandingClock) -> None:
    """Within one batch each command sees what its predecessors left."""
    clock.advance()
    await made(store, create(A))
    applied = await store.apply(
        [record(A, "a", late=True), move(A, COMPLETED), record(A, "b", late=True), record(A, "c")]
    )
    marks = [outcome.result.late for outcome in applied.outcomes if isinstance(outcome, ResultRecorded)]
    assert marks == [0, 1]
    assert isinstance(applied.outcomes[3], ConstraintViolation)
