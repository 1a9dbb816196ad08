from dataclasses import replace

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import JobSaved, PlanSaved, ResultRecorded
from runindex.domain.problems import (
    PROBLEMS,
    ConstraintReason,
)
from runindex.ports.store import Store
from tests.support.commands import A, B, create, delete
from tests.support.records import (
    R1,
    R2,
    R3,
    assert_refused,
    delete_results,
    done,
    enqueue,
    entry,
    everything,
    gained,
    plan,
    record,
    recorded,
    recorded_all,
    result_counts,
    result_of,
)
from tests.support.stores import apply, do, find, made

pytestmark = pytest.mark.asyncio


async def taken_ids(store: Store) -> dict[str, str]:
    """Make a node of each kind and return their ids."""
    await made(store, create(A))
    return {
        "run": A,
        "plan": (await gained(store, plan(), PlanSaved)).plan.id,
        "job": (await gained(store, enqueue(), JobSaved)).job.id,
        "result": (await recorded(store, record(A, "first", id=R1))).result.id,
    }


@pytest.mark.parametrize("kind", ["run", "plan", "job", "result"])
async def test_an_id_that_any_node_has_is_refused(store: Store, kind: str) -> None:
    taken = (await taken_ids(store))[kind]
    await made(store, create(B))
    before = await everything(store)
    for target in (A, B):
        assert_refused(await do(store, record(target, "other", id=taken)), ConstraintReason.ALREADY_EXISTS)
        (outcome,) = (await recorded_all(store, entry(target, "other", id=taken))).outcomes
        assert_refused(outcome, ConstraintReason.ALREADY_EXISTS)
    assert_refused(await do(store, create(taken)), ConstraintReason.ALREADY_EXISTS)
    assert await everything(store) == before


async def test_an_id_is_taken_within_a_batch_too(store: Store) -> None:
    await made(store, create(A))
    first, second, third = await apply(store, record(A, "a", id=R1), record(A, "b", id=R1), create(R1))
    assert isinstance(first, ResultRecorded)
    assert_refused(second, ConstraintReason.ALREADY_EXISTS)
    assert_refused(third, ConstraintReason.ALREADY_EXISTS)
    created, refused = await apply(store, create(R2), record(A, "c", id=R2))
    assert not isinstance(created, PROBLEMS)
    assert_refused(refused, ConstraintReason.ALREADY_EXISTS)
    bulk = await recorded_all(store, entry(A, "d", id=R3), entry(A, "e", id=R3), entry(A, "d", id=R3))
    recorded_first, refused_entry, again = bulk.outcomes
    assert isinstance(recorded_first, ResultRecorded)
    assert_refused(refused_entry, ConstraintReason.ALREADY_EXISTS)
    assert again == replace(recorded_first, replayed=True)


def _deletions() -> dict[str, list[AnyCommand]]:
    return {"results": [delete_results(A)], "run": [delete(A), create(A)]}


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
@pytest.mark.parametrize("deleted", _deletions())
async def test_an_id_of_a_deleted_result_is_free_again(store: Store, deleted: str, *, at_once: bool) -> None:
    await made(store, create(A), create(B))
    await recorded(store, record(A, id=R1, output="old"))
    batch = [*_deletions()[deleted], record(B, "new", id=R1, output="new")]
    outcomes = await apply(store, *batch) if at_once else [await do(store, command) for command in batch]
    assert isinstance(outcomes[-1], ResultRecorded), outcomes[-1]
    stored = await result_of(store, R1)
    assert stored is not None
    assert (stored.run_id, stored.item_id, stored.output) == (B, "new", '"new"')
    assert await result_counts(store, A) == (0, 0, 0, 0)
    assert_refused(await do(store, record(B, "third", id=R1)), ConstraintReason.ALREADY_EXISTS)


async def test_an_id_of_a_deleted_result_is_free_for_a_run(store: Store) -> None:
    await done(store, create(A), record(A, id=R1), delete_results(A), create(R1))
    assert await result_of(store, R1) is None
    assert_refused(await do(store, record(A, id=R1)), ConstraintReason.ALREADY_EXISTS)


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
async def test_an_id_of_a_deleted_run_is_free_for_a_result(store: Store, *, at_once: bool) -> None:
    await done(store, create(A), create(B))
    batch: list[AnyCommand] = [delete(B), record(A, id=B)]
    outcomes = await apply(store, *batch) if at_once else [await do(store, command) for command in batch]
    assert isinstance(outcomes[-1], ResultRecorded), outcomes[-1]
    assert await find(store, B) is None
    assert (await result_of(store, B)) is not None
