"""Two processes record, claim and commit in one database at once."""

import asyncio
from random import Random
from uuid import uuid4

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import (
    BoundaryApplied,
    JobSaved,
    JobsClaimed,
    PlanSaved,
    ResultRecorded,
    ResultsRecorded,
    RunApplied,
    RuntimeSaved,
    ValuesPut,
)
from runindex.domain.problems import ConstraintReason, ConstraintViolation, VersionConflict
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job, JobStatus
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Result
from runindex.domain.records.runtimes import Receipt, RuntimeInput
from runindex.ports.record_lists import Equals
from runindex.ports.store import Store
from tests.support.commands import Field, create, delete
from tests.support.records import (
    acknowledge,
    all_of,
    append,
    claim,
    commit,
    delete_results,
    enqueue,
    entry,
    listed_of,
    persist,
    plan,
    put,
    record,
    record_all,
    result_counts,
    set_cell,
    start_plan,
    update,
    update_plan,
)
from tests.support.stores import apply, do, made

Stores = tuple[Store, Store]
ROUNDS = 12

pytestmark = pytest.mark.asyncio


async def both(stores: Stores, first: AnyCommand, second: AnyCommand) -> list[object]:
    """Apply a command on each store at once and return what came of them."""
    outcomes = await asyncio.gather(apply(stores[0], first), apply(stores[1], second))
    return [outcome for (outcome,) in outcomes]


async def new_run(stores: Stores) -> str:
    """Create a run and return its id."""
    return (await made(stores[0], create())).id


async def test_twenty_commits_at_once_have_twenty_sequences(stores: Stores) -> None:
    run = await new_run(stores)
    outcomes = await asyncio.gather(
        *(apply(stores[number % 2], commit("runtime", run, update(f"{number}"))) for number in range(20))
    )
    sequences = [outcome.receipt.sequence for (outcome,) in outcomes if isinstance(outcome, BoundaryApplied)]
    assert sorted(sequences) == list(range(20))
    assert sorted(receipt.sequence for receipt in await listed_of(stores[0], run, Receipt)) == list(range(20))
    inputs = await all_of(stores[1], RuntimeInput)
    assert [each.position for each in inputs] == list(range(20))


async def test_a_runtime_that_both_begin_has_the_inputs_of_both(stores: Stores) -> None:
    for number in range(ROUNDS):
        runs = [await new_run(stores) for _ in stores]
        name = f"runtime {number}"
        outcomes = await asyncio.gather(
            *(apply(store, commit(name, run, update(run))) for store, run in zip(stores, runs, strict=True)),
            *(apply(store, persist(name, update(f"of {place}"))) for place, store in enumerate(stores)),
        )
        assert {type(outcome) for (outcome,) in outcomes} == {BoundaryApplied, RuntimeSaved}
        inputs = await all_of(stores[0], RuntimeInput, Equals("runtime_id", name))
        assert {each.input_id for each in inputs} == {*runs, "of 0", "of 1"}
        assert [each.position for each in inputs] == [0, 1, 2, 3]


async def test_of_two_results_of_one_id_one_wins(stores: Stores) -> None:
    runs = [await new_run(stores) for _ in stores]
    for number in range(ROUNDS):
        result_id = str(uuid4())
        commands = [record(run, f"{number}", id=result_id) for run in runs]
        outcomes = await both(stores, commands[0], commands[1])
        (loser,) = [outcome for outcome in outcomes if isinstance(outcome, ConstraintViolation)]
        assert loser.reason is ConstraintReason.ALREADY_EXISTS
        results = [result for run in runs for result in await listed_of(stores[0], run, Result)]
        assert [result.id for result in results].count(result_id) == 1


async def test_of_a_run_and_a_result_of_one_id_one_wins(stores: Stores) -> None:
    run = await new_run(stores)
    for number in range(ROUNDS):
        node_id = str(uuid4())
        outcomes = await both(stores, create(node_id), record(run, f"{number}", id=node_id))
        (loser,) = [outcome for outcome in outcomes if isinstance(outcome, ConstraintViolation)]
        assert loser.reason is ConstraintReason.ALREADY_EXISTS


async def test_one_attempt_at_both_is_stored_once(stores: Stores) -> None:
    for number in range(ROUNDS):
        run = await new_run(stores)
        same = await both(stores, record(run, output=number), record(run, output=float(number)))
        assert sorted(each.replayed for each in same if isinstance(each, ResultRecorded)) == [False, True]
        other = await both(stores, record(run, retry_count=1, error="x"), record(run, retry_count=1, error="y"))
        assert {type(each) for each in other} == {ResultRecorded, ConstraintViolation}
        assert await result_counts(stores[0], run) == (2, 1, 1, 0)


async def test_bulks_that_cross_are_counted_right(stores: Stores) -> None:
    runs = [await new_run(stores) for _ in range(4)]

    async def write(store: Store, seed: int) -> None:
        random = Random(seed)
        for number in range(ROUNDS):
            entries = [
                entry(run, f"{random.randrange(20)}", retry_count=10 * number + seed, error=random.choice(("x", None)))
                for run in random.sample(runs, len(runs))
                for _ in range(3)
            ]
            outcome = await do(store, record_all(*entries))
            assert isinstance(outcome, ResultsRecorded)
            if number == ROUNDS // 2:
                await do(store, delete_results(runs[seed]))

    await asyncio.gather(*(write(store, seed) for seed, store in enumerate(stores)))
    for run in runs:
        results = await listed_of(stores[0], run, Result)
        items = {result.item_id for result in results}
        good = {result.item_id for result in results if result.error is None}
        assert await result_counts(stores[1], run) == (len(results), len(items), len(good), len(items - good))


async def test_one_key_at_both_is_one_execution(stores: Stores) -> None:
    run = await new_run(stores)
    for number in range(ROUNDS):
        key: dict[str, Field] = {"idempotency_key": f"key {number}"}
        for command in (
            enqueue(number, **key),
            plan(f"plan {number}", **key),
            persist("runtime", update(f"{number}"), **key),
            set_cell(run, f"{number}", **key),
            record_all(entry(run, f"{number}"), **key),
            claim(queue="empty", **key),
        ):
            outcomes = await both(stores, command, command)
            replays = [getattr(outcome, "replayed", None) for outcome in outcomes]
            assert replays in ([False, True], [True, False])
    assert len(await all_of(stores[0], Job)) == len(await all_of(stores[0], Plan)) == ROUNDS


async def test_no_two_claimers_get_the_same_job(stores: Stores) -> None:
    await apply(stores[0], *(enqueue(number) for number in range(100)))

    async def work(store: Store) -> list[Job]:
        taken: list[Job] = []
        while True:
            outcome = await do(store, claim(3))
            assert isinstance(outcome, JobsClaimed)
            if not outcome.jobs:
                return taken
            taken += outcome.jobs
            await apply(store, *(acknowledge(job.id, job.attempts) for job in outcome.jobs))

    taken = [job for jobs in await asyncio.gather(*(work(store) for store in stores)) for job in jobs]
    assert len(taken) == len({job.id for job in taken}) == 100
    assert {(job.status, job.attempts) for job in await all_of(stores[0], Job)} == {(JobStatus.COMPLETED, 1)}


async def test_of_two_that_settle_a_job_both_are_heard_or_one_is_told(stores: Stores) -> None:
    for _ in range(ROUNDS):
        await do(stores[0], enqueue())
        outcome = await do(stores[0], claim())
        assert isinstance(outcome, JobsClaimed)
        (job,) = outcome.jobs
        settled = await both(stores, acknowledge(job.id, 1), acknowledge(job.id, 1))
        assert [each.job.status for each in settled if isinstance(each, JobSaved)] == [JobStatus.COMPLETED] * 2


async def test_events_from_both_make_one_chain(stores: Stores) -> None:
    run = await new_run(stores)
    await asyncio.gather(
        *(apply(stores[number % 2], append(run, *(("s", {"n": number}) for _ in range(3)))) for number in range(16))
    )
    events = await listed_of(stores[0], run, Event)
    assert [event.sequence for event in events] == list(range(48))
    assert len({event.hash for event in events}) == 48


async def test_of_two_that_expect_a_version_one_wins(stores: Stores) -> None:
    run = await new_run(stores)
    for number in range(ROUNDS):
        outcomes = await both(stores, put(run, f"{number}", 1, expected=0), put(run, f"{number}", 2, expected=0))
        assert {type(outcome) for outcome in outcomes} == {ValuesPut, VersionConflict}
    kept = await do(stores[0], plan())
    assert isinstance(kept, PlanSaved)
    for number in range(1, ROUNDS):
        commands = [update_plan(kept.plan.id, spec=spec, expected_version=number) for spec in (1, 2)]
        assert {type(outcome) for outcome in await both(stores, commands[0], commands[1])} == {
            PlanSaved,
            VersionConflict,
        }


async def test_batches_that_cross_do_not_deadlock(stores: Stores) -> None:
    """Each store works on runs, plans, jobs and runtimes in an order of its own."""
    runs = [await new_run(stores) for _ in range(6)]
    kept = [outcome.plan.id for outcome in await apply(stores[0], *map(plan, "abcd")) if isinstance(outcome, PlanSaved)]
    jobs = [
        outcome.job.id
        for outcome in await apply(stores[0], *(enqueue(priority=-number) for number in range(20)))
        if isinstance(outcome, JobSaved)
    ]

    async def write(store: Store, seed: int) -> None:
        random = Random(seed)
        for number in range(ROUNDS):
            passing = str(uuid4())
            batch: list[AnyCommand] = [
                *(commit(random.choice("rst"), run, update(random.choice("ij"))) for run in random.sample(runs, 6)),
                *(update_plan(target, name=f"{seed} {number}") for target in random.sample(kept, 4)),
                *(acknowledge(target) for target in random.sample(jobs, 5)),
                *(persist(name, update("k")) for name in random.sample("rst", 3)),
                *(record(run, f"{seed} {number}") for run in random.sample(runs, 6)),
                start_plan(random.choice(kept)),
                claim(2),
                create(passing),
                put(passing),
                delete(passing),
            ]
            random.shuffle(batch)
            assert len(await apply(store, *batch)) == len(batch)

    await asyncio.gather(*(write(store, seed) for seed, store in enumerate(stores)))
    for run in runs:
        assert (await result_counts(stores[0], run))[:2] == (2 * ROUNDS, 2 * ROUNDS)
        receipts = await listed_of(stores[0], run, Receipt)
        for name in "rst":
            sequences = sorted(receipt.sequence for receipt in receipts if receipt.runtime_id == name)
            assert sequences == list(range(len(sequences)))
    assert len(await listed_of(stores[0], runs[0], Receipt)) == 2 * ROUNDS


async def test_of_two_creators_of_a_deleted_results_id_one_wins(stores: Stores) -> None:
    run = await new_run(stores)
    for number in range(ROUNDS):
        node_id = str(uuid4())
        await apply(stores[0], record(run, f"{number}", id=node_id), delete_results(run))
        outcomes = await both(stores, record(run, f"{number}", id=node_id), create(node_id))
        assert sum(isinstance(outcome, ResultRecorded | RunApplied) for outcome in outcomes) == 1
