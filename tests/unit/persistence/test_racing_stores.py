"""Two processes write to one database at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from persistence.postgres.connection import Timeouts
from persistence.postgres.store import PostgresStore
from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunApplied
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, IdempotencyConflict
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.ports.store import ChangeQuery, Store
from tests.support.clock import StandingClock
from tests.support.commands import (
    A,
    B,
    C,
    add_tags,
    create,
    delete,
    delete_all,
    move,
    move_all,
    remove_tags,
    rename,
)
from tests.support.stores import apply, bulk, counted_by_status, do, get, made

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


async def test_a_run_that_a_filter_chose_and_that_changed_before_it_was_locked_is_left_alone(
    postgres_stores: Stores, postgres_url: str
) -> None:
    here, there = postgres_stores
    tagged = RunFilter(tags=TagFilter(any=("t",)))
    await apply(here, create(A, tags=("t",)), create(B, tags=("t",)))
    async with held(postgres_url, A) as release, asyncio.TaskGroup() as group:
        first = group.create_task(do(there, remove_tags(A, "t")))
        await waiting(postgres_url, 1)
        second = group.create_task(bulk(here, move_all(tagged, RunStatus.COMPLETED)))
        await waiting(postgres_url, 2)
        await release()
    assert isinstance(first.result(), RunApplied)
    assert [entry.run.id for entry in second.result().outcomes if isinstance(entry, RunApplied)] == [B]
    assert len(second.result().outcomes) == 1
    assert (await get(here, A)).status is RunStatus.ACTIVE
    await check_log_and_counts(here)


async def test_a_run_that_came_away_from_its_ancestor_before_it_was_locked_is_left_alone(
    postgres_stores: Stores, postgres_url: str
) -> None:
    here, there = postgres_stores
    leaves = RunFilter(ancestor_id=A, tags=TagFilter(any=("t",)))
    await apply(here, create(A), create(B, parent_id=A), create(C, tags=("t",), parent_id=B))
    async with held(postgres_url, C) as release, asyncio.TaskGroup() as group:
        task = group.create_task(bulk(here, delete_all(leaves)))
        await waiting(postgres_url, 1)
        await apply(there, delete(B))
        await release()
    assert task.result().outcomes == ()
    assert (await get(here, C)).version == 1


@pytest_asyncio.fixture
async def postgres_stores(postgres_url: str, clock: StandingClock) -> AsyncIterator[Stores]:
    """Open two stores on one database where one may wait for a run that another has locked."""
    timeouts = Timeouts(operation=30, lock=30, statement=30, idle=30)
    async with (
        PostgresStore.open(postgres_url, clock, timeouts=timeouts) as here,
        PostgresStore.open(postgres_url, clock, timeouts=timeouts) as there,
    ):
        yield here, there


@asynccontextmanager
async def held(url: str, run_id: str) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Hold a run until what this gives is called."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT FROM runs WHERE id = $1 FOR UPDATE", run_id)
        yield lambda: connection.execute("COMMIT")
    finally:
        connection.terminate()


async def waiting(url: str, number: int) -> None:
    """Return when so many sessions wait for a lock."""
    question = """
        SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()
    """
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(20):
            while await connection.fetchval(question) != number:
                pass
    finally:
        await connection.close()


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
