"""A deletion takes everything that belongs to the run, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import BulkApplied, PlanSaved, RunDeleted
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import NotFound
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Item, Result, Score
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import InputState, Receipt, Runtime, RuntimeInput
from runindex.domain.runs.run import DatasetLink
from runindex.ports.record_lists import Equals
from runindex.ports.store import Store
from tests.support.commands import A, B, C, create, dataset, delete, delete_all, move
from tests.support.records import (
    all_of,
    append,
    commit,
    delete_results,
    delete_values,
    done,
    enqueue,
    entry,
    everything,
    find_record,
    gained,
    kept_of,
    listed_of,
    plan,
    put,
    put_all,
    record,
    record_all,
    result_counts,
    result_of,
    set_cell,
    start_plan,
    totals_of,
    update,
    value_of,
    write,
)
from tests.support.stores import apply, do, find, get, history_of, made

pytestmark = pytest.mark.asyncio

KEY = "key-1"
# How much `furnished` gives a run, as a deletion reports it: results, values, events, cells, documents, receipts.
FURNITURE = (3, 2, 4, 2, 1, 2)


def furniture(run: str) -> Sequence[AnyCommand]:
    """Make commands that give a run something of everything."""
    return (
        record_all(
            entry(run, "a", error="x"), entry(run, "a", retry_count=1), entry(run, "b", scores=(Score("s", 1),))
        ),
        put_all(run, value_of("k"), value_of("l"), value_of("gone")),
        put(run, "k", 2),
        delete_values(run, "gone"),
        append(run, ("s", {}), ("t", {"n": 1}), ("s", {})),
        append(run, ("s", {})),
        set_cell(run, "c"),
        set_cell(run, "d"),
        set_cell(run, "c", 2),
        write(run, "doc", {"a": 1}),
        commit("r1", run, update(f"input of {run}")),
        commit("r2", run),
    )


async def furnished(store: Store, run: str, link: DatasetLink | None = None) -> None:
    """Create a run with something of everything."""
    await done(store, create(run, dataset=link), *furniture(run))


@pytest.mark.parametrize("how", ["singly", "in-bulk"])
async def test_what_goes_with_a_run_is_counted(store: Store, how: str) -> None:
    await furnished(store, A)
    command: AnyCommand = delete(A) if how == "singly" else delete_all([A])
    outcome = await do(store, command)
    if isinstance(outcome, BulkApplied):
        (outcome,) = outcome.outcomes
    assert outcome == RunDeleted(A, 3, 4, *FURNITURE)


async def test_a_run_with_nothing_takes_nothing_along(store: Store) -> None:
    await made(store, create(A))
    assert await do(store, delete(A)) == RunDeleted(A, 2, 3)


async def test_nothing_else_is_touched(store: Store) -> None:
    for run in (A, B, C):
        await furnished(store, run, dataset())
    kept = (await gained(store, plan(), PlanSaved)).plan
    await done(store, enqueue(run_id=A), enqueue(run_id=B), start_plan(kept.id), create(parent_id=A))
    before = await everything(store)
    assert await do(store, delete(A)) == RunDeleted(A, 3, before["head"] + 1, *FURNITURE)
    after = await everything(store)
    assert after == {
        **before,
        "head": before["head"] + 1,
        "runs": [run for run in before["runs"] if run.id != A],
        "records": {run_id: records for run_id, records in before["records"].items() if run_id != A},
    }
    # Jobs, plans and runtimes are nobody's.
    assert len(after[Job.__name__]) == 3
    assert len(after[Plan.__name__]) == 1
    assert {runtime.runtime_id for runtime in after[Runtime.__name__]} == {"r1", "r2"}
    assert {each.last_run_id for each in after[RuntimeInput.__name__]} == {A, B, C}


async def test_nothing_of_it_is_found_any_more(store: Store) -> None:
    await furnished(store, A)
    run = await get(store, A)
    results = await listed_of(store, A, Result)
    assert set(await kept_of(store, run)) >= {
        kind.__name__ for kind in (Result, Item, Value, ValueVersion, Event, Cell, Document, Receipt)
    }
    await done(store, delete(A))
    assert await find(store, A) is None
    assert await history_of(store, A) == []
    for result in results:
        assert await result_of(store, result.id) is None
    assert await all_of(store, Receipt, Equals("run_id", A)) == []
    assert await find_record(store, Receipt, "r1", run.incarnation, 0) is None
    for command in furniture(A):
        outcome = await do(store, command)
        if isinstance(outcome, NotFound):
            assert outcome == NotFound("Run", A)
        else:
            assert all(each == NotFound("Run", A) for each in getattr(outcome, "outcomes", [None]))


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
async def test_a_run_created_anew_has_nothing_of_the_former(store: Store, *, at_once: bool) -> None:
    await furnished(store, A)
    former = await get(store, A)
    batch: list[AnyCommand] = [delete(A), create(A)]
    outcomes = await apply(store, *batch) if at_once else [await do(store, command) for command in batch]
    assert outcomes[0] == RunDeleted(A, 3, former.incarnation + 2, *FURNITURE)
    run = await get(store, A)
    assert run.incarnation != former.incarnation
    assert (run.version, run.started_at, run.dataset) == (1, None, None)
    assert await kept_of(store, run) == {}
    assert await result_counts(store, A) == (0, 0, 0, 0)
    assert dict(await store.summarize_results([run.incarnation])).get(run.incarnation) is None
    assert await store.list_compared_items([run.incarnation], None, 9) == []
    assert await do(store, delete(A)) == RunDeleted(A, 2, run.incarnation + 1)


@pytest.mark.parametrize("at_once", [False, True], ids=["later", "in-one-batch"])
async def test_a_run_created_anew_begins_all_counting_anew(store: Store, *, at_once: bool) -> None:
    await furnished(store, A)
    batch: list[AnyCommand] = [delete(A), create(A), *furniture(A)]
    outcomes = await apply(store, *batch) if at_once else [await do(store, command) for command in batch]
    assert not [outcome for outcome in outcomes if isinstance(outcome, NotFound)]
    run = await get(store, A)
    assert (run.version, run.status) == (2, RunStatus.ACTIVE)
    assert await result_counts(store, A) == (3, 2, 2, 0)
    assert sorted(result.seq for result in await listed_of(store, A, Result)) == [1, 2, 3]
    events = await listed_of(store, A, Event)
    assert [event.sequence for event in events] == [0, 1, 2, 3]
    assert {value.key_name: (value.version, value.deleted) for value in await listed_of(store, A, Value)} == {
        "gone": (2, 1),
        "k": (2, 0),
        "l": (1, 0),
    }
    assert len(await listed_of(store, A, ValueVersion)) == 5
    assert {cell.name: cell.version for cell in await listed_of(store, A, Cell)} == {"c": 2, "d": 1}
    assert [document.version for document in await listed_of(store, A, Document)] == [1]
    assert {receipt.sequence for receipt in await listed_of(store, A, Receipt)} == {0}
    assert await do(store, delete(A)) == RunDeleted(A, 3, run.incarnation + 2, *FURNITURE)


async def test_a_deletion_counts_what_its_own_batch_wrote(store: Store) -> None:
    outcomes = await apply(store, create(A), *furniture(A), delete(A), create(B), put(B), delete(B))
    deletions = [outcome for outcome in outcomes if isinstance(outcome, RunDeleted)]
    assert deletions == [RunDeleted(A, 3, 4, *FURNITURE), RunDeleted(B, 2, 6, values=1)]
    assert (await everything(store))["records"].keys() == {"default"}


async def test_deleted_results_and_values_are_not_counted_twice(store: Store) -> None:
    await furnished(store, A)
    await done(store, delete_results(A), record(A, "new"), delete_values(A, "k"))
    outcome = await do(store, delete(A))
    assert isinstance(outcome, RunDeleted)
    assert (outcome.results, outcome.values, outcome.events) == (1, 1, 4)


async def test_a_closed_run_is_deleted_with_everything(store: Store) -> None:
    await furnished(store, A)
    await made(store, move(A, RunStatus.COMPLETED), move(A, RunStatus.ARCHIVED))
    assert await do(store, delete(A)) == RunDeleted(A, 5, 6, *FURNITURE)


async def test_a_deletions_key_answers_the_counts_again(store: Store) -> None:
    await furnished(store, A)
    command = delete(A, idempotency_key=KEY)
    first = await gained(store, command, RunDeleted)
    await furnished(store, A)
    before = await everything(store)
    assert await do(store, command) == replace(first, replayed=True)
    assert await everything(store) == before


async def test_many_runs_go_at_once_each_with_its_own(store: Store) -> None:
    await furnished(store, A)
    await done(store, create(B), put(B), record(B), create(C), append(C, ("s", {})))
    outcome = await gained(store, delete_all([C, A, "default", B, C]), BulkApplied)
    counted = [
        (each.id, each.results, each.values, each.events, each.receipts)
        for each in outcome.outcomes
        if isinstance(each, RunDeleted)
    ]
    assert counted == [(C, 0, 0, 1, 0), (A, 3, 2, 4, 2), (B, 1, 1, 0, 0)]
    assert (await everything(store))["records"] == {"default": {}}


async def test_a_runtime_goes_on_with_other_runs(store: Store) -> None:
    await furnished(store, A)
    await furnished(store, B)
    await done(store, delete(A), commit("r1", B, update(f"input of {A}", InputState.CONSUMED)))
    runtime = await find_record(store, Runtime, "r1")
    assert runtime is not None
    assert runtime.inputs == 2
    stamped = await find_record(store, RuntimeInput, "r1", f"input of {A}")
    assert stamped is not None
    assert (stamped.position, stamped.last_run_id, stamped.last_boundary_sequence) == (0, B, 1)
    assert (await totals_of(store, B)).receipt_count == 3
