"""Plain moves, which are one statement on Postgres: the same outcomes, log and counts as a transaction would make."""

import asyncio
from collections.abc import AsyncIterator
from itertools import product
from random import Random

import pytest
import pytest_asyncio

from persistence.memory.store import MemoryStore
from persistence.postgres.store import PostgresStore
from persistence.postgres.writing.statement import are_plain
from runindex.commands import AnyCommand, TransitionRun
from runindex.commands.outcomes import Outcome, RunApplied
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus, is_allowed
from runindex.domain.problems import InvalidTransition, NotFound
from runindex.domain.runs.changes import Change
from runindex.ports.store import ChangeQuery, Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, create, delete, move, run_id, start
from tests.support.databases.postgres import psql
from tests.support.stores import apply, counted_by_status, do, get, made
from tests.unit.persistence.test_racing_stores import check_log_and_counts, held, waiting

pytestmark = pytest.mark.asyncio

WAYS: dict[RunStatus, tuple[RunStatus, ...]] = {status: (status,) for status in RunStatus}
WAYS |= {RunStatus.ACTIVE: (), RunStatus.ARCHIVED: (RunStatus.PAUSED, RunStatus.ARCHIVED)}
CASES = list(product(RunStatus, RunStatus, (None, "right", "wrong")))


@pytest_asyncio.fixture
async def store(postgres_url: str, clock: StandingClock) -> AsyncIterator[PostgresStore]:
    """Open a store."""
    async with PostgresStore.open(postgres_url, clock) as store:
        yield store


def cases() -> tuple[list[AnyCommand], list[TransitionRun]]:
    """Return what makes a run in each status, and a plain move of each to each, with and without a version."""
    before: list[AnyCommand] = []
    moves: list[TransitionRun] = []
    for number, (source, target, version) in enumerate(CASES):
        new_id = run_id(number + 1)
        before += [create(new_id, name="Ä", tags=("t",), metadata={"k": 1}), start(new_id)]
        before += [move(new_id, status) for status in WAYS[source]]
        present = 2 + len(WAYS[source])
        expected = {None: None, "right": present, "wrong": present + 1}[version]
        moves.append(move(new_id, target, expected_version=expected, reason="why", actor="who"))
    Random(7).shuffle(moves)
    return before, [each for each in moves if are_plain([each])]


@pytest.mark.parametrize("size", [1, len(CASES)], ids=["one by one", "together"])
async def test_a_move_from_any_status_to_any_is_as_in_memory(
    store: PostgresStore, clock: StandingClock, size: int
) -> None:
    before, moves = cases()
    async with MemoryStore.open(clock) as model:
        results = [await moved(each, before, moves, size) for each in (store, model)]
    assert results[0] == results[1]
    made = [outcome for outcome in results[0][0] if isinstance(outcome, RunApplied)]
    assert len(made) == sum(map(_is_allowed, moves)) > 0
    await check_log_and_counts(store)


async def moved(
    store: Store, before: list[AnyCommand], moves: list[TransitionRun], size: int
) -> tuple[list[Outcome], list[Change], dict[str, int]]:
    """Apply moves in batches of a size; return the outcomes, the log and the counts."""
    await apply(store, *before)
    chunks = [moves[place : place + size] for place in range(0, len(moves), size)]
    outcomes = [outcome for chunk in chunks for outcome in await apply(store, *chunk)]
    return outcomes, await store.list_changes(ChangeQuery(1, 10_000)), await counted_by_status(store)


def _is_allowed(command: TransitionRun) -> bool:
    source, target, version = CASES[int(command.id[-12:], 16) - 1]
    return is_allowed(source, target) and version != "wrong"


async def test_what_is_no_plain_move_is_left_to_a_transaction() -> None:
    plain = move(A, RunStatus.PAUSED)
    assert are_plain([plain, move(B, RunStatus.FAILED, expected_version=1)])
    for other in (
        plain,
        move(B, RunStatus.ARCHIVED),
        move(DEFAULT_RUN, RunStatus.PAUSED),
        move(B, RunStatus.PAUSED, idempotency_key="k"),
        start(B),
    ):
        assert not are_plain([plain, other])


async def test_a_plain_move_is_one_statement(store: PostgresStore, postgres_url: str) -> None:
    """The writer's session shows the last text that it was sent."""
    for ids in ((A,), (B, C)):
        await apply(store, *(create(each) for each in ids))
        await apply(store, *(move(each, RunStatus.PAUSED) for each in ids))
        last = psql(postgres_url, "SELECT query FROM pg_stat_activity WHERE application_name = 'runindex writer'")
        assert last.startswith("WITH mark AS (UPDATE writers")


async def test_a_run_that_is_missing_is_not_found_and_the_others_move(store: PostgresStore) -> None:
    await apply(store, create(A), create(C))
    moved, missing, refused = await apply(
        store, move(A, RunStatus.PAUSED), move(B, RunStatus.PAUSED), move(C, RunStatus.ACTIVE)
    )
    assert isinstance(moved, RunApplied)
    assert missing == NotFound("Run", B)
    assert isinstance(refused, InvalidTransition)
    assert await do(store, move(B, RunStatus.PAUSED)) == NotFound("Run", B)
    await check_log_and_counts(store)


async def test_a_writer_whose_mark_is_gone_makes_another(store: PostgresStore, postgres_url: str) -> None:
    await made(store, create(A), move(A, RunStatus.PAUSED))
    psql(postgres_url, "DELETE FROM writers")
    assert (await made(store, move(A, RunStatus.ACTIVE))).version == 3
    assert (await made(store, move(A, RunStatus.PAUSED))).version == 4
    assert psql(postgres_url, "SELECT batch FROM writers").split() == ["1"]


async def test_moves_of_runs_that_are_not_there_leave_no_marks(store: PostgresStore, postgres_url: str) -> None:
    for _ in range(5):
        (outcome,) = (await store.apply([move(A, RunStatus.PAUSED)])).outcomes
        assert isinstance(outcome, NotFound)
    await made(store, create(A), move(A, RunStatus.PAUSED))
    assert psql(postgres_url, "SELECT batch FROM writers").split() == ["6"]


async def test_marks_of_connections_that_are_long_gone_are_deleted(store: PostgresStore, postgres_url: str) -> None:
    psql(postgres_url, "INSERT INTO writers VALUES ('gone', 7, 1)")
    await made(store, create(A), move(A, RunStatus.PAUSED))
    assert psql(postgres_url, "SELECT count(*), count(*) FILTER (WHERE id = 'gone') FROM writers").split("|") == [
        "1",
        "0",
    ]


async def test_moves_of_one_run_by_two_processes_take_turns(
    store: PostgresStore, postgres_url: str, clock: StandingClock
) -> None:
    async with PostgresStore.open(postgres_url, clock) as other:
        await made(store, create(A))
        for to in (RunStatus.PAUSED, RunStatus.ACTIVE, RunStatus.COMPLETED):
            outcomes = await asyncio.gather(*(do(each, move(A, to)) for each in (store, other)))
            assert {type(outcome) for outcome in outcomes} == {RunApplied, InvalidTransition}
        await check_log_and_counts(other)


async def test_batches_of_moves_that_cross_do_not_deadlock(
    store: PostgresStore, postgres_url: str, clock: StandingClock
) -> None:
    """One of two is of plain moves, the other is a transaction, or is of plain moves as well."""
    ids = [run_id(number + 1) for number in range(20)]
    await apply(store, *(create(each) for each in ids))

    async def write(each: Store, seed: int) -> None:
        random = Random(seed)
        for number in range(20):
            to = random.choice((RunStatus.PAUSED, RunStatus.ACTIVE))
            batch: list[AnyCommand] = [move(one, to) for one in random.sample(ids, 12)]
            if seed == 2 and number % 2:
                batch.append(start(random.choice(ids)))
            await apply(each, *batch)

    async with PostgresStore.open(postgres_url, clock) as other:
        await asyncio.gather(write(store, 1), write(other, 2))
    await check_log_and_counts(store)


async def test_a_run_made_anew_while_a_move_waits_for_it_is_the_one_that_moves(
    store: PostgresStore, postgres_url: str, clock: StandingClock
) -> None:
    await made(store, create(A, name="old"))
    async with PostgresStore.open(postgres_url, clock) as other:
        async with held(postgres_url, A) as release, asyncio.TaskGroup() as group:
            anew = group.create_task(apply(other, delete(A), create(A, name="new")))
            await waiting(postgres_url, 1)
            moving = group.create_task(do(store, move(A, RunStatus.PAUSED)))
            await waiting(postgres_url, 2)
            await release()
        assert isinstance(anew.result()[1], RunApplied)
        outcome = moving.result()
        assert isinstance(outcome, RunApplied)
        assert outcome.run == await get(other, A)
        assert outcome.run.name == "new"
        await check_log_and_counts(store)


FALTERS_ONCE = """
    CREATE SEQUENCE tries;
    CREATE FUNCTION falter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('tries') = 1 THEN
            RAISE EXCEPTION 'the commit falters';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER falter AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION falter()
"""


async def test_a_commit_that_falters_is_tried_again(store: PostgresStore, postgres_url: str) -> None:
    await made(store, create(A))
    psql(postgres_url, FALTERS_ONCE)
    assert (await made(store, move(A, RunStatus.PAUSED))).version == 2
    assert (await made(store, move(A, RunStatus.ACTIVE))).version == 3
    await check_log_and_counts(store)
