"""Results and events that are handed in when their run is over."""

from typing import Any

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

AT = "2026-11-21T09:30:00.000000Z"
ENTRY: dict[str, Any] = {"latency": 1, "startedAt": AT, "completedAt": AT}
MARKS = """
    query ($id: ID!, $late: Boolean) { run(id: $id) {
      startedAt version
      results(filter: {late: $late}) { totalCount nodes { itemId late } }
      events { nodes { sequence late } }
      resultSummary { total items succeeded failed }
      dataset { status succeededCount failedCount skippedCount }
    } }
"""
DATASET = {"datasetId": "d", "datasetVersion": AT, "targetType": "AGENT", "targetId": "t", "totalItems": 5}


@pytest.mark.parametrize("verb", ["closeRun", "failRun", "cancelRun"])
async def test_a_closed_run_takes_what_is_late(api: Api, verb: str) -> None:
    run_id = await api.run(dataset=DATASET)
    await api.record(run_id, "a")
    await api.do(verb, id=run_id, **({"error": "x"} if verb == "failRun" else {}))
    refused = await api.record(run_id, "b")
    assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "RUN_CLOSED")
    assert (await api.record(run_id, "b", late=True))["__typename"] == "RunResultPayload"
    entries = [{"runId": run_id, "itemId": item, **ENTRY} for item in ("c", "d")]
    entries[0]["error"] = ""
    mixed = await api.do("recordResults", results=[entries[0] | {"late": True}, entries[1]])
    assert (mixed["recorded"], mixed["failed"]) == (1, 1)
    assert (await api.do("recordResults", results=entries, late=True))["recorded"] == 2
    refused = await api.do("appendRunEvents", runId=run_id, events=[{"stream": "s", "payload": {}}])
    assert refused["reason"] == "RUN_CLOSED"
    appended = await api.do("appendRunEvents", runId=run_id, events=[{"stream": "s", "payload": {}}], late=True)
    assert appended["__typename"] == "RunEventsPayload"
    run = (await api.ask(MARKS, id=run_id))["run"]
    assert {node["itemId"]: node["late"] for node in run["results"]["nodes"]} == {
        "a": False,
        "b": True,
        "c": True,
        "d": True,
    }
    assert run["events"]["nodes"] == [{"sequence": 0, "late": True}]
    assert run["resultSummary"] == {"total": 4, "items": 4, "succeeded": 3, "failed": 1}
    counts = (run["dataset"]["succeededCount"], run["dataset"]["failedCount"], run["dataset"]["skippedCount"])
    assert counts == (3, 1, 1)
    for late, number in ((True, 3), (False, 1), (None, 4)):
        assert (await api.ask(MARKS, id=run_id, late=late))["run"]["results"]["totalCount"] == number
    await api.do("archiveRun", id=run_id)
    assert (await api.record(run_id, "e", late=True))["reason"] == "RUN_CLOSED"


async def test_an_open_run_marks_nothing_as_late(api: Api) -> None:
    run_id = await api.run()
    await api.record(run_id, "a", late=True)
    run = (await api.ask(MARKS, id=run_id))["run"]
    assert [node["late"] for node in run["results"]["nodes"]] == [False]
    assert run["startedAt"] is not None


async def test_trace_ids_are_kept_and_found(api: Api) -> None:
    parent = await api.run(traceId="trace/1 🛷")
    child = (await api.do("createChildRun", parentId=parent, traceId="t2"))["run"]["id"]
    await api.record(parent, "a", traceId="t2")
    await api.record(parent, "b")
    document = """
        query ($trace: String!) {
          runs(filter: {traceId: $trace}) { nodes { id traceId } }
          changes(filter: {traceId: $trace}) { nodes { kind run { traceId } } }
        }
    """
    found = await api.ask(document, trace="trace/1 🛷")
    assert found["runs"]["nodes"] == [{"id": parent, "traceId": "trace/1 🛷"}]
    assert [node["kind"] for node in found["changes"]["nodes"]] == ["CREATED", "STARTED"]
    assert [node["id"] for node in (await api.ask(document, trace="t2"))["runs"]["nodes"]] == [child]
    assert (await api.ask(document, trace="T2"))["runs"]["nodes"] == []
    results = """
        query ($id: ID!, $trace: String) { run(id: $id) {
          results(filter: {traceId: $trace}) { nodes { itemId traceId } }
        } }
    """
    listed = await api.ask(results, id=parent, trace="t2")
    assert listed["run"]["results"]["nodes"] == [{"itemId": "a", "traceId": "t2"}]
    for wrong in ("", "x" * 257, "\0"):
        assert (await api.do("createRun", traceId=wrong))["field"] == "traceId"
        assert (await api.record(parent, "c", traceId=wrong))["field"] == "traceId"


async def test_streams_of_the_index_are_its_own(api: Api) -> None:
    run_id = await api.run()
    events = [{"stream": "s", "payload": {}}, {"stream": "_runindex_results", "payload": {}}]
    outcome = await api.do("appendRunEvents", runId=run_id, events=events)
    assert (outcome["__typename"], outcome["field"]) == ("InvalidInput", "events.1.stream")
