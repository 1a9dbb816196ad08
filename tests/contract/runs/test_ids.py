from uuid import UUID

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import RunApplied, RunDeleted
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, ConstraintViolation, NotFound
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.retention import KEEP_ALL
from runindex.ports.queries import ALL_COLUMNS, RUN_COLUMNS
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, add_tags, create, dataset, delete, move, rename, retain, start
from tests.support.stores import apply, counted_by_status, do, find, get, history_of, listed_ids, log_of, made

pytestmark = pytest.mark.asyncio

SOME_UUID = "01890a5d-ac96-774b-bcce-b302099a8057"


async def test_a_new_store_holds_the_default_run_alone(store: Store) -> None:
    (created,) = await log_of(store)
    run = await get(store, DEFAULT_RUN)
    assert (created.seq, created.kind, created.run, created.former) == (1, RunChangeKind.CREATED, run, None)
    assert (run.id, run.incarnation, run.version, run.status) == ("default", 1, 1, RunStatus.ACTIVE)
    assert (run.name, run.tags, run.metadata, run.retention, run.parent_id) == (None, (), None, KEEP_ALL, None)
    assert run.created_at == run.updated_at
    assert await listed_ids(store) == [DEFAULT_RUN]
    assert await counted_by_status(store) == {"ACTIVE": 1}


async def test_the_default_run_takes_all_but_moves(store: Store) -> None:
    run = await made(
        store,
        rename(DEFAULT_RUN, "main"),
        add_tags(DEFAULT_RUN, "t"),
        retain(DEFAULT_RUN, KEEP_ALL),
        start(DEFAULT_RUN),
    )
    assert (run.name, run.tags, run.version) == ("main", ("t",), 5)
    assert (await made(store, create(A, parent_id=DEFAULT_RUN))).parent_id == DEFAULT_RUN


async def test_the_default_run_cannot_be_deleted_or_made_again(store: Store) -> None:
    for command, reason in (
        (delete(DEFAULT_RUN), ConstraintReason.DEFAULT_RUN),
        (delete(DEFAULT_RUN, expected_version=9), ConstraintReason.DEFAULT_RUN),
        (create(DEFAULT_RUN), ConstraintReason.ALREADY_EXISTS),
    ):
        outcome = await do(store, command)
        assert isinstance(outcome, ConstraintViolation)
        assert outcome.reason is reason
    assert [change.seq for change in await log_of(store)] == [1]


@pytest.mark.parametrize(
    "text",
    [SOME_UUID, SOME_UUID.upper(), SOME_UUID.replace("-", ""), f"{{{SOME_UUID}}}", f"urn:uuid:{SOME_UUID}"],
    ids=["plain", "upper", "bare", "braces", "urn"],
)
async def test_an_id_is_stored_in_one_form(store: Store, text: str) -> None:
    assert (await made(store, create(text))).id == SOME_UUID
    assert (await made(store, rename(text, "n"))).id == SOME_UUID
    again = await do(store, create(SOME_UUID))
    assert isinstance(again, ConstraintViolation)
    assert again.reason is ConstraintReason.ALREADY_EXISTS


@pytest.mark.parametrize("version", range(1, 9))
async def test_an_id_may_be_a_uuid_of_any_version(store: Store, version: int) -> None:
    text = f"{SOME_UUID[:14]}{version}{SOME_UUID[15:]}"
    assert (await made(store, create(text))).id == text


async def test_without_an_id_the_store_makes_one(store: Store) -> None:
    runs = [await made(store, create()) for _ in range(3)]
    assert len({run.id for run in runs}) == 3
    for run in runs:
        assert str(UUID(run.id)) == run.id
        assert UUID(run.id).version == 7


async def test_a_run_is_answered_as_it_was_created(store: Store, clock: StandingClock) -> None:
    link = dataset("Fragen", version=123_456_789, items=0)
    run = await made(
        store, create(A, name="Anlauf №1", tags=("b", "a", "b"), metadata={"k": [1]}, plan_id=B, dataset=link)
    )
    assert run == await get(store, A)
    assert (run.status, run.version, run.incarnation) == (RunStatus.ACTIVE, 1, 2)
    assert (run.created_at, run.updated_at) == (clock.now(), clock.now())
    assert (run.started_at, run.finished_at, run.outcome, run.error) == (None, None, None, None)
    assert (run.name, run.tags, run.metadata, run.plan_id, run.dataset) == (
        "Anlauf №1",
        ("b", "a"),
        '{"k":[1]}',
        B,
        link,
    )


async def test_rows_hold_the_columns_asked_for(store: Store) -> None:
    await made(store, create(A, name="n", tags=("t",)))
    row = (await store.find_runs([A], frozenset({"name", "tags"})))[A]
    assert (row["id"], row["name"], row["tags"]) == (A, "n", '["t"]')
    assert set(RUN_COLUMNS) <= set((await store.find_runs([A], ALL_COLUMNS))[A].keys())


async def test_only_runs_that_exist_are_found(store: Store) -> None:
    await made(store, create(A))
    assert set(await store.find_runs([B, A, A, DEFAULT_RUN], ALL_COLUMNS)) == {A, DEFAULT_RUN}
    assert dict(await store.find_runs([], ALL_COLUMNS)) == {}


async def test_versions_count_every_success_and_nothing_else(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, tags=("t",)))
    idle: list[AnyCommand] = [
        add_tags(A, "t"),
        rename(A, None),
        retain(A, KEEP_ALL),
        start(A),
        start(A),
        rename(A, None),
    ]
    for version, command in enumerate(idle, start=2):
        clock.advance()
        run = await made(store, command)
        assert (run.version, run.updated_at, run.created_at) == (
            version,
            clock.now(),
            clock.now() - (version - 1) * 10**6,
        )
    before = await get(store, A)
    await do(store, rename(A, "x", expected_version=1))
    await do(store, move(A, RunStatus.ACTIVE))
    assert await get(store, A) == before
    assert [change.run.version for change in await history_of(store, A)] == [1, 2, 3, 4, 5, 6, 7]


async def test_deleting_takes_the_run_away_and_leaves_a_last_entry(store: Store, clock: StandingClock) -> None:
    run = await made(store, create(A, name="n", tags=("t",), metadata={"a": 1}))
    clock.advance()
    outcome = await do(store, delete(A, expected_version=1))
    assert outcome == RunDeleted(A, 2, 3)
    assert await find(store, A) is None
    assert await listed_ids(store) == [DEFAULT_RUN]
    assert await counted_by_status(store) == {"ACTIVE": 1}
    assert list(await history_of(store, A)) == []
    last = (await log_of(store))[-1]
    assert (last.kind, last.run.version, last.run.updated_at, last.after) == (
        RunChangeKind.DELETED,
        2,
        clock.now(),
        None,
    )
    assert (last.run.tags, last.run.name, last.run.metadata, last.run.status) == (
        run.tags,
        run.name,
        run.metadata,
        run.status,
    )
    assert await do(store, delete(A)) == NotFound("Run", A)


@pytest.mark.parametrize("status", list(RunStatus))
async def test_a_run_may_be_deleted_in_every_status(store: Store, status: RunStatus) -> None:
    await made(store, create(A), *([] if status is RunStatus.ACTIVE else [move(A, status)]))
    assert isinstance(await do(store, delete(A)), RunDeleted)
    assert await counted_by_status(store) == {"ACTIVE": 1}


async def test_a_deleted_id_may_be_created_again_and_starts_anew(store: Store, clock: StandingClock) -> None:
    await made(store, create(A, name="first", tags=("t",)), move(A, RunStatus.CANCELLED))
    await do(store, delete(A))
    clock.advance()
    run = await made(store, create(A))
    assert (run.version, run.incarnation, run.created_at, run.name, run.tags) == (1, 5, clock.now(), None, ())
    assert (run.status, run.finished_at, run.outcome) == (RunStatus.ACTIVE, None, None)
    assert [(change.run.version, change.run.incarnation) for change in await log_of(store, after=1)] == [
        (1, 2),
        (2, 2),
        (3, 2),
        (1, 5),
    ]
    assert [change.seq for change in await history_of(store, A)] == [5]
    assert await store.list_tags("", 10) == []


async def test_an_id_may_come_and_go_within_a_batch(store: Store) -> None:
    outcomes = await apply(
        store, create(A, name="one"), delete(A), create(A, name="two"), create(A), delete(A), create(A, name="three")
    )
    assert [type(outcome) for outcome in outcomes] == [
        RunApplied,
        RunDeleted,
        RunApplied,
        ConstraintViolation,
        RunDeleted,
        RunApplied,
    ]
    assert (await get(store, A)).name == "three"
    gone, _, gone_too = await apply(store, delete(A), create(B), delete(B))
    assert (gone, gone_too) == (RunDeleted(A, 2, 7), RunDeleted(B, 2, 9))
    assert await listed_ids(store) == [DEFAULT_RUN]
