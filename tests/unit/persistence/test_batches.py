"""What the contract does not see of a batch: sizes, shapes, and what is cleared away."""

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunApplied
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import IdempotencyConflict
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import add_tags, create, dataset, delete, move, remove_tags, rename, run_id, start
from tests.support.stores import apply, do, get, made

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [1, 3, 5, 63, 341])
async def test_batches_of_any_size_are_written_in_full(stores: tuple[Store, Store], size: int) -> None:
    """Those sizes take every size of chunk that SQLite writes in."""
    store, other = stores
    ids = [run_id(number + 1) for number in range(size)]
    created = await apply(store, *(create(new_id, tags=("a", new_id[-2:])) for new_id in ids))
    moved = await apply(store, *(move(new_id, RunStatus.PAUSED) for new_id in ids))
    for place, new_id in enumerate(ids):
        for outcome, seq in ((created[place], 2 + place), (moved[place], 2 + size + place)):
            assert isinstance(outcome, RunApplied)
            assert (outcome.run.id, outcome.seq) == (new_id, seq)
    assert await get(other, ids[-1]) == moved[-1].run  # type: ignore[union-attr]
    assert dict(await other.list_tags("a", 1)) == {"a": size}


SHAPES: dict[str, list[AnyCommand]] = {
    "moves": [move(run_id(1), RunStatus.PAUSED)],
    "moves with keys": [move(run_id(1), RunStatus.PAUSED, idempotency_key="k")],
    "a start": [start(run_id(1))],
    "a move to the archive": [move(run_id(1), RunStatus.ARCHIVED)],
    "creations": [create(run_id(2), tags=("t",))],
    "creations with keys": [create(run_id(2), idempotency_key="k")],
    "a creation with everything": [create(run_id(2), parent_id=run_id(1), plan_id=run_id(9), dataset=dataset())],
    "a deletion": [delete(run_id(1))],
    "tags": [add_tags(run_id(1), "u"), remove_tags(run_id(1), "t")],
    "all together": [
        create(run_id(2), dataset=dataset(), metadata={"k": 1}, idempotency_key="k"),
        move(run_id(2), RunStatus.FAILED),
        rename(run_id(1), "n"),
        delete(run_id(1)),
        create(run_id(1), tags=("t", "v")),
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_whatever_a_batch_writes_another_store_reads(stores: tuple[Store, Store], shape: str) -> None:
    store, other = stores
    await made(store, create(run_id(1), tags=("t",)))
    outcomes = await apply(store, *SHAPES[shape])
    last = {outcome.run.id: outcome.run for outcome in outcomes if isinstance(outcome, RunApplied)}
    for new_id, run in last.items():
        assert await get(other, new_id) == run


async def test_tags_that_nobody_has_any_more_are_forgotten(stores: tuple[Store, Store]) -> None:
    store, other = stores
    await made(store, create(run_id(1), tags=("gone", "kept")))
    await made(store, create(run_id(2), tags=("kept",)))
    await apply(store, remove_tags(run_id(1), "gone"), move(run_id(2), RunStatus.ARCHIVED))
    assert dict(await other.list_tags("", 10)) == {"kept": 1}


async def test_answers_kept_for_long_enough_go_as_new_ones_come(
    stores: tuple[Store, Store], clock: StandingClock
) -> None:
    store, other = stores
    for name in ("old", "older"):
        await made(store, create(name=name, idempotency_key=name))
    clock.advance(24 * 3600)
    assert isinstance(await do(other, create(name="new", idempotency_key="old")), IdempotencyConflict)
    clock.advance(24 * 3600 + 1)
    await made(store, create(idempotency_key="other"))
    for name in ("old", "older"):
        await made(other, create(name="new", idempotency_key=name))
