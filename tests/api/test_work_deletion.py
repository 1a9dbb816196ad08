"""Jobs and agent runtimes are deleted, one or many."""

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

UNKNOWN = "00000000-0000-4000-8000-000000000001"
JOBS = "{ jobs { totalCount nodes { id } } }"
RUNTIME = "query ($id: String!) { runtime(runtimeId: $id) { runtimeId inputs { inputId } } }"


async def enqueue(api: Api, **fields: object) -> str:
    api.clock.advance()
    job_id: str = (await api.do("enqueueJob", **fields))["job"]["id"]
    return job_id


async def finished(api: Api, queue: str = "default") -> str:
    """Enqueue a job and finish it at once."""
    job_id = await enqueue(api, queue=queue)
    await api.do("claimJobs", queue=queue)
    await api.do("acknowledgeJob", id=job_id)
    return job_id


async def ids(api: Api) -> list[str]:
    return [job["id"] for job in (await api.ask(JOBS))["jobs"]["nodes"]]


async def persist(api: Api, runtime_id: str, input_id: str = "i") -> None:
    await api.do("persistRuntimeInput", runtimeId=runtime_id, input={"inputId": input_id, "state": "ACCEPTED"})


async def test_a_job_is_deleted(api: Api) -> None:
    run = (await api.do("createRun", name="r"))["run"]["id"]
    job_id = await enqueue(api, runId=run)
    await api.do("claimJobs")
    held = await api.do("deleteJob", id=job_id)
    assert (held["__typename"], held["code"], held["reason"]) == (
        "ConstraintViolation",
        "CONSTRAINT_VIOLATION",
        "JOB_RUNNING",
    )
    await api.do("acknowledgeJob", id=job_id)
    gone = {"__typename": "JobDeletion", "id": job_id, "replayed": False}
    assert await api.do("deleteJob", id=job_id.upper(), idempotencyKey="k") == gone
    assert await api.do("deleteJob", id=job_id, idempotencyKey="k") == gone | {"replayed": True}
    conflict = await api.do("deleteJob", id=UNKNOWN, idempotencyKey="k")
    assert conflict["__typename"] == "IdempotencyConflict"
    absent = await api.do("deleteJob", id=job_id)
    assert (absent["__typename"], absent["kind"], absent["id"]) == ("NotFound", "Job", job_id)
    for wrong in ("default", "", "junk"):
        problem = await api.do("deleteJob", id=wrong)
        assert (problem["__typename"], problem["field"]) == ("InvalidInput", "id")
    assert (await api.ask("query ($id: ID!) { run(id: $id) { jobs { id } } }", id=run))["run"] == {"jobs": []}
    assert (await api.ask("query ($id: ID!) { node(id: $id) { id } }", id=job_id))["node"] is None


async def test_jobs_are_deleted_by_id(api: Api) -> None:
    done, running = await finished(api), await enqueue(api, queue="other")
    await api.do("claimJobs", queue="other")
    deleted = await api.do("deleteJobs", jobs={"ids": [done, "junk", running, UNKNOWN]})
    assert (deleted["deleted"], deleted["failed"], deleted["replayed"]) == (1, 3, False)
    assert [outcome["__typename"] for outcome in deleted["outcomes"]] == [
        "JobDeletion",
        "InvalidInput",
        "ConstraintViolation",
        "NotFound",
    ]
    assert deleted["outcomes"][1]["field"] == "jobs.ids"
    assert await ids(api) == [running]


async def test_jobs_are_deleted_by_filter(api: Api) -> None:
    first = await finished(api)
    api.clock.advance(10)
    second, other, waiting = await finished(api), await finished(api, "other"), await enqueue(api)
    completed = (await api.ask("query ($id: ID!) { job(id: $id) { completedAt } }", id=second))["job"]["completedAt"]
    old = {"jobs": {"filter": {"status": ["COMPLETED", "FAILED"], "completedAt": {"to": completed}}}}
    assert (await api.do("deleteJobs", **old))["deleted"] == 1
    assert first not in await ids(api)
    assert (await api.do("deleteJobs", jobs={"filter": {"queue": "other"}}, idempotencyKey="k"))["deleted"] == 1
    assert (await api.do("deleteJobs", jobs={"filter": {"queue": "other"}}, idempotencyKey="k"))["replayed"] is True
    assert other not in await ids(api)
    assert (await api.do("deleteJobs", jobs={"filter": {"status": ["COMPLETED"]}}))["deleted"] == 1
    assert await ids(api) == [waiting]
    wrong = await api.do("deleteJobs", jobs={"filter": {"queue": "a\0"}})
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "jobs.filter.queue")
    assert (await api.do("deleteJobs", jobs={"filter": {"runId": "junk"}}))["deleted"] == 0
    assert (await api.do("deleteJobs", jobs={"filter": {}}))["deleted"] == 1


async def test_a_claim_is_answered_again_without_the_jobs_that_were_deleted(api: Api) -> None:
    job_id = await enqueue(api)
    await api.do("claimJobs", idempotencyKey="k")
    await api.do("acknowledgeJob", id=job_id)
    await api.do("deleteJob", id=job_id)
    again = await api.do("claimJobs", idempotencyKey="k")
    assert (again["__typename"], again["jobs"], again["replayed"]) == ("ClaimPayload", [], True)


async def test_a_runtime_is_deleted(api: Api) -> None:
    await persist(api, "r")
    assert await api.do("deleteRuntime", runtimeId="r") == {
        "__typename": "RuntimeDeletion",
        "runtimeId": "r",
        "replayed": False,
    }
    assert (await api.ask(RUNTIME, id="r"))["runtime"] is None
    absent = await api.do("deleteRuntime", runtimeId="r")
    assert (absent["__typename"], absent["kind"], absent["id"]) == ("NotFound", "Runtime", "r")
    wrong = await api.do("deleteRuntime", runtimeId="")
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "runtimeId")
    await persist(api, "r", "j")
    assert (await api.ask(RUNTIME, id="r"))["runtime"]["inputs"] == [{"inputId": "j"}]


async def test_runtimes_are_deleted_by_name_and_by_filter(api: Api) -> None:
    for name in ("agent-1", "agent-2", "other"):
        await persist(api, name)
    await api.do("commitRuntimeLifecycle", runtimeId="other", state="DESTROYED", inputs=[])
    deleted = await api.do("deleteRuntimes", runtimes={"ids": ["agent-1", "", "nobody"]})
    assert [outcome["__typename"] for outcome in deleted["outcomes"]] == ["RuntimeDeletion", "InvalidInput", "NotFound"]
    assert (deleted["deleted"], deleted["failed"]) == (1, 2)
    assert (await api.do("deleteRuntimes", runtimes={"filter": {"state": ["DESTROYED"]}}))["deleted"] == 1
    assert (await api.do("deleteRuntimes", runtimes={"filter": {"prefix": "agent-"}}))["deleted"] == 1
    wrong = await api.do("deleteRuntimes", runtimes={"filter": {"prefix": "a\0"}})
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "runtimes.filter.prefix")


async def test_more_than_a_call_may_have_are_refused(api: Api) -> None:
    for mutation, things in (("deleteJobs", "jobs"), ("deleteRuntimes", "runtimes")):
        refused = await api.do(mutation, **{things: {"ids": [UNKNOWN] * 1001}})
        assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "LIMIT_EXCEEDED")
