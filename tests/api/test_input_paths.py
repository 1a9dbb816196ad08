"""What is wrong with an input of a mutation on records is named by its path; what is too much, by its reason."""

from typing import Any, Final

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

AT: Final = "2026-11-21T09:30:00Z"
BEFORE: Final = "2026-11-21T09:29:59Z"
RESULT: Final[dict[str, Any]] = {"runId": "default", "itemId": "i", "latency": 0, "startedAt": AT, "completedAt": AT}
RECEIPT: Final[dict[str, Any]] = {
    "runId": "default",
    "sequence": 0,
    "boundary": "IMMEDIATE",
    "contributingInputIds": [],
    "messageCount": 0,
}
COMMIT: Final[dict[str, Any]] = {
    "runtimeId": "a",
    "runId": "default",
    "boundary": "RUN_START",
    "snapshot": "eyJtZXNzYWdlcyI6W119",
    "contributingInputIds": [],
    "inputUpdates": [],
}
UPDATE: Final[dict[str, Any]] = {"inputId": "i", "state": "QUEUED"}
DEEP: Final[list[Any]] = [[]]
for _ in range(70):
    DEEP[:] = [DEEP[:]]


WRONG: Final[dict[str, list[tuple[dict[str, Any], str]]]] = {
    "recordResult": [
        (RESULT | {"runId": "no"}, "runId"),
        (RESULT | {"id": "default"}, "id"),
        (RESULT | {"itemId": ""}, "itemId"),
        (RESULT | {"itemId": "x" * 513}, "itemId"),
        (RESULT | {"latency": -0.5}, "latency"),
        (RESULT | {"completedAt": BEFORE}, "completedAt"),
        (RESULT | {"retryCount": -1}, "retryCount"),
        (RESULT | {"error": "\0"}, "error"),
        (RESULT | {"input": ["\0"]}, "input"),
        (RESULT | {"output": {"\ud800": 1}}, "output"),
        (RESULT | {"expectedOutput": "\0"}, "expectedOutput"),
        (RESULT | {"scores": [{"scorerId": "s"}, {"scorerId": ""}]}, "scores.1.scorerId"),
        (RESULT | {"scores": [{"scorerId": "s", "reason": "\0"}]}, "scores.0.reason"),
        (RESULT | {"scores": [{"scorerId": "s"}] * 101}, "scores"),
        (RESULT | {"idempotencyKey": ""}, "idempotencyKey"),
    ],
    "deleteResults": [
        ({"runId": ""}, "runId"),
    ],
    "putRunValues": [
        ({"runId": "no", "entries": []}, "runId"),
        ({"runId": "default", "entries": [{"key": "k"}, {"key": ""}]}, "entries.1.key"),
        ({"runId": "default", "entries": [{"key": "k", "value": "\0"}]}, "entries.0.value"),
    ],
    "deleteRunValues": [
        ({"runId": "default", "keys": ["k", "x" * 513]}, "keys.1"),
    ],
    "appendRunEvents": [
        ({"runId": "default", "events": []}, "events"),
        ({"runId": "default", "events": [{"stream": "", "payload": {}}]}, "events.0.stream"),
        ({"runId": "default", "events": [{"stream": "s", "payload": 1}]}, "events.0.payload"),
        ({"runId": "default", "events": [{"stream": "s", "payload": {"a": "\0"}}]}, "events.0.payload"),
    ],
    "setRunCell": [
        ({"runId": "default", "name": "\0"}, "name"),
        ({"runId": "default", "name": "n", "value": ["\ud800"]}, "value"),
    ],
    "writeRunDocument": [
        ({"runId": "default", "key": "", "change": {"content": 1}}, "key"),
        ({"runId": "default", "key": "k", "change": {"content": "\0"}}, "change.content"),
        ({"runId": "default", "key": "k", "change": {"patch": {"a": "\0"}}}, "change.patch"),
    ],
    "createPlan": [
        ({"name": " ", "spec": 1}, "name"),
        ({"name": "x" * 257, "spec": 1}, "name"),
        ({"name": "p", "spec": "\0"}, "spec"),
        ({"name": "p", "spec": "x" * (1024 * 1024)}, "spec"),
        ({"name": "p", "spec": DEEP}, "spec"),
    ],
    "updatePlan": [
        ({"id": "default", "name": "n"}, "id"),
    ],
    "deletePlan": [
        ({"id": "no"}, "id"),
    ],
    "startPlan": [
        ({"planId": "no"}, "planId"),
        ({"planId": "00000000-0000-4000-8000-000000000001", "tags": [""]}, "tags.0"),
        ({"planId": "00000000-0000-4000-8000-000000000001", "queue": ""}, "queue"),
        ({"planId": "00000000-0000-4000-8000-000000000001", "maxAttempts": 0}, "maxAttempts"),
    ],
    "enqueueJob": [
        ({"queue": "x" * 257}, "queue"),
        ({"data": "\0"}, "data"),
        ({"maxAttempts": 101}, "maxAttempts"),
        ({"runId": "no"}, "runId"),
    ],
    "claimJobs": [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"leaseSeconds": 0}, "leaseSeconds"),
        ({"leaseSeconds": 86401}, "leaseSeconds"),
        ({"queue": "\0"}, "queue"),
    ],
    "acknowledgeJob": [
        ({"id": "no"}, "id"),
    ],
    "failJob": [
        ({"id": "00000000-0000-4000-8000-000000000001", "error": "\0"}, "error"),
    ],
    "commitBoundary": [
        (COMMIT | {"runtimeId": ""}, "runtimeId"),
        (COMMIT | {"runId": "no"}, "runId"),
        (COMMIT | {"contributingInputIds": ["i", ""]}, "contributingInputIds.1"),
        (COMMIT | {"inputUpdates": [UPDATE, UPDATE | {"inputId": ""}]}, "inputUpdates.1.inputId"),
        (COMMIT | {"inputUpdates": [UPDATE | {"detail": "\0"}]}, "inputUpdates.0.detail"),
        (COMMIT | {"inputUpdates": [UPDATE | {"attemptCount": -1}]}, "inputUpdates.0.attemptCount"),
    ],
    "applyBoundary": [
        ({"runtimeId": "a", "receipt": RECEIPT | {"runId": "no"}, "inputUpdates": []}, "receipt.runId"),
        ({"runtimeId": "a", "receipt": RECEIPT | {"sequence": -1}, "inputUpdates": []}, "receipt.sequence"),
        ({"runtimeId": "a", "receipt": RECEIPT | {"messageCount": -1}, "inputUpdates": []}, "receipt.messageCount"),
        (
            {"runtimeId": "a", "receipt": RECEIPT | {"contributingInputIds": [""]}, "inputUpdates": []},
            "receipt.contributingInputIds.0",
        ),
    ],
    "persistRuntimeInput": [
        ({"runtimeId": "a", "input": UPDATE | {"inputId": "\0"}}, "input.inputId"),
        ({"runtimeId": "a", "input": UPDATE | {"recoveryCount": -1}}, "input.recoveryCount"),
    ],
    "commitRuntimeLifecycle": [
        ({"runtimeId": "a", "state": "IDLE", "inputs": [UPDATE | {"idempotencyKey": "\0"}]}, "inputs.0.idempotencyKey"),
    ],
}


@pytest.mark.parametrize("mutation", WRONG)
async def test_a_wrong_input_is_named_by_its_path(api: Api, mutation: str) -> None:
    for fields, path in WRONG[mutation]:
        problem = await api.do(mutation, **fields)
        assert (problem["__typename"], problem["code"]) == ("InvalidInput", "INVALID_INPUT"), path
        assert problem["field"] == path


async def test_a_path_ends_where_the_callers_own_names_begin(api: Api) -> None:
    for change in ({"metadata": {"my_key": "\0"}}, {"patch": {"my_key": {"your_key": "\0"}}}):
        problem = await api.do("updateRunMetadata", id="default", change=change)
        assert problem["field"] == f"change.{next(iter(change))}"
    problem = await api.do("setRunCell", runId="default", name="my_cell", value={"my_key": "\0"})
    assert problem["field"] == "value"


LARGE: Final = "x" * (1024 * 1024)


TOO_MUCH: Final[list[tuple[str, dict[str, Any]]]] = [
    ("recordResult", RESULT | {"output": LARGE}),
    ("recordResult", RESULT | {"input": DEEP}),
    ("putRunValues", {"runId": "default", "entries": [{"key": "k", "value": LARGE}]}),
    ("putRunValues", {"runId": "default", "entries": [{"key": "k", "value": 1}] * 1001}),
    ("deleteRunValues", {"runId": "default", "keys": ["k"] * 1001}),
    ("appendRunEvents", {"runId": "default", "events": [{"stream": "s", "payload": {}}] * 1001}),
    ("appendRunEvents", {"runId": "default", "events": [{"stream": "s", "payload": {"a": DEEP}}]}),
    ("setRunCell", {"runId": "default", "name": "n", "value": LARGE}),
    ("writeRunDocument", {"runId": "default", "key": "k", "change": {"content": LARGE}}),
    ("enqueueJob", {"data": LARGE}),
    ("persistRuntimeInput", {"runtimeId": "a", "input": UPDATE | {"detail": LARGE}}),
]


async def test_too_much_is_refused(api: Api) -> None:
    for mutation, fields in TOO_MUCH:
        problem = await api.do(mutation, **fields)
        assert (problem["__typename"], problem["reason"]) == ("ConstraintViolation", "LIMIT_EXCEEDED"), mutation
