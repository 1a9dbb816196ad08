"""An agent runtime is deleted with its snapshot and inputs; its receipts are their runs'."""

import asyncio

import pytest

from runindex.commands import MAX_BULK
from runindex.commands.outcomes import BoundaryApplied, RecordsDeleted, RuntimeDeleted, RuntimeSaved
from runindex.domain.problems import PROBLEMS, ConstraintReason, InvalidInput, NotFound, ProblemError
from runindex.domain.records.runtimes import Receipt, Runtime, RuntimeInput, RuntimeState
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.commands import A, create
from tests.support.data.maintenance import faults
from tests.support.records import (
    all_of,
    assert_refused,
    commit,
    commit_lifecycle,
    delete_runtime,
    delete_runtimes,
    done,
    find_record,
    gained,
    listed_of,
    persist,
    update,
)
from tests.support.stores import apply, do, log_of, made

pytestmark = pytest.mark.asyncio

KEY = "key-1"
IDLE, STOPPED = RuntimeState.IDLE, RuntimeState.STOPPED


async def inputs_of(store: Store) -> list[tuple[str, str, int]]:
    inputs = await all_of(store, RuntimeInput)
    return [(entry.runtime_id, entry.input_id, entry.position) for entry in inputs]


async def test_a_runtime_goes_with_its_inputs_and_leaves_its_receipts(storage: Storage) -> None:
    await made(storage, create(A))
    await done(storage, commit("r", A, update("i"), update("j")), persist("other", update("i")))
    log = await log_of(storage)
    assert await do(storage, delete_runtime("r")) == RuntimeDeleted("r")
    assert await find_record(storage, Runtime, "r") is None
    assert await inputs_of(storage) == [("other", "i", 0)]
    assert [receipt.sequence for receipt in await listed_of(storage, A, Receipt)] == [0]
    assert await do(storage, delete_runtime("r")) == NotFound("Runtime", "r")
    assert await log_of(storage) == log
    assert await faults(storage) == []
    # Under the same name a new one begins, whose receipts count on.
    again = await gained(storage, commit("r", A, update("j")), BoundaryApplied)
    assert again.receipt.sequence == 1
    assert await inputs_of(storage) == [("other", "i", 0), ("r", "j", 0)]
    assert await faults(storage) == []


async def test_what_makes_no_sense_is_refused() -> None:
    for name in ("", "x" * 513, "\0"):
        with pytest.raises(ProblemError) as refusal:
            delete_runtime(name)
        assert isinstance(refusal.value.problem, InvalidInput)
        assert refusal.value.problem.field == "runtime_id"


async def test_one_batch_writes_deletes_and_writes_again(storage: Storage) -> None:
    await done(storage, persist("r", update("stored")), persist("r", update("kept")))
    outcomes = await apply(
        storage,
        persist("r", update("new")),
        persist("r", update("stored", attempt_count=7)),
        delete_runtime("r"),
        persist("r", update("stored")),
        persist("q", update("i")),
        delete_runtime("q"),
        delete_runtime("q"),
    )
    assert outcomes[2] == RuntimeDeleted("r")
    assert outcomes[-1] == NotFound("Runtime", "q")
    ((_, input_id, position),) = await inputs_of(storage)
    assert (input_id, position) == ("stored", 0)
    (stored,) = await all_of(storage, RuntimeInput)
    assert stored.attempt_count == 0
    assert [runtime.runtime_id for runtime in await all_of(storage, Runtime)] == ["r"]
    assert await faults(storage) == []


async def test_many_are_deleted_each_on_its_own(store: Store) -> None:
    for name in ("a-1", "a-2", "b"):
        await done(store, persist(name, update("i")))
    deleted = await gained(store, delete_runtimes("b", "", "nobody", "\0"), RecordsDeleted)
    assert deleted.outcomes[0] == RuntimeDeleted("b")
    assert deleted.outcomes[2] == NotFound("Runtime", "nobody")
    for problem in (deleted.outcomes[1], deleted.outcomes[3]):
        assert isinstance(problem, InvalidInput)
        assert problem.field == "runtimes.ids"
    assert (await gained(store, delete_runtimes(prefix="a-"), RecordsDeleted)).deleted == 2
    assert await inputs_of(store) == []
    assert_refused(await do(store, delete_runtimes(*["a"] * (MAX_BULK + 1))), ConstraintReason.LIMIT_EXCEEDED)


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        ({"state": (IDLE, STOPPED)}, ["unsaid"]),
        ({"state": (STOPPED,), "prefix": "i"}, ["idle", "stopped", "unsaid"]),
        ({"state": ()}, ["idle", "stopped", "unsaid"]),
        ({"state": (), "prefix": "i"}, ["idle", "stopped", "unsaid"]),
        ({"prefix": "un"}, ["idle", "stopped"]),
        ({"prefix": "U"}, ["idle", "stopped", "unsaid"]),
        ({}, []),
    ],
    ids=repr,
)
async def test_a_filter_chooses(store: Store, conditions: dict[str, object], kept: list[str]) -> None:
    await done(
        store, commit_lifecycle("idle", IDLE), commit_lifecycle("stopped", STOPPED), persist("unsaid", update("i"))
    )
    deleted = await gained(store, delete_runtimes(**conditions), RecordsDeleted)
    assert deleted.deleted == 3 - len(kept)
    assert [runtime.runtime_id for runtime in await all_of(store, Runtime)] == kept


async def test_keys_answer_again(store: Store) -> None:
    await made(store, create(A))
    for command in (commit("r", A, idempotency_key=KEY), commit_lifecycle("r", IDLE, idempotency_key=KEY)):
        await done(store, command)
    await done(store, delete_runtime("r", idempotency_key=KEY))
    assert await do(store, delete_runtime("r", idempotency_key=KEY)) == RuntimeDeleted("r", replayed=True)
    # A runtime need not exist: nothing is known of it any more.
    committed = await gained(store, commit("r", A, idempotency_key=KEY), BoundaryApplied)
    saved = await gained(store, commit_lifecycle("r", IDLE, idempotency_key=KEY), RuntimeSaved)
    assert (committed.runtime, committed.receipt.sequence) == (Runtime("r"), 0)
    assert (saved.runtime, saved.replayed) == (Runtime("r"), True)
    bulk = await gained(store, delete_runtimes("r", "s", idempotency_key=KEY), RecordsDeleted)
    again = await gained(store, delete_runtimes("r", "s", idempotency_key=KEY), RecordsDeleted)
    assert (again.outcomes, again.replayed) == (bulk.outcomes, True)


async def test_writers_and_a_deletion_at_once_leave_a_whole(storage: Storage) -> None:
    await done(storage, persist("r", update("i")))
    commands = [command for number in range(8) for command in (persist("r", update(f"i{number}")), delete_runtime("r"))]
    applied = await asyncio.gather(*(storage.apply([command]) for command in commands))
    outcomes = [each.outcomes[0] for each in applied]
    assert all(isinstance(outcome, (RuntimeSaved, RuntimeDeleted, *PROBLEMS)) for outcome in outcomes)
    runtime = await find_record(storage, Runtime, "r")
    inputs = await inputs_of(storage)
    assert len(inputs) == (0 if runtime is None else runtime.inputs)
    assert sorted(position for _, _, position in inputs) == list(range(len(inputs)))
