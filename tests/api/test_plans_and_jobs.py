"""Plans, and jobs that executors outside claim."""

from typing import Any

import pytest

from runindex.domain.instants import format_instant
from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

UNKNOWN = "00000000-0000-4000-8000-000000000001"
PLAN = "query ($id: ID!) { plan(id: $id) { id name spec version createdAt updatedAt } }"
PLANS = """
    query ($nameContains: String, $first: Int, $after: String) {
      plans(nameContains: $nameContains, first: $first, after: $after) {
        nodes { name } edges { cursor node { id } } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }
"""
JOBS = """
    query ($filter: JobFilter, $first: Int, $after: String) {
      jobs(filter: $filter, first: $first, after: $after) {
        nodes { queue } edges { cursor node { id } } totalCount pageInfo { hasNextPage endCursor }
      }
    }
"""
JOB = "query ($id: ID!) { job(id: $id) { status error run { id } runId } }"


async def plan(api: Api, name: str = "p", spec: object = 1) -> str:
    """Create a plan a second later than the last and return its id."""
    api.clock.advance()
    plan_id: str = (await api.do("createPlan", name=name, spec=spec))["plan"]["id"]
    return plan_id


async def enqueue(api: Api, **fields: object) -> str:
    """Enqueue a job a second later than the last and return its id."""
    api.clock.advance()
    job_id: str = (await api.do("enqueueJob", **fields))["job"]["id"]
    return job_id


async def claim(api: Api, **fields: object) -> list[Answer]:
    jobs: list[Answer] = (await api.do("claimJobs", **fields))["jobs"]
    return jobs


async def queues(api: Api, **arguments: object) -> list[str]:
    return [node["queue"] for node in (await api.ask(JOBS, **arguments))["jobs"]["nodes"]]


async def test_a_plan_is_kept_changed_and_deleted(api: Api) -> None:
    plan_id = await plan(api, "nightly", {"z": 1.50, "a": [None]})
    created = (await api.ask(PLAN, id=plan_id.upper()))["plan"]
    assert (created["name"], created["spec"], created["version"]) == ("nightly", {"z": 1.5, "a": [None]}, 1)
    api.clock.advance()
    renamed = (await api.do("updatePlan", id=plan_id, name="daily", expectedVersion=1))["plan"]
    assert (renamed["name"], renamed["spec"], renamed["version"]) == ("daily", created["spec"], 2)
    assert renamed["updatedAt"] > renamed["createdAt"] == created["createdAt"]
    changed = (await api.do("updatePlan", id=plan_id, spec=False, name=None))["plan"]
    assert (changed["name"], changed["spec"]) == ("daily", False)
    problem = await api.do("updatePlan", id=plan_id, spec=1, expectedVersion=2)
    assert (problem["__typename"], problem["expected"], problem["actual"]) == ("VersionConflict", 2, 3)
    assert await api.do("deletePlan", id=plan_id) == {"__typename": "PlanDeletion", "id": plan_id, "replayed": False}
    for mutation in ("deletePlan", "updatePlan"):
        problem = await api.do(mutation, id=plan_id)
        assert (problem["__typename"], problem["kind"]) == ("NotFound", "Plan")
    assert (await api.ask(PLAN, id=plan_id))["plan"] is None
    assert (await api.ask(PLAN, id="no"))["plan"] is None


async def test_plans_are_listed_newest_first(api: Api) -> None:
    for name in ("Ärger", "two", "TWO words"):
        await plan(api, name)
    first = (await api.ask(PLANS, first=2))["plans"]
    assert ([node["name"] for node in first["nodes"]], first["totalCount"]) == (["TWO words", "two"], 3)
    second = (await api.ask(PLANS, first=2, after=first["pageInfo"]["endCursor"]))["plans"]
    assert [node["name"] for node in second["nodes"]] == ["Ärger"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    for part, names in (
        ("Two", ["TWO words", "two"]),
        ("ärg", ["Ärger"]),
        ("%", []),
        ("", ["TWO words", "two", "Ärger"]),
    ):
        found = (await api.ask(PLANS, nameContains=part))["plans"]
        assert ([node["name"] for node in found["nodes"]], found["totalCount"]) == (names, len(names))
    assert (await api.refusal(PLANS, nameContains="two", after=first["pageInfo"]["endCursor"]))[0] == "BAD_USER_INPUT"
    assert (await api.refusal(PLANS, nameContains="\0"))[0] == "BAD_USER_INPUT"


async def test_a_plan_is_started_as_a_run_and_a_job(api: Api) -> None:
    plan_id = await plan(api)
    cursor = (await api.ask("{ changeCursor }"))["changeCursor"]
    fields: dict[str, Any] = {
        "planId": plan_id,
        "name": "r",
        "metadata": {"m": 1},
        "tags": ["t"],
        "queue": "q",
        "data": {"command": ["ls"]},
        "priority": 7,
        "maxAttempts": 2,
        "idempotencyKey": "k",
    }
    started = await api.do("startPlan", **fields)
    run, job = started["run"], started["job"]
    assert run == {
        "id": run["id"],
        "name": "r",
        "status": "ACTIVE",
        "tags": ["t"],
        "metadata": {"m": 1},
        "planId": plan_id,
    }
    assert job["data"] == {"command": ["ls"], "planId": plan_id, "runId": run["id"]}
    assert (job["queue"], job["status"], job["priority"], job["maxAttempts"]) == ("q", "PENDING", 7, 2)
    changes = "query ($after: String) { changes(after: $after) { nodes { runId } pageInfo { endCursor } } }"
    seen = (await api.ask(changes, after=cursor))["changes"]
    assert (seen["nodes"], seen["pageInfo"]["endCursor"]) == ([{"runId": run["id"]}], started["cursor"])
    assert await api.do("startPlan", **fields) == started | {"replayed": True}
    assert (await api.do("startPlan", planId=plan_id, data=[1]))["job"]["data"] == [1]
    refused = await api.do("startPlan", planId=plan_id, metadata=[1])
    assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "METADATA_NOT_OBJECT")
    assert (await api.ask(JOBS))["jobs"]["totalCount"] == 2
    missing = await api.do("startPlan", planId=UNKNOWN)
    assert (missing["__typename"], missing["kind"], missing["id"]) == ("NotFound", "Plan", UNKNOWN)


async def test_a_plan_knows_its_runs_and_a_run_its_plan(api: Api) -> None:
    plan_id, other = await plan(api, "a"), await plan(api, "b")
    older = await api.run(planId=plan_id)
    archived = await api.run(planId=plan_id)
    newer = await api.run(planId=plan_id)
    await api.do("archiveRun", id=archived)
    document = """
        query ($after: String) { plans { nodes { name runs(first: 1, after: $after) {
          nodes { id plan { name } planId } totalCount pageInfo { hasNextPage endCursor }
        } } } }
    """
    empty, runs = [node["runs"] for node in (await api.ask(document))["plans"]["nodes"]]
    assert (empty["nodes"], empty["totalCount"]) == ([], 0)
    assert runs["nodes"] == [{"id": newer, "plan": {"name": "a"}, "planId": plan_id}]
    assert (runs["totalCount"], runs["pageInfo"]["hasNextPage"]) == (2, True)
    one = "query ($id: ID!, $after: String) { plan(id: $id) { runs(after: $after) { nodes { id } } } }"
    cursor = runs["pageInfo"]["endCursor"]
    assert (await api.ask(one, id=plan_id, after=cursor))["plan"]["runs"]["nodes"] == [{"id": older}]
    assert (await api.refusal(one, id=other, after=cursor))[0] == "BAD_USER_INPUT"
    await api.do("deletePlan", id=plan_id)
    seen = await api.ask("query ($id: ID!) { run(id: $id) { planId plan { id } } }", id=older)
    assert seen["run"] == {"planId": plan_id, "plan": None}


async def test_due_jobs_are_claimed_by_rank(api: Api) -> None:
    later = format_instant(api.clock.now() + 60_000_000)
    names = {await enqueue(api): "low"}
    names[await enqueue(api, priority=5)] = "high"
    names[await enqueue(api, runAt=later)] = "later"
    names[await enqueue(api, queue="other")] = "elsewhere"
    names[await enqueue(api, priority=5, data={"a": 1.50})] = "high too"
    claimed = await claim(api, limit=3)
    assert [names[job["id"]] for job in claimed] == ["high", "high too", "low"]
    assert {(job["status"], job["attempts"]) for job in claimed} == {("RUNNING", 1)}
    assert claimed[1]["data"] == {"a": 1.5}
    assert claimed[0]["leaseExpiresAt"] == format_instant(api.clock.now() + 300_000_000)
    assert await claim(api) == []
    api.clock.advance(60)
    assert [names[job["id"]] for job in await claim(api, leaseSeconds=1)] == ["later"]


async def test_a_claim_may_be_asked_again(api: Api) -> None:
    await enqueue(api)
    first = await api.do("claimJobs", idempotencyKey="k")
    assert await api.do("claimJobs", idempotencyKey="k") == first | {"replayed": True}
    assert (await api.do("claimJobs", limit=2, idempotencyKey="k"))["__typename"] == "IdempotencyConflict"


async def test_a_job_is_acknowledged_by_the_claim_that_holds_it(api: Api) -> None:
    job_id = await enqueue(api)
    refused = await api.do("acknowledgeJob", id=job_id)
    assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "LEASE_LOST")
    await claim(api, leaseSeconds=1)
    api.clock.advance(1)
    (again,) = await claim(api)
    assert again["attempts"] == 2
    for mutation, fields in (("acknowledgeJob", {}), ("failJob", {"error": "late"})):
        refused = await api.do(mutation, id=job_id, attempt=1, **fields)
        assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "LEASE_LOST")
    done = await api.do("acknowledgeJob", id=job_id, attempt=2)
    assert (done["job"]["status"], done["job"]["leaseExpiresAt"]) == ("COMPLETED", None)
    assert (await api.do("acknowledgeJob", id=job_id))["job"] == done["job"]
    missing = await api.do("acknowledgeJob", id=UNKNOWN)
    assert (missing["__typename"], missing["kind"]) == ("NotFound", "Job")


async def test_a_failed_job_is_tried_again_until_it_is_over(api: Api) -> None:
    job_id = await enqueue(api, maxAttempts=2)
    await claim(api)
    failed = (await api.do("failJob", id=job_id, error="broken"))["job"]
    assert (failed["status"], failed["error"]) == ("RETRYING", "broken")
    assert failed["runAt"] == format_instant(api.clock.now() + 2_000_000)
    assert await claim(api) == []
    api.clock.advance(2)
    await claim(api)
    over = (await api.do("failJob", id=job_id, error="broken again"))["job"]
    assert (over["status"], over["attempts"], over["completedAt"]) == ("FAILED", 2, format_instant(api.clock.now()))
    other = await enqueue(api)
    await claim(api)
    assert (await api.do("failJob", id=other, error="no use", retry=False))["job"]["status"] == "FAILED"


async def test_jobs_are_listed_newest_first(api: Api) -> None:
    run_id = await api.run()
    for queue, fields in (("a", {"runId": run_id}), ("b", {}), ("a", {}), ("c", {"runId": run_id})):
        await enqueue(api, queue=queue, **fields)
    await claim(api, queue="b")
    assert await queues(api) == ["c", "a", "b", "a"]
    for condition, found in (
        ({"queue": "a"}, ["a", "a"]),
        ({"status": ["RUNNING"]}, ["b"]),
        ({"status": ["PENDING", "FAILED"]}, ["c", "a", "a"]),
        ({"status": []}, []),
        ({"runId": run_id.upper()}, ["c", "a"]),
        ({"runId": "no"}, []),
        ({"queue": "a", "runId": run_id}, ["a"]),
    ):
        assert await queues(api, filter=condition) == found, condition
        assert (await api.ask(JOBS, filter=condition))["jobs"]["totalCount"] == len(found)
    first = (await api.ask(JOBS, first=3))["jobs"]
    assert first["pageInfo"]["hasNextPage"]
    assert await queues(api, after=first["pageInfo"]["endCursor"]) == ["a"]
    assert (await api.refusal(JOBS, filter={"queue": "\0"}))[0] == "BAD_USER_INPUT"
    seen = (await api.ask("query ($id: ID!) { run(id: $id) { jobs { queue run { id } } } }", id=run_id))["run"]
    assert seen["jobs"] == [{"queue": "c", "run": {"id": run_id}}, {"queue": "a", "run": {"id": run_id}}]


async def test_a_job_outlives_its_run(api: Api) -> None:
    run_id = await api.run()
    job_id = await enqueue(api, runId=run_id)
    await api.do("deleteRun", id=run_id)
    expected = {"status": "PENDING", "error": None, "run": None, "runId": run_id}
    assert (await api.ask(JOB, id=job_id.upper()))["job"] == expected
    assert (await api.ask(JOB, id="no"))["job"] is None
    missing = await api.do("enqueueJob", runId=run_id)
    assert (missing["__typename"], missing["kind"]) == ("NotFound", "Run")


async def test_all_jobs_of_a_run_are_told(api: Api) -> None:
    run_id = await api.run()
    for _ in range(51):
        await api.do("enqueueJob", runId=run_id)
    seen = (await api.ask("query ($id: ID!) { run(id: $id) { jobs { id } } }", id=run_id))["run"]
    assert len({job["id"] for job in seen["jobs"]}) == 51
