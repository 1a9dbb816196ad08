import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import JobSaved, JobsClaimed
from runindex.domain import json_text
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, IdempotencyConflict, InvalidInput, NotFound, ProblemError
from runindex.domain.records.jobs import MOST_SPENT, Job, JobStatus
from runindex.ports.queries import Window
from runindex.ports.record_lists import Equals, OneOf
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, B, Field, create, delete, move, run_id
from tests.support.records import (
    acknowledge,
    all_of,
    assert_refused,
    claim,
    done,
    enqueue,
    everything,
    fail_job,
    gained,
    job_of,
)
from tests.support.stores import apply, do, get, log_of, made

pytestmark = pytest.mark.asyncio

MIB = 1024 * 1024
KEY = "key-1"
NOBODY = run_id(0xFC)


async def offered(store: Store, data: JsonValue = None, **fields: Field) -> Job:
    """Enqueue a job and return it."""
    return (await gained(store, enqueue(data, **fields), JobSaved)).job


async def claimed(store: Store, limit: int = 1, **fields: Field) -> Sequence[Job]:
    """Claim jobs and return them."""
    return (await gained(store, claim(limit, **fields), JobsClaimed)).jobs


async def claimed_data(store: Store, limit: int = 100, **fields: Field) -> list[str | None]:
    """Claim jobs and return their data."""
    return [job.data for job in await claimed(store, limit, **fields)]


async def running(store: Store, **fields: Field) -> Job:
    """Enqueue a job, claim it and return it."""
    await offered(store, **fields)
    (job,) = await claimed(store)
    return job


@pytest.mark.parametrize(
    "data",
    [None, False, 0, "", "ünï 🛷", [], {}, {"b": 2**53 + 1, "a": [None, Decimal("0.10")]}],
    ids=["null", "false", "zero", "empty", "text", "list", "object", "nested"],
)
async def test_a_job_comes_back_as_it_was_offered(store: Store, clock: StandingClock, data: JsonValue) -> None:
    now = clock.advance()
    job = await offered(store, data)
    assert job == await job_of(store, job.id)
    assert job == Job(
        id=job.id,
        queue="default",
        data=None if data is None else json_text.dumps(data),
        status=JobStatus.PENDING,
        priority=0,
        attempts=0,
        max_attempts=3,
        run_at=now,
        created_at=now,
    )
    assert UUID(job.id).version == 7


async def test_all_that_is_asked_of_a_job_is_kept(store: Store) -> None:
    await made(store, create(A))
    job = await offered(store, queue="🛷" * 256, priority=-(2**31), run_at=-7, max_attempts=100, run_id=A.upper())
    assert (job.queue, job.priority, job.run_at, job.max_attempts, job.run_id) == ("🛷" * 256, -(2**31), -7, 100, A)
    assert await job_of(store, job.id) == job


@pytest.mark.parametrize(
    ("make", "fields", "path"),
    [
        (enqueue, {"queue": ""}, "queue"),
        (enqueue, {"queue": "x" * 257}, "queue"),
        (enqueue, {"queue": "\0"}, "queue"),
        (enqueue, {"max_attempts": 0}, "max_attempts"),
        (enqueue, {"max_attempts": 101}, "max_attempts"),
        (enqueue, {"data": ["\0"]}, "data"),
        (enqueue, {"run_id": "junk"}, "run_id"),
        (claim, {"queue": ""}, "queue"),
        (claim, {"limit": 0}, "limit"),
        (claim, {"limit": 101}, "limit"),
        (claim, {"lease": 0}, "lease_seconds"),
        (claim, {"lease": 86_401}, "lease_seconds"),
        (acknowledge, {"target": "default"}, "id"),
        (fail_job, {"target": "junk"}, "id"),
        (fail_job, {"target": A, "error": "a\0"}, "error"),
        (fail_job, {"target": A, "error": "\ud800"}, "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", None),
)
async def test_what_makes_no_sense_is_refused(make: Any, fields: dict[str, Field], path: str) -> None:  # noqa: ANN401 - one of several functions
    with pytest.raises(ProblemError) as refusal:
        make(**fields)
    assert isinstance(refusal.value.problem, InvalidInput)
    assert refusal.value.problem.field == path


async def test_data_has_limits(store: Store) -> None:
    for data in ("x" * (MIB - 1), json_text.loads("[" * 65 + "]" * 65)):
        assert_refused(await do(store, enqueue(data)), ConstraintReason.LIMIT_EXCEEDED)
    assert await all_of(store, Job) == []
    assert (await offered(store, "x" * (MIB - 2))).status is JobStatus.PENDING


@pytest.mark.parametrize("status", [None, RunStatus.ARCHIVED])
async def test_a_job_needs_its_run_to_be_there_and_no_more(store: Store, status: RunStatus | None) -> None:
    assert await do(store, enqueue(run_id=A)) == NotFound("Run", A)
    await made(store, create(A))
    if status is not None:
        await made(store, move(A, status))
    run, log = await get(store, A), await log_of(store)
    job = await offered(store, run_id=A)
    await done(store, claim(), acknowledge(job.id))
    # Jobs know nothing of the lifecycle: the run is as it was.
    assert (await get(store, A), await log_of(store)) == (run, log)
    assert [each.id for each in await all_of(store, Job, Equals("run_id", A))] == [job.id]


async def test_a_job_outlives_its_run(store: Store) -> None:
    await made(store, create(A))
    job = await offered(store, run_id=A)
    await done(store, delete(A))
    assert await job_of(store, job.id) == job
    (taken,) = await claimed(store)
    assert (await gained(store, acknowledge(taken.id, 1), JobSaved)).job.run_id == A


async def test_a_claim_hands_a_job_out_under_a_lease(store: Store, clock: StandingClock) -> None:
    job = await offered(store)
    now = clock.advance(3)
    (taken,) = await claimed(store, lease=86_400)
    assert taken == replace(
        job, status=JobStatus.RUNNING, attempts=1, started_at=now, lease_expires_at=now + 86_400 * SECOND
    )
    assert await job_of(store, job.id) == taken
    assert await claimed(store) == ()


async def test_nothing_due_is_no_problem(store: Store) -> None:
    before = await everything(store)
    assert await do(store, claim(100)) == JobsClaimed(())
    assert await everything(store) == before


async def test_jobs_go_by_priority_then_due_time_then_age(store: Store, clock: StandingClock) -> None:
    for name, priority, due in (
        ("low", -1, -9),
        ("late", 0, 0),
        ("urgent", 5, 0),
        ("early", 0, -2),
        ("urgent-early", 5, -1),
        ("low-later", -1, -8),
    ):
        clock.advance(1)
        await offered(store, name, priority=priority, run_at=START + due)
    for age in ("old", "young"):
        clock.advance(1)
        await offered(store, age, run_at=START)
    ranked = ["urgent-early", "urgent", "early", "late", "old", "young", "low", "low-later"]
    taken = [*await claimed_data(store, 3), *await claimed_data(store, 1), *await claimed_data(store, 100)]
    assert taken == [f'"{name}"' for name in ranked]


async def test_a_job_is_not_handed_out_before_its_time(store: Store, clock: StandingClock) -> None:
    await offered(store, "soon", run_at=START + 10 * SECOND, priority=9)
    await offered(store, "now", run_at=START)
    assert await claimed_data(store) == ['"now"']
    clock.advance(9.999999)
    assert await claimed_data(store) == []
    clock.advance(0.000001)
    assert await claimed_data(store) == ['"soon"']


async def test_queues_are_apart(store: Store) -> None:
    for queue in ("default", "gpu", "GPU", "g_u"):
        await offered(store, queue, queue=queue)
    assert await claimed_data(store, queue="g_u") == ['"g_u"']
    assert await claimed_data(store, queue="gpu") == ['"gpu"']
    assert await claimed_data(store, queue="none") == []
    assert await claimed_data(store) == ['"default"']


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_a_claim_takes_no_more_than_asked(store: Store, limit: int) -> None:
    await apply(store, *(enqueue(number) for number in range(120)))
    assert len(await claimed(store, limit)) == limit
    jobs = await all_of(store, Job)
    assert sum(job.status == JobStatus.RUNNING for job in jobs) == limit


async def test_a_lapsed_job_is_handed_out_again(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    clock.advance(299.999999)
    assert await claimed(store) == ()
    now = clock.advance(0.000001)
    (again,) = await claimed(store, lease=7)
    assert again == replace(job, attempts=2, started_at=now, lease_expires_at=now + 7 * SECOND)
    assert await claimed(store) == ()


async def test_lapsed_jobs_rank_with_those_that_wait(store: Store, clock: StandingClock) -> None:
    for name, priority in (("low", 0), ("high", 2)):
        await offered(store, name, priority=priority)
    assert len(await claimed(store, 2, lease=5)) == 2
    clock.advance(5)
    await offered(store, "middle", priority=1)
    assert await claimed_data(store) == ['"high"', '"middle"', '"low"']


async def test_a_lapsed_job_without_attempts_left_fails(store: Store, clock: StandingClock) -> None:
    job = await running(store, max_attempts=1)
    other = await offered(store, "other", priority=-1)
    now = clock.advance(300)
    (taken,) = await claimed(store)
    assert taken.id == other.id
    failed = await job_of(store, job.id)
    assert failed == replace(
        job, status=JobStatus.FAILED, error="lease expired", completed_at=now, lease_expires_at=None
    )
    assert await claimed(store) == ()


async def test_lapsed_jobs_without_attempts_left_hide_no_other(store: Store, clock: StandingClock) -> None:
    await apply(store, *(enqueue(number, priority=1, max_attempts=1) for number in range(70)))
    await offered(store, "behind")
    assert len(await claimed(store, 70)) == 70
    clock.advance(300)
    assert await claimed_data(store, 1) == ['"behind"']
    statuses = [job.status for job in await all_of(store, Job)]
    assert JobStatus.PENDING not in statuses
    assert await claimed(store, 100) == ()
    assert {job.status for job in await all_of(store, Job)} == {JobStatus.FAILED, JobStatus.RUNNING}


async def test_one_claim_fails_so_many_lapsed_jobs_and_no_more(store: Store, clock: StandingClock) -> None:
    await apply(store, *(enqueue(max_attempts=1) for _ in range(MOST_SPENT + 5)))
    await claimed(store, 100)
    clock.advance(300)
    assert await claimed(store) == ()
    statuses = [job.status for job in await all_of(store, Job)]
    assert (statuses.count(JobStatus.FAILED), statuses.count(JobStatus.RUNNING)) == (MOST_SPENT, 5)


async def test_three_attempts_are_three_executions_in_all(store: Store, clock: StandingClock) -> None:
    await offered(store)
    numbers = []
    while jobs := await claimed(store, lease=10):
        numbers += [job.attempts for job in jobs]
        clock.advance(10)
    assert numbers == [1, 2, 3]
    assert [(job.status, job.attempts, job.error) for job in await all_of(store, Job)] == [
        (JobStatus.FAILED, 3, "lease expired")
    ]


async def test_an_acknowledged_job_is_completed(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    now = clock.advance()
    outcome = await gained(store, acknowledge(job.id, 1), JobSaved)
    assert outcome.job == replace(job, status=JobStatus.COMPLETED, completed_at=now, lease_expires_at=None)
    clock.advance()
    # Once more is the same as once.
    assert await do(store, acknowledge(job.id, 1)) == outcome
    assert await do(store, acknowledge(job.id)) == outcome
    assert await job_of(store, job.id) == outcome.job
    assert await claimed(store) == ()


async def test_a_late_worker_that_nobody_replaced_may_still_acknowledge(store: Store, clock: StandingClock) -> None:
    job = await running(store, max_attempts=1)
    clock.advance(1000)
    assert (await gained(store, acknowledge(job.id, 1), JobSaved)).job.status is JobStatus.COMPLETED
    assert await claimed(store) == ()


async def test_a_worker_that_was_replaced_has_lost_its_lease(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    clock.advance(300)
    (second,) = await claimed(store)
    before = await everything(store)
    for command in (acknowledge(job.id, 1), fail_job(job.id, 1), acknowledge(job.id, 3), fail_job(job.id, 0)):
        assert_refused(await do(store, command), ConstraintReason.LEASE_LOST)
    assert await everything(store) == before
    finished = await gained(store, acknowledge(job.id, 2), JobSaved)
    assert finished.job.attempts == second.attempts == 2
    # In every state another claim than the job's own is not heard.
    assert_refused(await do(store, acknowledge(job.id, 1)), ConstraintReason.LEASE_LOST)


async def bring_to(store: Store, clock: StandingClock, status: JobStatus) -> Job:
    """Make a job and bring it to a status."""
    job = await offered(store, max_attempts=1 if status is JobStatus.FAILED else 3)
    if status is not JobStatus.PENDING:
        (job,) = await claimed(store)
    if status is JobStatus.COMPLETED:
        await done(store, acknowledge(job.id))
    elif status in (JobStatus.RETRYING, JobStatus.FAILED):
        await done(store, fail_job(job.id))
    clock.advance()
    job = await job_of(store, job.id)
    assert job.status == status
    return job


@pytest.mark.parametrize("named", [True, False], ids=["attempt-named", "attempt-left-out"])
@pytest.mark.parametrize("status", JobStatus)
async def test_what_a_job_hears_in_each_status(
    store: Store, clock: StandingClock, status: JobStatus, *, named: bool
) -> None:
    job = await bring_to(store, clock, status)
    attempt = job.attempts if named else None
    other = await do(store, acknowledge(job.id, job.attempts + 1))
    assert_refused(other, ConstraintReason.LEASE_LOST)
    if status is not JobStatus.RUNNING:
        assert_refused(await do(store, fail_job(job.id, attempt)), ConstraintReason.LEASE_LOST)
        assert await job_of(store, job.id) == job
    outcome = await do(store, acknowledge(job.id, attempt))
    if status in (JobStatus.RUNNING, JobStatus.COMPLETED):
        assert isinstance(outcome, JobSaved)
        assert outcome.job.status == JobStatus.COMPLETED
        assert await job_of(store, job.id) == outcome.job
        assert_refused(await do(store, fail_job(job.id, attempt)), ConstraintReason.LEASE_LOST)
    else:
        assert_refused(outcome, ConstraintReason.LEASE_LOST)
        assert await job_of(store, job.id) == job


async def test_a_job_that_is_not_there_is_not_found(store: Store) -> None:
    await made(store, create(A))
    for target in (NOBODY, A):
        assert await do(store, acknowledge(target)) == NotFound("Job", target)
        assert await do(store, fail_job(target, 1)) == NotFound("Job", target)


async def test_a_failed_attempt_is_tried_again_after_a_growing_pause(store: Store, clock: StandingClock) -> None:
    job = await offered(store, max_attempts=9)
    for attempt, pause in enumerate((2, 4, 8, 16, 32, 60, 60, 60), start=1):
        (taken,) = await claimed(store)
        now = clock.advance(0.5)
        failed = (await gained(store, fail_job(job.id, attempt, error=f"no {attempt}"), JobSaved)).job
        assert failed == replace(
            taken,
            status=JobStatus.RETRYING,
            error=f"no {attempt}",
            run_at=now + pause * SECOND,
            lease_expires_at=None,
        )
        clock.advance(pause - 0.000001)
        assert await claimed(store) == ()
        clock.advance(0.000001)
    await claimed(store)
    last = (await gained(store, fail_job(job.id, 9, error="no 9"), JobSaved)).job
    assert (last.status, last.error, last.completed_at) == (JobStatus.FAILED, "no 9", clock.now())
    clock.advance(10_000)
    assert await claimed(store) == ()


async def test_a_failure_may_be_for_good(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    now = clock.advance()
    failed = (await gained(store, fail_job(job.id, error="", retry=False), JobSaved)).job
    assert failed == replace(job, status=JobStatus.FAILED, error="", completed_at=now, lease_expires_at=None)
    clock.advance(10_000)
    assert await claimed(store) == ()


async def test_the_last_error_is_kept_until_another_is_told(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    await done(store, fail_job(job.id, error="first"))
    clock.advance(60)
    (again,) = await claimed(store)
    assert (again.error, again.attempts, again.created_at) == ("first", 2, job.created_at)
    assert (await gained(store, acknowledge(job.id, 2), JobSaved)).job.error == "first"


async def test_a_batch_is_judged_in_order(store: Store) -> None:
    await apply(store, enqueue(1), enqueue(2))
    first, second, third = await apply(store, claim(), claim(2), claim(100))
    assert isinstance(first, JobsClaimed)
    assert isinstance(second, JobsClaimed)
    assert {job.data for job in (*first.jobs, *second.jobs)} == {"1", "2"}
    assert third == JobsClaimed(())
    (job,) = first.jobs
    outcomes = await apply(store, acknowledge(job.id, 2), acknowledge(job.id, 1), fail_job(job.id, 1))
    assert_refused(outcomes[0], ConstraintReason.LEASE_LOST)
    assert isinstance(outcomes[1], JobSaved)
    assert_refused(outcomes[2], ConstraintReason.LEASE_LOST)


async def test_what_is_offered_in_a_batch_can_be_claimed_in_it(store: Store) -> None:
    await offered(store, "before")
    outcomes = await apply(store, enqueue("high", priority=1), enqueue("low", priority=-1), claim(2), claim(2))
    claims = [[job.data for job in outcome.jobs] for outcome in outcomes if isinstance(outcome, JobsClaimed)]
    assert claims == [['"high"', '"before"'], ['"low"']]


async def test_a_lapsed_job_that_a_batch_settles_is_replaced_by_the_next(store: Store, clock: StandingClock) -> None:
    job = await running(store, priority=1)
    await offered(store, "next")
    clock.advance(300)
    settled, taken = await apply(store, acknowledge(job.id, 1), claim())
    assert isinstance(settled, JobSaved)
    assert isinstance(taken, JobsClaimed)
    assert [each.data for each in taken.jobs] == ['"next"']


async def test_no_two_claimers_get_the_same_job(store: Store) -> None:
    await apply(store, *(enqueue(number) for number in range(60)))
    batches = await asyncio.gather(*(claimed_data(store, 7) for _ in range(12)))
    taken = [data for batch in batches for data in batch]
    assert sorted(taken, key=lambda data: int(data or 0)) == [str(number) for number in range(60)]
    assert {job.attempts for job in await all_of(store, Job)} == {1}


async def test_jobs_are_listed_by_age_and_filtered(store: Store, clock: StandingClock) -> None:
    await apply(store, create(A), create(B))
    jobs = []
    for place, (queue, run) in enumerate((("a", A), ("b", None), ("a", B), ("a", None), ("b", A))):
        clock.advance(place % 2)
        jobs.append(await offered(store, place, queue=queue, run_id=run))
    await done(store, claim(queue="a"))
    ordered = [job.data for job in sorted(jobs, key=lambda job: (job.created_at, job.id))]
    assert [job.data for job in await all_of(store, Job)] == ordered
    newest = await all_of(store, Job, window=Window(2), descending=True)
    assert [job.data for job in newest] == ordered[:-3:-1]
    waiting = OneOf("status", (JobStatus.PENDING, JobStatus.RETRYING))
    for conditions, data in (
        ((Equals("queue", "a"),), {"0", "2", "3"}),
        ((Equals("run_id", A),), {"0", "4"}),
        ((waiting,), {"1", "2", "3", "4"}),
        ((waiting, Equals("queue", "a"), Equals("run_id", B)), {"2"}),
        ((OneOf("status", (JobStatus.FAILED,)),), set()),
    ):
        assert {job.data for job in await all_of(store, Job, *conditions)} == data


async def test_a_key_offers_once(store: Store) -> None:
    command = enqueue("x", idempotency_key=KEY)
    first = await gained(store, command, JobSaved)
    assert await do(store, command) == replace(first, replayed=True)
    (job,) = await claimed(store)
    # A replay shows the job as it is now.
    assert await do(store, command) == JobSaved(job, replayed=True)
    assert await do(store, enqueue("y", idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert len(await all_of(store, Job)) == 1


async def test_a_key_claims_once(store: Store) -> None:
    await apply(store, enqueue(1), enqueue(2), enqueue(3))
    command = claim(2, idempotency_key=KEY)
    first = await gained(store, command, JobsClaimed)
    assert await do(store, command) == replace(first, replayed=True)
    assert await do(store, claim(1, idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert [job.attempts for job in await all_of(store, Job)] == [1, 1, 0]
    finished = (await gained(store, acknowledge(first.jobs[0].id), JobSaved)).job
    assert await do(store, command) == JobsClaimed((finished, first.jobs[1]), replayed=True)
    # Neither is an empty claim repeated under its key.
    empty = claim(queue="other", idempotency_key="key-2")
    assert await do(store, empty) == JobsClaimed(())
    await offered(store, queue="other")
    assert await do(store, empty) == JobsClaimed((), replayed=True)


async def test_a_key_acknowledges_and_fails_once(store: Store, clock: StandingClock) -> None:
    job = await running(store)
    failure = fail_job(job.id, 1, idempotency_key=KEY)
    failed = await gained(store, failure, JobSaved)
    assert await do(store, failure) == replace(failed, replayed=True)
    clock.advance(60)
    await claimed(store)
    success = acknowledge(job.id, 2, idempotency_key=KEY)
    finished = await gained(store, success, JobSaved)
    commands: list[AnyCommand] = [success, failure]
    assert await apply(store, *commands) == [replace(finished, replayed=True)] * 2
    # A refusal is not kept.
    refused = acknowledge(job.id, 1, idempotency_key="key-2")
    for _ in range(2):
        assert_refused(await do(store, refused), ConstraintReason.LEASE_LOST)
