"""The storage's clock is set back: what is judged goes by it, what is recorded of one thing does not fall."""

from collections.abc import Iterator
from typing import Any

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import JobSaved, JobsClaimed, PlanSaved
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import JobStatus
from runindex.domain.records.kinds import OWNED
from runindex.domain.records.results import Score
from runindex.domain.records.runtimes import RuntimeInput, RuntimeState
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, C, add_tags, create, delete, move, rename, start
from tests.support.data.maintenance import export, faults, lines_of
from tests.support.records import (
    acknowledge,
    all_of,
    annotate,
    append,
    apply_receipt,
    claim,
    commit,
    commit_lifecycle,
    delete_results,
    delete_values,
    done,
    enqueue,
    fail_job,
    find_record,
    gained,
    job_of,
    kept_of,
    patch,
    persist,
    plan,
    put,
    record,
    score,
    set_cell,
    start_plan,
    update,
    update_plan,
    write,
)
from tests.support.stores import apply, get, history_of, made

pytestmark = pytest.mark.asyncio

BACK = [-0.000001, -70, -3600, -86_400 * 400]


def on_records(run: str) -> Iterator[AnyCommand]:
    """Yield commands that record something of a run, of each kind."""
    yield record(run, "item")
    yield record(run, "item", retry_count=1)
    yield put(run, "a")
    yield put(run, "a", 2)
    yield put(run, "b")
    yield delete_values(run, "b")
    yield append(run, ("one", {}), ("two", {}))
    yield append(run, ("one", {}))
    yield set_cell(run, "c", 1)
    yield set_cell(run, "c", 2)
    yield write(run, "d", {})
    yield patch(run, "d", {"x": 1})
    yield commit("agent", run, update("in"))
    yield apply_receipt("agent", run, 9)
    yield score(run, "item", Score("s", 0.5))
    yield annotate(run, "item", {"seen": True})


COMMANDS = tuple(on_records(A))
CHANGES = (start(A), rename(A, "x"), add_tags(A, "t"), move(A, RunStatus.PAUSED), move(A, RunStatus.CANCELLED))


def instants_in(kept: dict[str, list[Any]]) -> list[Micros]:
    """Return all instants of a run's records that a storage's clock told."""
    names = ("at", "created_at", "updated_at", "annotated_at")
    told = [getattr(each, name, None) for some in kept.values() for each in some for name in names]
    return [instant for instant in told if instant is not None]


@pytest.mark.parametrize("seconds", BACK)
async def test_no_change_of_a_run_is_before_its_last(store: Store, clock: StandingClock, seconds: float) -> None:
    await made(store, create(A))
    for command in (
        start(A),
        rename(A, "x"),
        add_tags(A, "t"),
        move(A, RunStatus.PAUSED),
        move(A, RunStatus.CANCELLED),
    ):
        clock.advance(seconds)
        await made(store, command)
    run = await get(store, A)
    assert (run.created_at, run.started_at, run.finished_at, run.updated_at) == (START,) * 4
    assert [entry.run.updated_at for entry in await history_of(store, A)] == [START] * 6
    as_of = await store.find_as_of([A], START - 1)
    assert as_of == {}


@pytest.mark.parametrize("seconds", [-0.000001, -3600])
@pytest.mark.parametrize("place", range(len(COMMANDS)))
async def test_nothing_of_a_run_is_before_its_last_record(
    storage: Storage, clock: StandingClock, seconds: float, place: int
) -> None:
    before, last, after = COMMANDS[:place], COMMANDS[place], COMMANDS[place + 1 :]
    await done(storage, create(A), start(A), *before)
    later = clock.advance(5)
    await done(storage, last)
    clock.advance(seconds)
    await done(storage, *after)
    kept = await kept_of(storage, await get(storage, A))
    assert set(instants_in(kept)) <= {START, later}
    assert {type(each) for some in kept.values() for each in some} >= set(OWNED)
    assert (await made(storage, rename(A, "x"))).updated_at == later
    assert (await made(storage, move(A, RunStatus.COMPLETED))).finished_at == later
    assert await faults(storage) == []


async def test_one_batch_at_an_earlier_instant_goes_on_from_the_last(storage: Storage, clock: StandingClock) -> None:
    await done(storage, create(A), create(B))
    later = clock.advance(9)
    await done(storage, append(A, ("s", {})))
    clock.advance(-5)
    batch = (rename(A, "x"), rename(B, "x"), append(A, ("s", {})), append(B, ("s", {})), move(A, RunStatus.FAILED))
    await apply(storage, *batch)
    assert (await get(storage, A)).finished_at == later
    assert (await get(storage, B)).updated_at == clock.now()
    for run, at in ((A, later), (B, clock.now())):
        events = await all_of(storage, Event)
        assert {event.at for event in events if event.owner == (await get(storage, run)).incarnation} == {at}
    assert await faults(storage) == []


async def test_other_runs_are_as_old_as_the_clock_says(store: Store, clock: StandingClock) -> None:
    await done(store, create(A), append(A, ("s", {})))
    now = clock.advance(-3600)
    assert (await made(store, create(B, parent_id=A))).created_at == now
    await done(store, delete_results(A), delete(A))
    run = await made(store, create(A))  # another one, which has nothing of the former
    assert (run.created_at, run.updated_at) == (now, now)


async def test_a_lease_is_judged_by_the_clock_alone(store: Store, clock: StandingClock) -> None:
    job = (await gained(store, enqueue(), JobSaved)).job
    now = clock.advance(-3600)
    assert not (await gained(store, claim(lease=60), JobsClaimed)).jobs  # it is due when it was said to be
    clock.advance(3600)
    (held,) = (await gained(store, claim(lease=60), JobsClaimed)).jobs
    assert held.lease_expires_at == START + 60_000_000
    clock.advance(-3600)
    assert not (await gained(store, claim(lease=60), JobsClaimed)).jobs
    failed = (await gained(store, fail_job(job.id), JobSaved)).job
    assert (failed.status, failed.run_at) == (JobStatus.RETRYING, now + 2_000_000)
    clock.advance(2)
    (again,) = (await gained(store, claim(lease=60), JobsClaimed)).jobs
    assert (again.started_at, again.lease_expires_at) == (START, clock.now() + 60_000_000)
    completed = (await gained(store, acknowledge(job.id), JobSaved)).job
    assert (completed.created_at, completed.completed_at) == (START, START)
    assert await job_of(store, job.id) == completed


async def test_a_job_that_fails_for_good_does_not_end_before_it_began(store: Store, clock: StandingClock) -> None:
    job = (await gained(store, enqueue(max_attempts=1), JobSaved)).job
    await gained(store, claim(), JobsClaimed)
    clock.advance(-70)
    assert (await gained(store, fail_job(job.id), JobSaved)).job.completed_at == START


async def test_plans_and_inputs_do_not_change_before_they_were_made(storage: Storage, clock: StandingClock) -> None:
    made_plan = (await gained(storage, plan(), PlanSaved)).plan
    await done(storage, persist("agent", update("in")), start_plan(made_plan.id))
    clock.advance(-70)
    assert (await gained(storage, update_plan(made_plan.id, name="x"), PlanSaved)).plan.updated_at == START
    await done(storage, commit_lifecycle("agent", RuntimeState.IDLE, update("in"), update("new")))
    stored = await find_record(storage, RuntimeInput, "agent", "in")
    assert stored is not None
    assert stored.updated_at == START
    assert await faults(storage) == []


async def test_an_imported_run_goes_on_from_its_last_instant(
    storage: Storage, other: Storage, clock: StandingClock
) -> None:
    await done(storage, create(A), *on_records(A), create(C))
    later = clock.advance(60)
    await done(storage, set_cell(A, "c", 7))
    lines = lines_of(await export(storage))
    clock.advance(-3600)
    await import_lines(other, lines)
    assert lines_of(await export(other)) == lines
    assert (await made(other, rename(A, "x"))).updated_at == later
    assert await faults(other) == []


async def test_an_index_whose_instants_fell_can_still_be_moved(
    storage: Storage, other: Storage, clock: StandingClock
) -> None:
    await done(storage, create(A), append(A, ("s", {})))
    later = clock.advance(60)
    await done(storage, rename(A, "x"))
    fallen = str(later).encode(), str(START - 5).encode()
    lines = [line.replace(*fallen) for line in lines_of(await export(storage))]
    assert lines != lines_of(await export(storage))
    await import_lines(other, lines)
    assert lines_of(await export(other)) == lines
    assert await faults(other)


async def test_the_storage_tells_its_time(store: Store, clock: StandingClock) -> None:
    assert await store.now() == clock.now()
    assert clock.advance(-70) == await store.now()
