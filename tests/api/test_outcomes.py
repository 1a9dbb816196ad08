"""Every outcome of a mutation of one run, and the paths of what is wrong with an input."""

from typing import Any

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

UNKNOWN = "00000000-0000-4000-8000-000000000001"


async def test_not_found(api: Api) -> None:
    assert await api.do("closeRun", id=UNKNOWN.upper()) == {
        "__typename": "NotFound",
        "code": "NOT_FOUND",
        "message": f"Run {UNKNOWN} does not exist",
        "kind": "Run",
        "id": UNKNOWN,
    }


async def test_invalid_transition_says_what_is_allowed(api: Api) -> None:
    run_id = await api.run()
    await api.do("closeRun", id=run_id)
    problem = await api.do("pauseRun", id=run_id)
    assert (problem["__typename"], problem["code"]) == ("InvalidTransition", "INVALID_TRANSITION")
    assert (problem["from"], problem["to"], problem["allowed"]) == ("COMPLETED", "PAUSED", ["ARCHIVED"])


async def test_version_conflict_comes_before_the_table(api: Api) -> None:
    run_id = await api.run()
    problem = await api.do("resumeRun", id=run_id, expectedVersion=2)
    assert (problem["__typename"], problem["expected"], problem["actual"]) == ("VersionConflict", 2, 1)
    assert (await api.do("pauseRun", id=run_id, expectedVersion=1))["version"] == 2


async def test_the_default_run_is_immortal(api: Api) -> None:
    for mutation, fields in (("closeRun", {}), ("resumeRun", {}), ("failRun", {"error": "e"}), ("deleteRun", {})):
        problem = await api.do(mutation, id="default", **fields)
        assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "DEFAULT_RUN")
    assert (await api.do("renameRun", id="default", name="mine"))["run"]["name"] == "mine"


async def test_an_id_that_exists_is_not_created_again(api: Api) -> None:
    run_id = await api.run()
    problem = await api.do("createRun", id=run_id.upper())
    assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "ALREADY_EXISTS")


async def test_a_key_is_answered_again_or_refused(api: Api) -> None:
    first = await api.do("createRun", name="one", idempotencyKey="k")
    again = await api.do("createRun", name="one", idempotencyKey="k")
    assert again == first | {"replayed": True}
    other = await api.do("createRun", name="two", idempotencyKey="k")
    assert (other["__typename"], other["idempotencyKey"]) == ("IdempotencyConflict", "k")


async def test_a_replay_shows_the_run_as_it_is_now(api: Api) -> None:
    first = await api.do("createRun", idempotencyKey="k")
    await api.do("closeRun", id=first["run"]["id"])
    again = await api.do("createRun", idempotencyKey="k")
    assert (again["version"], again["run"]["version"], again["run"]["status"]) == (1, 2, "COMPLETED")
    await api.do("deleteRun", id=first["run"]["id"])
    assert (await api.do("createRun", idempotencyKey="k"))["__typename"] == "NotFound"


async def test_a_deletion_says_what_went(api: Api) -> None:
    run_id = await api.run()
    deleted = await api.do("deleteRun", id=run_id, idempotencyKey="k")
    assert {key: value for key, value in deleted.items() if key != "cursor"} == {
        "__typename": "RunDeletion",
        "id": run_id,
        "version": 2,
        "replayed": False,
        "results": 0,
        "values": 0,
        "events": 0,
        "cells": 0,
        "documents": 0,
        "receipts": 0,
    }
    assert await api.do("deleteRun", id=run_id, idempotencyKey="k") == deleted | {"replayed": True}
    assert (await api.do("deleteRun", id=run_id))["__typename"] == "NotFound"


async def test_changes_of_what_a_run_says_of_itself(api: Api) -> None:
    run_id = await api.run(tags=["a"], metadata={"x": {"y": 1}, "z": 2})
    assert (await api.do("addRunTags", id=run_id, tags=["b", "a"]))["run"]["tags"] == ["a", "b"]
    assert (await api.do("removeRunTags", id=run_id, tags=["a", "c"]))["run"]["tags"] == ["b"]
    assert (await api.do("renameRun", id=run_id, name="n"))["run"]["name"] == "n"
    assert (await api.do("renameRun", id=run_id, name=None))["run"]["name"] is None
    patched = await api.do("updateRunMetadata", id=run_id, change={"patch": {"x": {"y": None, "w": 3}}})
    assert patched["run"]["metadata"] == {"x": {"w": 3}, "z": 2}
    replaced = await api.do("updateRunMetadata", id=run_id, change={"metadata": {}})
    assert replaced["run"]["metadata"] == {}
    cleared = await api.do("updateRunMetadata", id=run_id, change={"clear": True})
    assert (cleared["run"]["metadata"], cleared["version"]) == (None, 8)


async def test_retention_is_declared(api: Api) -> None:
    run_id = await api.run(retention={"keepLatest": 3})
    document = """
        query ($id: ID!) { run(id: $id) { retention {
          __typename ... on KeepAll { keepAll } ... on KeepLatest { count } ... on KeepDuration { seconds }
        } } }
    """
    seen = [(await api.ask(document, id=run_id))["run"]["retention"]]
    for policy in ({"keepDurationSeconds": 60}, {"keepAll": True}):
        await api.do("setRunRetention", id=run_id, policy=policy)
        seen.append((await api.ask(document, id=run_id))["run"]["retention"])
    assert seen == [
        {"__typename": "KeepLatest", "count": 3},
        {"__typename": "KeepDuration", "seconds": 60},
        {"__typename": "KeepAll", "keepAll": True},
    ]


async def test_a_child_is_created_below_any_run(api: Api) -> None:
    child = await api.do("createChildRun", parentId="default", name="c", tags=["t"], metadata={"a": 1})
    assert (child["run"]["name"], child["run"]["tags"], child["run"]["metadata"]) == ("c", ["t"], {"a": 1})
    assert (await api.do("createChildRun", parentId=UNKNOWN))["__typename"] == "NotFound"


@pytest.mark.parametrize(
    ("mutation", "fields", "path"),
    [
        ("createRun", {"id": "Default"}, "id"),
        ("createRun", {"id": ""}, "id"),
        ("createRun", {"id": 5}, "id"),
        ("createRun", {"id": "00000000-0000-0000-0000-000000000000"}, "id"),
        ("createRun", {"parentId": "no"}, "parentId"),
        ("createRun", {"planId": "no"}, "planId"),
        ("createRun", {"name": " "}, "name"),
        ("createRun", {"name": "a\0b"}, "name"),
        ("createRun", {"tags": ["a", "b", ""]}, "tags.2"),
        ("createRun", {"tags": ["x" * 257]}, "tags.0"),
        ("createRun", {"metadata": {"a": ["\0"]}}, "metadata"),
        ("createRun", {"retention": {"keepAll": False}}, "retention.keepAll"),
        ("createRun", {"retention": {"keepLatest": 0}}, "retention.keepLatest"),
        ("createRun", {"retention": {"keepDurationSeconds": -1}}, "retention.keepDurationSeconds"),
        ("createRun", {"reason": "x" * 1001}, "reason"),
        ("createRun", {"idempotencyKey": ""}, "idempotencyKey"),
        ("createRun", {"idempotencyKey": "x" * 256}, "idempotencyKey"),
        ("createChildRun", {"parentId": ""}, "parentId"),
        ("closeRun", {"id": "no"}, "id"),
        ("failRun", {"id": "default", "error": " \n"}, "error"),
        ("transitionRun", {"id": "default", "to": "FAILED"}, "error"),
        ("transitionRun", {"id": "default", "to": "COMPLETED", "error": "e"}, "error"),
        ("addRunTags", {"id": "default", "tags": ["a", "a\ud800"]}, "tags.1"),
        ("removeRunTags", {"id": "default", "tags": [""]}, "tags.0"),
        ("updateRunMetadata", {"id": "default", "change": {"clear": False}}, "change.clear"),
        ("updateRunMetadata", {"id": "default", "change": {"metadata": {"a\0": 1}}}, "change.metadata"),
        ("updateRunMetadata", {"id": "default", "change": {"patch": {"a": "\ud800"}}}, "change.patch"),
        ("setRunRetention", {"id": "default", "policy": {"keepAll": False}}, "policy.keepAll"),
        ("setRunRetention", {"id": "default", "policy": {"keepLatest": 0}}, "policy.keepLatest"),
        ("deleteRun", {"id": "\ud800"}, "id"),
        (
            "createRun",
            {
                "dataset": {
                    "datasetId": "d",
                    "datasetVersion": "2026-01-01T00:00:00Z",
                    "targetType": "AGENT",
                    "targetId": "",
                    "totalItems": 1,
                }
            },
            "dataset.targetId",
        ),
    ],
)
async def test_a_wrong_input_is_named_by_its_path(api: Api, mutation: str, fields: dict[str, Any], path: str) -> None:
    problem = await api.do(mutation, **fields)
    assert (problem["__typename"], problem["code"], problem["field"]) == ("InvalidInput", "INVALID_INPUT", path)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metadata": [1]}, "METADATA_NOT_OBJECT"),
        ({"metadata": "text"}, "METADATA_NOT_OBJECT"),
        ({"metadata": {"_strata_x": 1}}, "RESERVED_KEY"),
        ({"metadata": {"_runindex_x": 1}}, "RESERVED_KEY"),
        ({"metadata": {"a": "x" * (256 * 1024)}}, "LIMIT_EXCEEDED"),
        ({"tags": [str(number) for number in range(1001)]}, "LIMIT_EXCEEDED"),
    ],
)
async def test_a_constraint_is_named_by_its_reason(api: Api, fields: dict[str, Any], reason: str) -> None:
    problem = await api.do("createRun", **fields)
    assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", reason)


async def test_null_and_absent_metadata_are_no_metadata(api: Api) -> None:
    for fields in ({}, {"metadata": None}):
        assert (await api.do("createRun", **fields))["run"]["metadata"] is None


@pytest.mark.parametrize("value", [[], "text", 0, False], ids=repr)
async def test_metadata_that_is_no_object_is_a_violation_wherever_it_is_given(api: Api, value: object) -> None:
    plan_id = (await api.do("createPlan", name="p", spec=1))["plan"]["id"]
    outcomes = [
        await api.do("createRun", metadata=value),
        await api.do("updateRunMetadata", id="default", change={"metadata": value}),
        await api.do("updateRunMetadata", id="default", change={"patch": value}),
        await api.do("startPlan", planId=plan_id, metadata=value),
    ]
    assert [(outcome["__typename"], outcome.get("reason")) for outcome in outcomes] == [
        ("ConstraintViolation", "METADATA_NOT_OBJECT")
    ] * 4


async def test_any_key_of_metadata_is_asked_for_as_documented(api: Api) -> None:
    metadata = {"a.b": {"c\\": 1}, "": {"": 2}, "A": 3, "a": {"0": 4}, 'quo"te': {"\\.": 5}}
    run_id = await api.run(metadata=metadata)
    document = """
        query ($path: String!, $value: JSON) {
          runs(filter: {metadata: [{path: $path, value: $value}]}) { nodes { id } }
        }
    """
    for path, value in {r"a\.b.c\\": 1, ".": 2, "A": 3, "a.0": 4, r'quo"te.\\\.': 5}.items():
        found = await api.ask(document, path=path, value=value)
        assert found == {"runs": {"nodes": [{"id": run_id}]}}, path
    assert await api.ask(document, path="a.b", value=1) == {"runs": {"nodes": []}}


async def test_a_text_is_searched_for_as_it_is_typed(api: Api) -> None:
    run_id = await api.run(
        name='say "hello"',
        tags=["@alice", "#1234"],
        metadata={"in": "/data/train.csv", "args": ["--lr"], "模型": "用gpt-4o训练"},
    )
    document = "query ($query: String!) { searchRuns(query: $query) { run { id } } }"
    for query in ("@alice", "#1234", '"hello"', "/data/train.csv", "--lr", "型", "训练", "gpt-4o", "alice"):
        assert await api.ask(document, query=query) == {"searchRuns": [{"run": {"id": run_id}}]}, query
