"""Scores and annotations that come after a result was recorded."""

from typing import Any

import pytest

from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

RESULT = """
    query ($id: ID!, $first: Int, $after: String) { result(id: $id) {
      scores { scorerId scorerName value reason error revision }
      scoreRevisions(first: $first, after: $after) {
        nodes { score { scorerId value revision } at reason actor } pageInfo { hasNextPage endCursor }
      }
      annotations labels annotationVersion annotatedAt late traceId
    } }
"""
UPDATES = """
    query ($id: ID!) { run(id: $id) {
      version
      events(stream: "_runindex_results") { nodes { payload late } }
      resultSummary { scores { scorerId count mean } }
    } }
"""
UNKNOWN = "00000000-0000-4000-8000-000000000001"


async def recorded(api: Api, run_id: str, item: str = "a", **fields: object) -> str:
    outcome: Answer = await api.record(run_id, item, **fields)
    result_id: str = outcome["result"]["id"]
    return result_id


async def found(api: Api, result_id: str, **arguments: object) -> Answer:
    answer: Answer = (await api.ask(RESULT, id=result_id, **arguments))["result"]
    return answer


def scores(**values: float) -> list[dict[str, Any]]:
    return [{"scorerId": scorer, "value": value} for scorer, value in values.items()]


async def test_scores_are_added_by_scorer_and_the_older_kept(api: Api) -> None:
    run_id = await api.run()
    result_id = await recorded(api, run_id, scores=[{"scorerId": "judge", "value": 0.5, "scorerName": "The judge"}])
    await api.do("closeRun", id=run_id)
    before = (await api.ask(UPDATES, id=run_id))["run"]["version"]
    first = await api.do("scoreResult", resultId=result_id.upper(), scores=scores(human=1), reason="review")
    assert (first["__typename"], first["replayed"]) == ("RunResultPayload", False)
    second = await api.do("scoreResult", runId=run_id, itemId="a", scores=scores(judge=0.75, human=1))
    assert not second["replayed"]
    again = await api.do("scoreResult", runId=run_id, itemId="a", scores=scores(judge=0.75))
    assert again["replayed"]
    result = await found(api, result_id)
    shown = [(score["scorerId"], score["value"], score["revision"]) for score in result["scores"]]
    assert shown == [("judge", 0.75, 2), ("human", 1.0, 1)]
    assert [score["scorerName"] for score in result["scores"]] == [None, None]
    revisions = [(node["score"]["scorerId"], node["score"]["value"]) for node in result["scoreRevisions"]["nodes"]]
    assert revisions == [("human", 1.0), ("judge", 0.5), ("judge", 0.75)]
    assert [node["reason"] for node in result["scoreRevisions"]["nodes"]] == ["review", None, None]
    run = (await api.ask(UPDATES, id=run_id))["run"]
    assert run["version"] == before
    assert [(node["payload"]["change"], node["late"]) for node in run["events"]["nodes"]] == [("SCORED", True)] * 2
    assert run["events"]["nodes"][1]["payload"]["scores"] == [{"scorerId": "judge", "value": 0.75, "revision": 2}]
    assert {score["scorerId"]: score["mean"] for score in run["resultSummary"]["scores"]} == {"human": 1, "judge": 0.75}


async def test_revisions_are_paged(api: Api) -> None:
    run_id = await api.run()
    result_id = await recorded(api, run_id)
    for value in range(5):
        await api.do("scoreResult", resultId=result_id, scores=scores(s=value))
    seen, after = [], None
    while True:
        page = (await found(api, result_id, first=2, after=after))["scoreRevisions"]
        seen += [node["score"]["revision"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == [1, 2, 3, 4, 5]


async def test_an_annotation_is_merged_under_its_version(api: Api) -> None:
    run_id = await api.run()
    result_id = await recorded(api, run_id)
    first = await api.do(
        "annotateResult", resultId=result_id, patch={"note": {"a": 1}, "by": "ann"}, addLabels=["x"], expectedVersion=0
    )
    assert (first["version"], first["result"]["annotations"]) == (1, {"note": {"a": 1}, "by": "ann"})
    conflict = await api.do("annotateResult", resultId=result_id, patch={}, expectedVersion=0)
    assert (conflict["__typename"], conflict["expected"], conflict["actual"]) == ("VersionConflict", 0, 1)
    change = {"patch": {"note": {"a": None, "b": 2}}, "addLabels": ["y"], "removeLabels": ["x"], "idempotencyKey": "k"}
    second = await api.do("annotateResult", runId=run_id, itemId="a", **change)
    assert second["result"]["annotations"] == {"note": {"b": 2}, "by": "ann"}
    assert (second["result"]["labels"], second["version"]) == (["y"], 2)
    again = await api.do("annotateResult", runId=run_id, itemId="a", **change)
    assert (again["version"], again["replayed"]) == (2, True)
    other = await api.do("annotateResult", runId=run_id, itemId="a", **change | {"addLabels": ["z"]})
    assert other["__typename"] == "IdempotencyConflict"
    result = await found(api, result_id)
    assert (result["annotationVersion"], result["labels"]) == (2, ["y"])
    events = (await api.ask(UPDATES, id=run_id))["run"]["events"]["nodes"]
    assert [(node["payload"]["change"], node["payload"]["version"]) for node in events] == [
        ("ANNOTATED", 1),
        ("ANNOTATED", 2),
    ]


@pytest.mark.parametrize("mutation", ["scoreResult", "annotateResult"])
async def test_each_refusal_has_its_type(api: Api, mutation: str) -> None:
    run_id = await api.run()
    result_id = await recorded(api, run_id)
    change: dict[str, Any] = {"scores": scores(s=1)} if mutation == "scoreResult" else {"patch": {"a": 1}}

    async def told(**fields: object) -> tuple[str, str]:
        outcome = await api.do(mutation, **change | fields)
        return outcome["__typename"], outcome.get("field") or outcome.get("kind") or outcome.get("reason") or ""

    assert await told(resultId=UNKNOWN) == ("NotFound", "Result")
    assert await told(runId=UNKNOWN, itemId="a") == ("NotFound", "Run")
    assert await told(runId=run_id, itemId="a", retryCount=1) == ("NotFound", "Result")
    assert await told() == ("InvalidInput", "resultId")
    assert await told(resultId="no") == ("InvalidInput", "resultId")
    assert await told(resultId=result_id, runId=run_id) == ("InvalidInput", "resultId")
    assert await told(runId=run_id) == ("InvalidInput", "itemId")
    assert await told(resultId=result_id, reason="x" * 1001) == ("InvalidInput", "reason")
    assert (await told(resultId=result_id, idempotencyKey="k"))[0].endswith("Payload")
    # The key is looked at before the result is missed.
    assert await told(resultId=UNKNOWN, idempotencyKey="k") == ("IdempotencyConflict", "")
    await api.do("deleteResults", runId=run_id)
    assert await told(resultId=result_id, idempotencyKey="k") == ("NotFound", "Result")
    other = await recorded(api, run_id, "b")
    await api.do("archiveRun", id=run_id)
    assert await told(resultId=other) == ("ConstraintViolation", "RUN_CLOSED")


async def test_results_are_found_by_what_was_said_of_them(api: Api) -> None:
    run_id = await api.run()
    for item, value in (("a", 0.2), ("b", 0.8), ("c", None)):
        await recorded(api, run_id, item, scores=[{"scorerId": "s", "value": value}])
    await api.do("scoreResult", runId=run_id, itemId="b", scores=scores(s=0.1))
    await api.do("annotateResult", runId=run_id, itemId="c", addLabels=["bad"])
    document = """
        query ($id: ID!, $filter: RunResultFilter) { run(id: $id) {
          results(filter: $filter) { totalCount nodes { itemId } }
        } }
    """

    async def items(**conditions: object) -> list[str]:
        page = (await api.ask(document, id=run_id, filter=conditions))["run"]["results"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["itemId"] for node in page["nodes"]]

    assert await items(scoreBelow={"scorerId": "s", "value": 0.2}) == ["b"]
    assert await items(scoreBelow={"scorerId": "s", "value": 0.3}) == ["a", "b"]
    assert await items(scoreBelow={"scorerId": "t", "value": 0.3}) == []
    assert await items(label="bad") == ["c"]
    assert await items(label="bad", scoreBelow={"scorerId": "s", "value": 9}) == []
    code, _ = await api.refusal(document, id=run_id, filter={"label": "\0"})
    assert code == "BAD_USER_INPUT"


async def test_comparisons_take_the_newest_scores(api: Api) -> None:
    first, second = await api.runs(2)
    for run_id in (first, second):
        await recorded(api, run_id, scores=scores(s=0.5))
        await api.do("closeRun", id=run_id)
    await api.do("scoreResult", runId=second, itemId="a", scores=scores(s=0.75, new=1))
    document = """
        query ($ids: [ID!]!) { compareRuns(ids: $ids) {
          scores { scorerId means deltas } rows { nodes { results { scores { value } } } }
        } }
    """
    compared = (await api.ask(document, ids=[first, second]))["compareRuns"]
    assert [(delta["scorerId"], delta["deltas"]) for delta in compared["scores"]] == [
        ("new", [None, None]),
        ("s", [0, 0.25]),
    ]
    (row,) = compared["rows"]["nodes"]
    assert [[score["value"] for score in result["scores"]] for result in row["results"]] == [[0.5], [0.75, 1]]


async def test_dataset_runs_are_found_by_their_own_status(api: Api) -> None:
    at = "2026-11-21T09:30:00.000000Z"
    dataset = {"datasetId": "d", "datasetVersion": at, "targetType": "AGENT", "targetId": "t", "totalItems": 1}
    pending, running, plain = await api.run(dataset=dataset), await api.run(dataset=dataset), await api.run()
    await api.do("startRun", id=running)
    await api.do("startRun", id=plain)
    document = "query ($filter: RunFilter) { runs(filter: $filter) { nodes { id } } runCount(filter: $filter) }"

    async def ids(**conditions: object) -> set[str]:
        answer = await api.ask(document, filter=conditions)
        assert answer["runCount"] == len(answer["runs"]["nodes"])
        return {node["id"] for node in answer["runs"]["nodes"]}

    assert await ids(datasetStatus=["PENDING"]) == {pending}
    assert await ids(datasetStatus=["RUNNING", "FAILED"]) == {running}
    assert await ids(datasetStatus=[]) == set()
    assert await ids(hasDataset=True) == {pending, running}
    assert await ids(hasDataset=False) == {plain, "default"}
