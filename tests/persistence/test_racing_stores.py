"""Two processes write to one database at once."""

import asyncio
from collections import Counter
from random import Random
from uuid import uuid4

import pytest

from runindex.commands import AnyCommand
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, IdempotencyConflict
from runindex.outcomes import RunApplied
from runindex.ports import ChangeQuery, Store
from tests.support.commands import add_tags, create, delete, move, remove_tags, rename
from tests.support.stores import apply, counted_by_status, get, made

Stores = tuple[Store, Store]
ROUNDS = 15

pytestmark = pytest.mark.asyncio


async def both(stores: Stores, first: AnyCommand, second: AnyCommand) -> list[object]:
    """Apply a command on each store at once and return what came of them."""
    outcomes = await asyncio.gather(apply(stores[0], first), apply(stores[1], second))
    return [outcome for (outcome,) in outcomes]


async def test_of_two_creators_of_one_id_one_wins(stores: Stores) -> None:
    for _ in range(ROUNDS):
        new_id = str(uuid4())
        outcomes = await both(stores, create(new_id, name="here"), create(new_id, name="there"))
        (winner,) = [outcome for outcome in outcomes if isinstance(outcome, RunApplied)]
        (loser,) = [outcome for outcome in outcomes if isinstance(outcome, ConstraintViolation)]
        assert loser.reason is ConstraintReason.ALREADY_EXISTS
        assert await get(stores[1], new_id) == winner.run


async def test_one_key_at_both_is_one_execution_and_one_replay(stores: Stores) -> None:
    for place in range(ROUNDS):
        command = create(name="once", idempotency_key=f"key {place}")
        outcomes = await both(stores, command, command)
        runs = [outcome for outcome in outcomes if isinstance(outcome, RunApplied)]
        assert sorted(outcome.replayed for outcome in runs) == [False, True]
        assert len({(outcome.run.id, outcome.version, outcome.seq) for outcome in runs}) == 1


async def test_one_key_on_one_run_at_both_replays_the_move(stores: Stores) -> None:
    for place in range(ROUNDS):
        run = await made(stores[0], create())
        command = move(run.id, RunStatus.COMPLETED, idempotency_key=f"key {place}")
        outcomes = await both(stores, command, command)
        assert sorted(outcome.replayed for outcome in outcomes if isinstance(outcome, RunApplied)) == [False, True]


async def test_one_key_for_two_things_is_one_execution_and_one_conflict(stores: Stores) -> None:
    for place in range(ROUNDS):
        key = f"key {place}"
        outcomes = await both(
            stores, create(name="here", idempotency_key=key), create(name="there", idempotency_key=key)
        )
        assert {type(outcome) for outcome in outcomes} == {RunApplied, IdempotencyConflict}


async def test_batches_that_cross_do_not_deadlock(stores: Stores) -> None:
    """Each store changes all runs in its own order, and creates, deletes and tags in between."""
    runs = [(await made(stores[0], create())).id for _ in range(12)]

    async def write(store: Store, seed: int) -> None:
        random = Random(seed)
        for number in range(ROUNDS):
            passing = str(uuid4())
            batch: list[AnyCommand] = [rename(run, f"{seed} {number}") for run in random.sample(runs, len(runs))]
            random_tag = random.choice("abc")
            batch[5:5] = [
                create(passing, tags=("passing", random_tag)),
                add_tags(random.choice(runs), random_tag),
                remove_tags(random.choice(runs), random_tag),
                delete(passing),
            ]
            outcomes = await apply(store, *batch)
            assert len(outcomes) == len(batch)

    await asyncio.gather(*(write(store, seed) for seed, store in enumerate(stores)))
    await check_log_and_counts(stores[0])
    for run_id in runs:
        assert (await get(stores[0], run_id)).version > 2 * ROUNDS


async def check_log_and_counts(store: Store) -> None:
    """Hold the log to its numbers and the counts to the runs."""
    log = await store.list_changes(ChangeQuery(0, 10_000))
    assert [change.seq for change in log] == list(range(1, len(log) + 1))
    steps: dict[tuple[str, int], list[int]] = {}
    tags: Counter[str] = Counter()
    for change in log:
        steps.setdefault((change.run.id, change.run.incarnation), []).append(change.run.version)
    for versions in steps.values():
        assert versions == list(range(1, len(versions) + 1))
    living = {change.run.id: change.after for change in log}
    for run in living.values():
        if run is not None and run.status is not RunStatus.ARCHIVED:
            tags.update(run.tags)
    assert dict(await store.list_tags("", 100)) == dict(tags)
    assert sum((await counted_by_status(store)).values()) == sum(run is not None for run in living.values())
