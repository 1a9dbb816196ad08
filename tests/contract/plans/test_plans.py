from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from runindex.commands import AnyCommand
from runindex.commands.outcomes import JobSaved, PlanDeleted, PlanSaved, PlanStarted
from runindex.domain import json_text
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import (
    ConstraintReason,
    ConstraintViolation,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    ProblemError,
    VersionConflict,
)
from runindex.domain.records.jobs import Job, JobStatus
from runindex.domain.records.plans import Plan
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import Window
from runindex.ports.record_lists import Contains, Equals
from runindex.ports.store import Store
from tests.support.clock import START, StandingClock
from tests.support.commands import A, Field, create, delete, move, run_id
from tests.support.records import (
    all_of,
    assert_refused,
    delete_plan,
    done,
    enqueue,
    everything,
    find_record,
    gained,
    job_of,
    plan,
    start_plan,
    update_plan,
)
from tests.support.stores import apply, do, find, get, listed_ids, log_of, made

pytestmark = pytest.mark.asyncio

MIB = 1024 * 1024
KEY = "key-1"
NOBODY = run_id(0xFC)


async def planned(store: Store, name: str = "plan", spec: JsonValue = 1) -> Plan:
    """Create a plan and return it."""
    return (await gained(store, plan(name, spec), PlanSaved)).plan


async def started(store: Store, plan_id: str, **fields: Field) -> PlanStarted:
    """Start a plan and return the outcome."""
    return await gained(store, start_plan(plan_id, **fields), PlanStarted)


@pytest.mark.parametrize(
    "spec",
    [0, False, "", "ünï 🛷", [], {}, {"b": 1, "a": [None, {"z": Decimal("0.10"), "y": 2**53 + 1}]}],
    ids=["zero", "false", "empty", "text", "list", "object", "nested"],
)
async def test_a_plan_comes_back_as_it_was_created(store: Store, clock: StandingClock, spec: JsonValue) -> None:
    now = clock.advance()
    created = await planned(store, "ÄRGER 🛷", spec)
    assert created == Plan(created.id, "ÄRGER 🛷", "ärger 🛷", json_text.dumps(spec), now, now, version=1)
    assert UUID(created.id).version == 7
    assert await find_record(store, Plan, created.id) == created


@pytest.mark.parametrize("name", ["", " \n", "x" * 257, "a\0", "\ud800"], ids=["empty", "blank", "long", "nul", "lone"])
async def test_a_name_that_is_none_is_refused(name: str) -> None:
    for make in (lambda: plan(name), lambda: update_plan(A, name=name), lambda: start_plan(A, name=name)):
        with pytest.raises(ProblemError) as refusal:
            make()
        assert isinstance(refusal.value.problem, InvalidInput)
        assert refusal.value.problem.field == "name"


@pytest.mark.parametrize(
    ("spec", "fits"),
    [("x" * (MIB - 2), True), ("x" * (MIB - 1), False), (json_text.loads("[" * 65 + "]" * 65), False)],
    ids=["largest", "too-large", "too-deep"],
)
async def test_a_spec_has_limits(store: Store, spec: JsonValue, *, fits: bool) -> None:
    kept = await planned(store)
    outcomes = await apply(store, plan("new", spec), update_plan(kept.id, spec=spec))
    if fits:
        assert [type(outcome) for outcome in outcomes] == [PlanSaved, PlanSaved]
    else:
        # A plan's outcomes have no violation of a constraint.
        assert [outcome.field for outcome in outcomes if isinstance(outcome, InvalidInput)] == ["spec", "spec"]
        assert await all_of(store, Plan) == [kept]


@pytest.mark.parametrize(
    ("given", "name", "spec"),
    [
        ({"name": "New"}, "New", "1"),
        ({"spec": {"a": 1}}, "plan", '{"a":1}'),
        ({"spec": False}, "plan", "false"),
        ({"name": "New", "spec": [2]}, "New", "[2]"),
        ({}, "plan", "1"),
    ],
    ids=["name", "spec", "false-spec", "both", "nothing"],
)
async def test_an_update_replaces_what_is_given(
    store: Store, clock: StandingClock, given: dict[str, Field], name: str, spec: str
) -> None:
    before, other = await planned(store), await planned(store, "other")
    now = clock.advance()
    outcome = await gained(store, update_plan(before.id, **given), PlanSaved)
    assert outcome.plan == replace(before, name=name, name_folded=name.lower(), spec=spec, updated_at=now, version=2)
    assert await find_record(store, Plan, before.id) == outcome.plan
    assert await find_record(store, Plan, other.id) == other


@pytest.mark.parametrize(("expected", "fits"), [(2, True), (1, False), (0, False), (3, False)])
async def test_an_update_obeys_the_version(store: Store, expected: int, *, fits: bool) -> None:
    kept = await planned(store)
    await done(store, update_plan(kept.id, spec=2))
    outcome = await do(store, update_plan(kept.id, spec=3, expected_version=expected))
    stored = await find_record(store, Plan, kept.id)
    assert stored is not None
    assert outcome == (PlanSaved(stored) if fits else VersionConflict(expected, 2))
    assert (stored.spec, stored.version) == (("3", 3) if fits else ("2", 2))


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    await made(store, create(A))
    for target in (NOBODY, A):
        commands: list[AnyCommand] = [update_plan(target), delete_plan(target), start_plan(target)]
        for command in commands:
            assert await do(store, command) == NotFound("Plan", target)
    assert await all_of(store, Job) == []
    for make in (update_plan, delete_plan, start_plan):
        for junk in ("default", "junk", "", str(UUID(int=0))):
            with pytest.raises(ProblemError):
                make(junk)


async def test_a_deleted_plan_leaves_its_runs_and_jobs(store: Store) -> None:
    kept = await planned(store)
    first = await started(store, kept.id)
    assert await do(store, delete_plan(kept.id)) == PlanDeleted(kept.id)
    assert await find_record(store, Plan, kept.id) is None
    run = await get(store, first.run.id)
    assert run.plan_id == kept.id
    assert await listed_ids(store, RunFilter(plan_id=kept.id)) == [run.id]
    assert await job_of(store, first.job.id) == first.job
    for command in (delete_plan(kept.id), start_plan(kept.id), update_plan(kept.id)):
        assert await do(store, command) == NotFound("Plan", kept.id)


async def test_plans_are_listed_by_age(store: Store, clock: StandingClock) -> None:
    plans = []
    for place, name in enumerate(["Nightly build", "NIGHTLY 100%", "other_", "ÄRGER", "x"]):
        clock.advance(place % 2)
        plans.append(await planned(store, name))
    await done(store, delete_plan(plans.pop().id), update_plan(plans[0].id, spec=2))
    ordered = sorted(plans, key=lambda each: (each.created_at, each.id), reverse=True)
    assert [each.id for each in await all_of(store, Plan, descending=True)] == [each.id for each in ordered]
    second = (ordered[1].created_at, ordered[1].id)
    page = await all_of(store, Plan, window=Window(1, second), descending=True)
    assert [each.id for each in page] == [ordered[2].id]
    for part, names in (
        ("nightly", ["Nightly build", "NIGHTLY 100%"]),
        ("%", ["NIGHTLY 100%"]),
        ("_", ["other_"]),
        ("ärger", ["ÄRGER"]),
        ("nothing", []),
    ):
        assert {each.name for each in await all_of(store, Plan, Contains("name_folded", part))} == set(names)


async def test_starting_a_plan_creates_a_run_and_its_job(store: Store, clock: StandingClock) -> None:
    kept = await planned(store)
    now = clock.advance()
    outcome = await started(
        store, kept.id, name="night", metadata={"a": 1}, tags=("t", "u", "t"), reason="because", actor="ann"
    )
    run, job = outcome.run, outcome.job
    assert await get(store, run.id) == run
    assert (run.name, run.metadata, run.tags, run.plan_id) == ("night", '{"a":1}', ("t", "u"), kept.id)
    assert (run.status, run.version, run.started_at, run.parent_id) == (RunStatus.ACTIVE, 1, None, None)
    (change,) = await log_of(store, after=1)
    assert (change.seq, change.kind, change.run) == (outcome.seq, RunChangeKind.CREATED, run)
    assert (change.reason, change.actor) == ("because", "ann")
    assert await job_of(store, job.id) == job
    assert job == Job(
        id=job.id,
        queue="default",
        data=f'{{"planId":"{kept.id}","runId":"{run.id}"}}',
        status=JobStatus.PENDING,
        priority=0,
        attempts=0,
        max_attempts=3,
        run_at=now,
        created_at=now,
        run_id=run.id,
    )


async def test_a_job_of_a_plan_is_as_it_was_asked_for(store: Store) -> None:
    kept = await planned(store)
    outcome = await started(
        store, kept.id, queue="gpu", priority=-5, run_at=START + 99, max_attempts=100, data={"x": 1}
    )
    job = outcome.job
    assert (job.queue, job.priority, job.run_at, job.max_attempts) == ("gpu", -5, START + 99, 100)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, {"planId": "PLAN", "runId": "RUN"}),
        ({}, {"planId": "PLAN", "runId": "RUN"}),
        ({"command": ["a"], "n": None}, {"command": ["a"], "n": None, "planId": "PLAN", "runId": "RUN"}),
        ({"runId": "mine", "x": 1, "planId": 2}, {"runId": "RUN", "x": 1, "planId": "PLAN"}),
        ([1], [1]),
        ("text", "text"),
        (0, 0),
        (False, False),
    ],
    ids=["null", "empty", "object", "taken", "list", "text", "number", "false"],
)
async def test_data_that_is_an_object_or_null_gets_the_ids(store: Store, data: JsonValue, expected: JsonValue) -> None:
    kept = await planned(store)
    outcome = await started(store, kept.id, data=data)
    text = json_text.dumps(expected).replace("PLAN", kept.id).replace("RUN", outcome.run.id)
    assert outcome.job.data == (await job_of(store, outcome.job.id)).data == text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metadata": []}, ConstraintReason.METADATA_NOT_OBJECT),
        ({"metadata": {"_strata_x": 1}}, ConstraintReason.RESERVED_KEY),
        ({"metadata": {"x": "x" * 256 * 1024}}, ConstraintReason.LIMIT_EXCEEDED),
        ({"tags": tuple(map(str, range(1001)))}, ConstraintReason.LIMIT_EXCEEDED),
        ({"data": "x" * MIB}, ConstraintReason.LIMIT_EXCEEDED),
        ({"data": {"k": "x" * (MIB - 9)}}, ConstraintReason.LIMIT_EXCEEDED),
    ],
    ids=["metadata", "reserved", "large-metadata", "tags", "large-data", "data-with-ids"],
)
async def test_run_and_job_are_created_both_or_neither(
    store: Store, fields: dict[str, Field], reason: ConstraintReason
) -> None:
    kept = await planned(store)
    before = await everything(store)
    assert_refused(await do(store, start_plan(kept.id, **fields)), reason)
    assert await everything(store) == before


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"queue": ""}, "queue"),
        ({"queue": "x" * 257}, "queue"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 101}, "max_attempts"),
        ({"data": "\0"}, "data"),
        ({"metadata": {"\0": 1}}, "metadata"),
        ({"tags": ("",)}, "tags"),
    ],
    ids=["no-queue", "long-queue", "no-attempts", "many-attempts", "data", "metadata", "tags"],
)
async def test_a_start_without_sense_is_refused(fields: dict[str, Field], path: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        start_plan(A, **fields)
    assert isinstance(refusal.value.problem, InvalidInput)
    assert (refusal.value.problem.field or "").startswith(path)


async def test_a_plan_may_be_started_many_times(store: Store) -> None:
    kept = await planned(store)
    outcomes = await apply(store, *(start_plan(kept.id) for _ in range(5)))
    runs = [outcome.run.id for outcome in outcomes if isinstance(outcome, PlanStarted)]
    assert len(set(runs)) == 5
    assert set(await listed_ids(store, RunFilter(plan_id=kept.id))) == set(runs)
    assert {job.run_id for job in await all_of(store, Job)} == set(runs)


async def test_jobs_are_listed_of_a_run_and_outlive_it(store: Store) -> None:
    kept = await planned(store)
    first, second = await started(store, kept.id), await started(store, kept.id)
    extra = (await gained(store, enqueue(run_id=first.run.id), JobSaved)).job
    await done(store, delete(first.run.id))
    of_first = await all_of(store, Job, Equals("run_id", first.run.id))
    assert {job.id for job in of_first} == {first.job.id, extra.id}
    assert await find(store, first.run.id) is None
    assert [job.id for job in await all_of(store, Job, Equals("run_id", second.run.id))] == [second.job.id]


async def test_a_batch_is_judged_in_order(store: Store) -> None:
    kept = await planned(store)
    outcomes = await apply(
        store,
        update_plan(kept.id, spec=2, expected_version=1),
        update_plan(kept.id, spec=3, expected_version=1),
        start_plan(kept.id),
        delete_plan(kept.id),
        start_plan(kept.id),
        delete_plan(kept.id),
    )
    assert [type(outcome) for outcome in outcomes] == [
        PlanSaved,
        VersionConflict,
        PlanStarted,
        PlanDeleted,
        NotFound,
        NotFound,
    ]
    assert await all_of(store, Plan) == []


async def test_an_id_of_a_deleted_plan_is_free_again(store: Store) -> None:
    first, second = await planned(store), await planned(store)
    assert isinstance(await do(store, create(first.id)), ConstraintViolation)
    await done(store, delete_plan(first.id), create(first.id))
    outcomes = await apply(store, delete_plan(second.id), create(second.id))
    assert not isinstance(outcomes[1], ConstraintViolation)
    assert await find(store, second.id) is not None


async def test_keys_create_update_delete_and_start_once(store: Store, clock: StandingClock) -> None:
    creation = plan("plan", 1, idempotency_key=KEY)
    first = await gained(store, creation, PlanSaved)
    commands: list[AnyCommand] = [
        update_plan(first.plan.id, spec=2, idempotency_key=KEY),
        start_plan(first.plan.id, tags=("t",), idempotency_key=KEY),
    ]
    answers = [await do(store, command) for command in commands]
    clock.advance()
    before = await everything(store)
    now = await find_record(store, Plan, first.plan.id)
    assert now is not None
    assert await do(store, creation) == PlanSaved(now, replayed=True)
    updated, begun = await apply(store, *commands)
    assert updated == replace(answers[0], replayed=True)  # type: ignore[arg-type]
    assert begun == replace(answers[1], replayed=True)  # type: ignore[arg-type]
    assert await do(store, plan("other", 1, idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await do(store, start_plan(first.plan.id, idempotency_key=KEY)) == IdempotencyConflict(KEY)
    assert await everything(store) == before


async def test_a_replay_of_a_deleted_plan_or_run_finds_nothing(store: Store) -> None:
    creation = plan(idempotency_key=KEY)
    kept = (await gained(store, creation, PlanSaved)).plan
    begin = start_plan(kept.id, idempotency_key=KEY)
    begun = await gained(store, begin, PlanStarted)
    removal = delete_plan(kept.id, idempotency_key=KEY)
    await done(store, removal)
    assert await do(store, creation) == NotFound("Plan", kept.id)
    # The run and the job are there still.
    assert await do(store, begin) == replace(begun, replayed=True)
    assert await do(store, removal) == PlanDeleted(kept.id, replayed=True)
    await done(store, delete(begun.run.id))
    assert await do(store, begin) == NotFound("Run", begun.run.id)
    await done(store, create(begun.run.id))
    assert await do(store, begin) == NotFound("Run", begun.run.id)


async def test_a_replay_of_a_start_shows_run_and_job_as_they_are(store: Store) -> None:
    kept = await planned(store)
    begin = start_plan(kept.id, idempotency_key=KEY)
    begun = await gained(store, begin, PlanStarted)
    run = await made(store, move(begun.run.id, RunStatus.PAUSED))
    assert await do(store, begin) == replace(begun, run=run, replayed=True)
