"""Jobs are deleted one by one or many at once, and never from under an executor."""

import asyncio

import pytest

from runindex.commands import MAX_BULK
from runindex.commands.outcomes import JobDeleted, JobSaved, JobsClaimed, PlanSaved, PlanStarted, RecordsDeleted
from runindex.domain.instants import SECOND
from runindex.domain.problems import ConstraintReason, IdempotencyConflict, InvalidInput, NotFound, ProblemError
from runindex.domain.records.jobs import DONE, WAITING, Job, JobStatus
from runindex.domain.runs.filters import InstantRange
from runindex.maintenance.compaction import compact_jobs, count_done_jobs
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, create
from tests.support.data.maintenance import faults
from tests.support.records import (
    acknowledge,
    all_of,
    assert_refused,
    claim,
    delete_job,
    delete_jobs,
    done,
    enqueue,
    fail_job,
    find_record,
    gained,
    plan,
    start_plan,
)
from tests.support.stores import apply, do, log_of, made

pytestmark = pytest.mark.asyncio

KEY = "key-1"


async def offered(store: Store, **fields: object) -> Job:
    return (await gained(store, enqueue(**fields), JobSaved)).job


async def one_of_each(store: Store, clock: StandingClock) -> dict[JobStatus, str]:
    """Make a job of each status and return their ids; the lease of the one that is RUNNING holds for 300 seconds."""
    jobs = {}
    for status in JobStatus:
        job = await offered(store, queue=status)
        jobs[status] = job.id
        clock.advance()
        if status is not JobStatus.PENDING:
            await done(store, claim(queue=status))
        if status is JobStatus.COMPLETED:
            await done(store, acknowledge(job.id))
        if status in (JobStatus.RETRYING, JobStatus.FAILED):
            await done(store, fail_job(job.id, retry=status is JobStatus.RETRYING))
    return jobs


async def ids_of(store: Store) -> set[str]:
    return {job.id for job in await all_of(store, Job)}


@pytest.mark.parametrize("status", JobStatus)
async def test_a_job_is_deleted_unless_an_executor_holds_it(
    store: Store, clock: StandingClock, status: JobStatus
) -> None:
    jobs = await one_of_each(store, clock)
    log = await log_of(store)
    outcome = await do(store, delete_job(jobs[status].upper()))
    if status is JobStatus.RUNNING:
        assert_refused(outcome, ConstraintReason.JOB_RUNNING)
        assert await ids_of(store) == set(jobs.values())
    else:
        assert outcome == JobDeleted(jobs[status])
        assert await ids_of(store) == set(jobs.values()) - {jobs[status]}
        assert await do(store, delete_job(jobs[status])) == NotFound("Job", jobs[status])
    assert await log_of(store) == log


async def test_a_job_whose_lease_lapsed_is_deleted_and_its_worker_finds_nothing(
    store: Store, clock: StandingClock
) -> None:
    job = await offered(store)
    await done(store, claim(lease=10))
    clock.advance(9)
    assert_refused(await do(store, delete_job(job.id)), ConstraintReason.JOB_RUNNING)
    clock.advance(1)
    assert await do(store, delete_job(job.id)) == JobDeleted(job.id)
    assert await do(store, acknowledge(job.id)) == NotFound("Job", job.id)
    assert (await gained(store, claim(), JobsClaimed)).jobs == ()


async def test_a_run_outlives_its_job(store: Store) -> None:
    await made(store, create(A))
    job = await offered(store, run_id=A)
    await done(store, delete_job(job.id))
    assert [change.run.id for change in await log_of(store)][-1] == A
    assert await find_record(store, Job, job.id) is None


async def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ProblemError) as refusal:
        delete_job("default")
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == "id"


async def test_many_are_deleted_each_on_its_own(store: Store, clock: StandingClock) -> None:
    jobs = await one_of_each(store, clock)
    ids = [jobs[JobStatus.RUNNING], "junk", A, jobs[JobStatus.FAILED].upper(), jobs[JobStatus.FAILED], "default"]
    deleted = await gained(store, delete_jobs(*ids), RecordsDeleted)
    running, junk, absent, failed, again, default = deleted.outcomes
    assert_refused(running, ConstraintReason.JOB_RUNNING)
    assert (absent, failed) == (NotFound("Job", A), JobDeleted(jobs[JobStatus.FAILED]))
    assert again == NotFound("Job", jobs[JobStatus.FAILED])
    for problem in (junk, default):
        assert isinstance(problem, InvalidInput)
        assert problem.field == "jobs.ids"
    assert deleted.deleted == 1
    assert await ids_of(store) == set(jobs.values()) - {jobs[JobStatus.FAILED]}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, (*DONE, *WAITING)),
        ({"status": DONE}, DONE),
        ({"status": WAITING}, WAITING),
        ({"status": ()}, ()),
        ({"status": (), "queue": "FAILED"}, ()),
        ({"queue": "FAILED"}, (JobStatus.FAILED,)),
        ({"queue": "nobody's"}, ()),
        ({"run_id": A}, ()),
        ({"status": DONE, "queue": "COMPLETED"}, (JobStatus.COMPLETED,)),
    ],
    ids=repr,
)
async def test_a_filter_chooses(
    store: Store, clock: StandingClock, conditions: dict[str, object], expected: tuple[JobStatus, ...]
) -> None:
    jobs = await one_of_each(store, clock)
    deleted = await gained(store, delete_jobs(**conditions), RecordsDeleted)
    assert deleted.deleted == len(expected)
    assert await ids_of(store) == {job for status, job in jobs.items() if status not in expected}


async def test_a_filter_chooses_by_time(store: Store, clock: StandingClock) -> None:
    jobs = []
    for _ in range(4):
        job = await offered(store)
        await done(store, claim(), acknowledge(job.id))
        jobs.append(await find_record(store, Job, job.id))
        clock.advance(10)
    await offered(store)
    times = [job.completed_at for job in jobs if job is not None and job.completed_at is not None]
    bounds = InstantRange(times[1], times[3])
    assert (await gained(store, delete_jobs(completed_at=bounds), RecordsDeleted)).deleted == 2
    assert (await gained(store, delete_jobs(completed_at=InstantRange(None, times[3])), RecordsDeleted)).deleted == 1
    assert (await gained(store, delete_jobs(created_at=InstantRange(times[3] + 1)), RecordsDeleted)).deleted == 1
    assert {job.completed_at for job in await all_of(store, Job)} == {times[3]}


async def test_more_than_a_call_may_have_change_nothing(store: Store) -> None:
    for _ in range(3):
        await apply(store, *(enqueue() for _ in range(334)))
    assert_refused(await do(store, delete_jobs(status=WAITING)), ConstraintReason.LIMIT_EXCEEDED)
    assert_refused(await do(store, delete_jobs(*[A] * (MAX_BULK + 1))), ConstraintReason.LIMIT_EXCEEDED)
    ids = await ids_of(store)
    assert len(ids) == MAX_BULK + 2
    assert (await gained(store, delete_jobs(*sorted(ids)[:2]), RecordsDeleted)).deleted == 2
    assert (await gained(store, delete_jobs(), RecordsDeleted)).deleted == MAX_BULK
    assert await ids_of(store) == set()


async def test_a_key_answers_the_deletion_again(store: Store) -> None:
    job, other = await offered(store), await offered(store)
    await done(store, delete_job(job.id, idempotency_key=KEY))
    assert await do(store, delete_job(job.id, idempotency_key=KEY)) == JobDeleted(job.id, replayed=True)
    assert isinstance(await do(store, delete_job(other.id, idempotency_key=KEY)), IdempotencyConflict)
    first = await gained(store, delete_jobs(job.id, other.id, idempotency_key=KEY), RecordsDeleted)
    again = await gained(store, delete_jobs(job.id, other.id, idempotency_key=KEY), RecordsDeleted)
    assert (again.replayed, again.deleted, again.outcomes[0]) == (True, 1, first.outcomes[0])


async def test_answers_that_showed_the_job_are_given_without_it(store: Store) -> None:
    stored = (await gained(store, plan(), PlanSaved)).plan
    started = await gained(store, start_plan(stored.id, idempotency_key=KEY), PlanStarted)
    other = await offered(store, idempotency_key=KEY)
    claimed = await gained(store, claim(2, lease=1, idempotency_key=KEY), JobsClaimed)
    assert {job.id for job in claimed.jobs} == {started.job.id, other.id}
    await done(store, acknowledge(started.job.id, idempotency_key=KEY), delete_job(started.job.id))
    again = await gained(store, claim(2, lease=1, idempotency_key=KEY), JobsClaimed)
    assert ([job.id for job in again.jobs], again.replayed) == ([other.id], True)
    for command in (start_plan(stored.id, idempotency_key=KEY), acknowledge(started.job.id, idempotency_key=KEY)):
        assert await do(store, command) == NotFound("Job", started.job.id)


async def test_one_batch_deletes_and_claims(store: Store, clock: StandingClock) -> None:
    jobs = [await offered(store) for _ in range(5)]
    clock.advance()
    outcomes = await apply(store, *(delete_job(job.id) for job in jobs[:3]), claim(2), delete_job(jobs[4].id))
    assert outcomes[:3] == [JobDeleted(job.id) for job in jobs[:3]]
    assert isinstance(outcomes[3], JobsClaimed)
    assert {job.id for job in outcomes[3].jobs} == {job.id for job in jobs[3:]}
    assert_refused(outcomes[4], ConstraintReason.JOB_RUNNING)


async def test_of_a_claim_and_a_deletion_at_once_one_wins(store: Store) -> None:
    jobs = [await offered(store) for _ in range(6)]
    tasks = [store.apply([command]) for job in jobs for command in (claim(), delete_job(job.id))]
    outcomes = [applied.outcomes[0] for applied in await asyncio.gather(*tasks)]
    claimed = {job.id for outcome in outcomes if isinstance(outcome, JobsClaimed) for job in outcome.jobs}
    deleted = {outcome.id for outcome in outcomes if isinstance(outcome, JobDeleted)}
    assert claimed.isdisjoint(deleted)
    assert await ids_of(store) == {job.id for job in jobs} - deleted


async def test_compaction_removes_jobs_that_are_done_long_enough(storage: Storage, clock: StandingClock) -> None:
    jobs = await one_of_each(storage, clock)
    clock.advance(100)
    late = await offered(storage)
    await done(storage, claim(), acknowledge(late.id))
    clock.advance(50)
    cutoff = clock.now() - 60 * SECOND
    assert await count_done_jobs(storage, cutoff) == 2
    assert [number async for number in compact_jobs(storage, cutoff)] == [2]
    kept = {job for status, job in jobs.items() if status not in DONE}
    assert await ids_of(storage) == {late.id, *kept}
    assert await count_done_jobs(storage, cutoff) == 0
    assert [number async for number in compact_jobs(storage, cutoff)] == []
    assert [number async for number in compact_jobs(storage, clock.now() + 1)] == [1]
    assert await faults(storage) == []


async def test_compaction_removes_many_jobs_page_by_page(storage: Storage, clock: StandingClock) -> None:
    for _ in range(5):
        await apply(storage, *(enqueue() for _ in range(100)))
        claimed = (await gained(storage, claim(100), JobsClaimed)).jobs
        await apply(storage, *(acknowledge(job.id) for job in claimed))
    await offered(storage)
    clock.advance()
    removed = [number async for number in compact_jobs(storage, clock.now())]
    assert len(removed) > 1
    assert sum(removed) == 500
    assert len(await ids_of(storage)) == 1
