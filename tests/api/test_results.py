"""Results: recorded once, listed, counted, deleted together."""

from typing import Any

import pytest

from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

AT = "2026-11-21T09:30:00.000000Z"
LATER = "2026-11-21T09:30:01.250000Z"
DATASET = {
    "datasetId": "questions",
    "datasetVersion": AT,
    "targetType": "WORKFLOW",
    "targetId": "answerer",
    "totalItems": 4,
}
ATTEMPT: dict[str, Any] = {
    "itemId": "item",
    "itemVersion": AT,
    "input": {"b": [1, 2.50], "a": None},
    "output": "text",
    "expectedOutput": False,
    "latency": 1250.125,
    "error": None,
    "startedAt": AT,
    "completedAt": LATER,
    "retryCount": 2,
    "scores": [
        {"scorerId": "exact", "value": 0.5, "reason": "half", "error": None},
        {"scorerId": "judge", "value": None, "reason": None, "error": "no answer"},
    ],
}
RESULTS = """
    query ($id: ID!, $filter: RunResultFilter, $first: Int, $after: String, $last: Int, $before: String) {
      run(id: $id) {
        results(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
          nodes { id itemId } edges { cursor node { itemId } } totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }
"""
COUNTS = """
    query ($id: ID!) { run(id: $id) {
      startedAt
      dataset {
        datasetId datasetVersion targetType targetId status totalItems
        succeededCount failedCount skippedCount startedAt completedAt
      }
      resultSummary {
        total items succeeded failed latencyP50 latencyP95 latencyMean scores { scorerId count mean min max }
      }
    } }
"""


async def listed(api: Api, run_id: str, **arguments: object) -> Answer:
    answer: Answer = (await api.ask(RESULTS, id=run_id, **arguments))["run"]["results"]
    return answer


async def items(api: Api, run_id: str, **arguments: object) -> list[str]:
    return [node["itemId"] for node in (await listed(api, run_id, **arguments))["nodes"]]


async def counts(api: Api, run_id: str) -> Answer:
    answer: Answer = (await api.ask(COUNTS, id=run_id))["run"]
    return answer


async def test_a_result_is_stored_as_it_was_sent(api: Api) -> None:
    run_id = await api.run()
    outcome = await api.do("recordResult", runId=run_id, **ATTEMPT)
    assert not outcome["replayed"]
    result = outcome["result"]
    assert {key: result[key] for key in ATTEMPT} == ATTEMPT
    assert result["runId"] == run_id
    document = """
        query ($id: ID!) { result(id: $id) {
          id runId itemId itemVersion input output expectedOutput latency error
          startedAt completedAt retryCount createdAt
          scores { scorerId value reason error } run { id startedAt }
        } }
    """
    found = (await api.ask(document, id=result["id"].upper()))["result"]
    assert found.pop("run") == {"id": run_id, "startedAt": result["createdAt"]}
    assert found == result


async def test_the_same_attempt_again_is_answered_with_what_is_stored(api: Api) -> None:
    run_id = await api.run()
    first = await api.do("recordResult", runId=run_id, **ATTEMPT)
    await api.do("closeRun", id=run_id)
    again = await api.do("recordResult", runId=run_id, **ATTEMPT | {"input": {"a": None, "b": [1.0, 2.5]}})
    assert again == first | {"replayed": True}
    other = await api.do("recordResult", runId=run_id, **ATTEMPT | {"output": "other"})
    assert (other["__typename"], other["reason"]) == ("ConstraintViolation", "DUPLICATE_RESULT")
    late = await api.do("recordResult", runId=run_id, **ATTEMPT | {"retryCount": 3})
    assert (late["__typename"], late["reason"]) == ("ConstraintViolation", "RUN_CLOSED")


async def test_an_id_may_be_given_once(api: Api) -> None:
    run_id = await api.run()
    result_id = "00000000-0000-4000-8000-0000000000AA"
    first = await api.record(run_id, "a", id=result_id)
    assert first["result"]["id"] == result_id.lower()
    for taken in (result_id, run_id):
        problem = await api.record(run_id, "b", id=taken)
        assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "ALREADY_EXISTS")
    problem = await api.do("createRun", id=result_id)
    assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "ALREADY_EXISTS")


async def test_many_results_stand_each_on_its_own(api: Api) -> None:
    run_id, closed = await api.run(), await api.run()
    await api.do("closeRun", id=closed)
    good = {"itemId": "a", "latency": 1, "startedAt": AT, "completedAt": AT}
    entries = [
        {"runId": run_id, **good},
        {"runId": run_id, **good, "itemId": "b\0"},
        {"runId": closed, **good},
        {"runId": run_id, **good, "latency": -1},
        {"runId": "no", **good},
        {"runId": run_id, **good},
        {"runId": run_id, **good, "idempotencyKey": "\0"},
    ]
    outcome = await api.do("recordResults", results=entries, idempotencyKey="k")
    assert (outcome["recorded"], outcome["failed"], outcome["replayed"]) == (2, 5, False)
    told = [entry.get("field") or entry.get("reason") or entry["replayed"] for entry in outcome["outcomes"]]
    assert told == [
        False,
        "results.1.itemId",
        "RUN_CLOSED",
        "results.3.latency",
        "results.4.runId",
        True,
        "results.6.idempotencyKey",
    ]
    again = await api.do("recordResults", results=entries, idempotencyKey="k")
    assert (again["recorded"], again["failed"], again["replayed"]) == (2, 5, True)
    other = await api.do("recordResults", results=entries[:1], idempotencyKey="k")
    assert other["__typename"] == "IdempotencyConflict"


async def test_a_key_inside_an_entry_works_as_if_sent_singly(api: Api) -> None:
    run_id = await api.run()
    single = {"runId": run_id, "itemId": "a", "latency": 1, "startedAt": AT, "completedAt": AT, "idempotencyKey": "k"}
    stored = (await api.do("recordResult", **single))["result"]
    outcome = await api.do("recordResults", results=[single, single | {"itemId": "b"}])
    again, other = outcome["outcomes"]
    assert (again["result"], again["replayed"]) == (stored, True)
    assert other["__typename"] == "IdempotencyConflict"


async def test_more_than_a_thousand_are_refused(api: Api) -> None:
    entry = {"runId": "default", "itemId": "a", "latency": 1, "startedAt": AT, "completedAt": AT}
    outcome = await api.do("recordResults", results=[entry | {"retryCount": number} for number in range(1001)])
    assert (outcome["__typename"], outcome["reason"]) == ("ConstraintViolation", "LIMIT_EXCEEDED")
    assert await items(api, "default") == []
    assert (await api.do("recordResults", results=[]))["recorded"] == 0


async def test_results_are_walked_by_their_start(api: Api) -> None:
    run_id = await api.run()
    # Recorded in another order than they started; the second and third started at once.
    for item, seconds in (("d", 3), ("b", 2), ("c", 2), ("a", 1), ("e", 4)):
        at = f"2026-11-21T09:30:0{seconds}Z"
        await api.record(run_id, item, startedAt=at, completedAt=at)
    first = await listed(api, run_id, first=2)
    second = await listed(api, run_id, first=2, after=first["pageInfo"]["endCursor"])
    third = await listed(api, run_id, first=2, after=second["pageInfo"]["endCursor"])
    pages = [[node["itemId"] for node in page["nodes"]] for page in (first, second, third)]
    assert pages == [["a", "b"], ["c", "d"], ["e"]]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third)] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (first, second, third)] == [False, True, True]
    assert {page["totalCount"] for page in (first, second, third)} == {5}
    assert await items(api, run_id, last=2) == ["d", "e"]
    assert await items(api, run_id, last=2, before=third["pageInfo"]["startCursor"]) == ["c", "d"]


async def test_results_are_filtered(api: Api) -> None:
    run_id = await api.run()
    tricky = 'a"scorerId":"x'
    await api.record(run_id, "a", scores=[{"scorerId": "x", "value": 1}, {"scorerId": tricky}])
    await api.record(run_id, "b", error="broken", scores=[{"scorerId": "xy", "reason": '"scorerId":"x",'}])
    await api.record(run_id, "a", retryCount=1, error="broken")
    for condition, found in (
        ({"itemId": "a"}, ["a", "a"]),
        ({"succeeded": True}, ["a"]),
        ({"succeeded": False}, ["b", "a"]),
        ({"scorerId": "x"}, ["a"]),
        ({"scorerId": "xy"}, ["b"]),
        ({"scorerId": tricky}, ["a"]),
        ({"scorerId": "y"}, []),
        ({"itemId": "a", "succeeded": False, "scorerId": "x"}, []),
        ({}, ["a", "b", "a"]),
        ({"itemId": None, "succeeded": None}, ["a", "b", "a"]),
    ):
        answer = await listed(api, run_id, filter=condition)
        assert [node["itemId"] for node in answer["nodes"]] == found, condition
        assert answer["totalCount"] == len(found)
    assert (await api.refusal(RESULTS, id=run_id, filter={"itemId": "\0"}))[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize("arguments", [{"first": 0}, {"first": 501}, {"last": 0}, {"first": 1, "last": 1}])
async def test_a_page_that_makes_no_sense_is_refused(api: Api, arguments: dict[str, int]) -> None:
    assert (await api.refusal(RESULTS, id="default", **arguments))[0] == "BAD_USER_INPUT"


async def test_a_cursor_belongs_to_its_run_and_filter(api: Api) -> None:
    first, second = await api.runs(2)
    for run_id in (first, second):
        await api.record(run_id, "a")
    cursor = (await listed(api, first))["pageInfo"]["endCursor"]
    assert await items(api, first, after=cursor) == []
    for run_id, condition in ((second, None), (first, {"succeeded": True})):
        refused = await api.refusal(RESULTS, id=run_id, filter=condition, after=cursor)
        assert refused == ("BAD_USER_INPUT", "`after` is not a cursor of this list, with this filter and this order")


async def test_items_are_counted_as_results_come_in(api: Api) -> None:
    run_id = await api.run(dataset=DATASET)
    seen = await counts(api, run_id)
    assert seen["dataset"] == DATASET | {
        "status": "PENDING",
        "succeededCount": 0,
        "failedCount": 0,
        "skippedCount": 0,
        "startedAt": None,
        "completedAt": None,
    }
    empty = {"total": 0, "items": 0, "succeeded": 0, "failed": 0, "scores": []}
    assert seen["resultSummary"] == empty | {"latencyP50": None, "latencyP95": None, "latencyMean": None}
    await api.record(run_id, "a", error="broken", latency=10, scores=[{"scorerId": "s", "value": 0.25}])
    await api.record(run_id, "b", latency=20, scores=[{"scorerId": "s", "value": 0.75}, {"scorerId": "r"}])
    seen = await counts(api, run_id)
    assert (seen["dataset"]["status"], seen["dataset"]["startedAt"]) == ("RUNNING", seen["startedAt"])
    assert (seen["dataset"]["succeededCount"], seen["dataset"]["failedCount"]) == (1, 1)
    await api.record(run_id, "a", retryCount=1, latency=40)
    await api.do("closeRun", id=run_id)
    seen = await counts(api, run_id)
    assert (seen["dataset"]["status"], seen["dataset"]["skippedCount"]) == ("COMPLETED", 2)
    assert (seen["dataset"]["succeededCount"], seen["dataset"]["failedCount"]) == (2, 0)
    summary = seen["resultSummary"]
    assert [summary[name] for name in ("total", "items", "succeeded", "failed")] == [3, 2, 2, 0]
    assert [float(summary[name]) for name in ("latencyP50", "latencyP95", "latencyMean")] == pytest.approx(
        [20, 38, 70 / 3]
    )
    assert summary["scores"] == [
        {"scorerId": "r", "count": 0, "mean": None, "min": None, "max": None},
        {"scorerId": "s", "count": 2, "mean": 0.5, "min": 0.25, "max": 0.75},
    ]


@pytest.mark.parametrize(
    ("moves", "status"),
    [
        (["pauseRun"], "PENDING"),
        (["startRun"], "RUNNING"),
        (["startRun", "pauseRun"], "RUNNING"),
        (["cancelRun"], "CANCELLED"),
        (["closeRun", "archiveRun"], "COMPLETED"),
        (["archiveRun"], "CANCELLED"),
    ],
)
async def test_the_status_of_a_dataset_run_follows_the_run(api: Api, moves: list[str], status: str) -> None:
    run_id = await api.run(dataset=DATASET)
    for move in moves:
        await api.do(move, id=run_id)
    assert (await counts(api, run_id))["dataset"]["status"] == status


async def test_a_failed_dataset_run_says_when_it_ended(api: Api) -> None:
    run_id = await api.run(dataset=DATASET)
    await api.do("failRun", id=run_id, error="broken")
    document = "query ($id: ID!) { run(id: $id) { finishedAt dataset { status completedAt } } }"
    seen = (await api.ask(document, id=run_id))["run"]
    assert seen["dataset"] == {"status": "FAILED", "completedAt": seen["finishedAt"]}
    assert (await api.ask('{ run(id: "default") { dataset { status } } }'))["run"]["dataset"] is None


async def test_results_are_deleted_together(api: Api) -> None:
    run_id, other = await api.runs(2, dataset=DATASET)
    for item in "abc":
        await api.record(run_id, item)
    kept = (await api.record(other, "a"))["result"]["id"]
    gone = (await api.record(run_id, "a", retryCount=1))["result"]["id"]
    await api.do("archiveRun", id=run_id)
    deleted = await api.do("deleteResults", runId=run_id, idempotencyKey="k")
    assert deleted == {"__typename": "ResultDeletion", "runId": run_id, "deleted": 4, "replayed": False}
    assert await api.do("deleteResults", runId=run_id, idempotencyKey="k") == deleted | {"replayed": True}
    assert (await api.do("deleteResults", runId=run_id))["deleted"] == 0
    assert await items(api, run_id) == []
    seen = await counts(api, run_id)
    assert (seen["dataset"]["succeededCount"], seen["resultSummary"]["total"]) == (0, 0)
    assert seen["startedAt"] is not None
    document = "query ($gone: ID!, $kept: ID!) { gone: result(id: $gone) { id } kept: result(id: $kept) { id } }"
    assert await api.ask(document, gone=gone, kept=kept) == {"gone": None, "kept": {"id": kept}}


async def test_results_go_with_their_run(api: Api) -> None:
    run_id = await api.run()
    result_id = (await api.record(run_id, "a"))["result"]["id"]
    assert (await api.do("deleteRun", id=run_id))["results"] == 1
    await api.do("createRun", id=run_id)
    assert (await api.ask("query ($id: ID!) { result(id: $id) { id } }", id=result_id))["result"] is None
    assert await items(api, run_id) == []


async def test_nodes_of_every_kind_are_found_by_their_ids(api: Api) -> None:
    run_id = await api.run()
    result_id = (await api.record(run_id, "a"))["result"]["id"]
    plan_id = (await api.do("createPlan", name="p", spec=1))["plan"]["id"]
    job_id = (await api.do("enqueueJob", queue="q"))["job"]["id"]
    document = """
        query ($ids: [ID!]!, $id: ID!) {
          nodes(ids: $ids) {
            __typename id ... on Run { status } ... on RunResult { itemId } ... on Plan { name } ... on Job { queue }
          }
          node(id: $id) { ... on RunResult { itemId run { id } } }
        }
    """
    answer = await api.ask(document, ids=[job_id, "no", plan_id, result_id, run_id], id=result_id)
    assert answer["nodes"] == [
        {"__typename": "Job", "id": job_id, "queue": "q"},
        None,
        {"__typename": "Plan", "id": plan_id, "name": "p"},
        {"__typename": "RunResult", "id": result_id, "itemId": "a"},
        {"__typename": "Run", "id": run_id, "status": "ACTIVE"},
    ]
    assert answer["node"] == {"itemId": "a", "run": {"id": run_id}}
