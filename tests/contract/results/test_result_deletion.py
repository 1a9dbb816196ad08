import pytest

from runindex.commands.outcomes import ResultsDeleted
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.results import Item, Result
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, delete, move
from tests.support.records import (
    counted_of,
    delete_results,
    done,
    listed_of,
    record,
    recorded,
    result_counts,
    result_of,
)
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

ACTIVE, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = RunStatus
KEY = "key-1"
CLOSED = (COMPLETED, FAILED, CANCELLED, ARCHIVED)


@pytest.mark.parametrize("status", [ACTIVE, PAUSED, *CLOSED])
async def test_results_are_deleted_in_every_status_and_the_run_stays(
    store: Store, clock: StandingClock, status: RunStatus
) -> None:
    await done(store, create(A), create(B), record(A, "a"), record(A, "b", error="x"), record(B, "b"))
    if status is not ACTIVE:
        await made(store, move(A, status))
    run, log = await get(store, A), await log_of(store)
    clock.advance()
    assert await do(store, delete_results(A)) == ResultsDeleted(A, 2)
    assert await do(store, delete_results(A)) == ResultsDeleted(A, 0)
    assert await result_counts(store, A) == (0, 0, 0, 0)
    assert await listed_of(store, A, Result) == []
    assert await listed_of(store, A, Item) == []
    assert await counted_of(store, A, Result) == 0
    assert await result_counts(store, B) == (1, 1, 1, 0)
    # Not even startedAt is taken back.
    assert (await get(store, A), await log_of(store)) == (run, log)


async def test_after_a_deletion_attempts_are_new_again_and_numbers_go_on(store: Store) -> None:
    await done(store, create(A), record(A, output=1), record(A, "b"))
    for number in (3, 4, 5):
        assert isinstance(await do(store, delete_results(A)), ResultsDeleted)
        outcome = await recorded(store, record(A, output=number, error="x"))
        assert (outcome.replayed, outcome.result.seq) == (False, number)
        assert await result_counts(store, A) == (1, 1, 0, 1)
        assert await listed_of(store, A, Result) == [outcome.result]
        assert await result_of(store, outcome.result.id) == outcome.result


async def test_results_are_deleted_and_recorded_within_one_batch(store: Store) -> None:
    await done(store, create(A), record(A, "a"))
    outcomes = await apply(
        store,
        record(A, "b"),
        delete_results(A),
        record(A, "a", error="x"),
        delete_results(A),
        record(A, "a", retry_count=1),
        record(A, "b"),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, ResultsDeleted)] == [
        ResultsDeleted(A, 2),
        ResultsDeleted(A, 1),
    ]
    assert await result_counts(store, A) == (2, 2, 2, 0)
    assert {(result.item_id, result.seq) for result in await listed_of(store, A, Result)} == {("a", 4), ("b", 5)}


async def test_a_deletion_is_answered_as_it_was_and_not_repeated(store: Store) -> None:
    await done(store, create(A), record(A, "a"), record(A, "b"))
    command = delete_results(A, idempotency_key=KEY)
    assert await do(store, command) == ResultsDeleted(A, 2)
    await recorded(store, record(A))
    assert await do(store, command) == ResultsDeleted(A, 2, replayed=True)
    assert await result_counts(store, A) == (1, 1, 1, 0)
    await done(store, delete(A))
    assert await do(store, command) == ResultsDeleted(A, 2, replayed=True)
