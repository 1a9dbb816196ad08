"""What agent runtimes leave behind to be resumed from."""

import asyncio
from base64 import b64decode, b64encode
from typing import Any

import pytest

from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

UNKNOWN = "00000000-0000-4000-8000-000000000001"
SNAPSHOT = b'{"messages": [{"role":"user","content":"h\xc3\xa9"}], "more": 1.50 }\n'
DIGEST = "8953fe197ebb7799d786a27debcbae538bb3720f08d04756d54e7cbcd80e0874"
RUNTIME = """
    query ($id: String!) { runtime(runtimeId: $id) {
      runtimeId state snapshot
      inputs {
        inputId state durability idempotencyKey attemptCount recoveryCount detail lastRunId lastBoundarySequence
        createdAt updatedAt
      }
    } }
"""
RECEIPTS = """
    query ($id: String!, $runId: ID, $first: Int, $after: String) { runtime(runtimeId: $id) {
      receipts(runId: $runId, first: $first, after: $after) {
        nodes { runId sequence } edges { cursor node { sequence } } pageInfo { hasNextPage endCursor }
      }
    } }
"""
RUN_RECEIPTS = """
    query ($id: ID!, $runtimeId: String, $first: Int, $after: String) { run(id: $id) {
      receipts(runtimeId: $runtimeId, first: $first, after: $after) {
        nodes { runtimeId sequence } pageInfo { hasNextPage endCursor }
      }
    } }
"""


def encoded(snapshot: bytes) -> str:
    return b64encode(snapshot).decode()


async def commit(api: Api, runtime_id: str, run_id: str, **fields: object) -> Answer:
    """Commit a boundary a second later than the last and return the outcome."""
    api.clock.advance()
    boundary = {
        "boundary": "RUN_CHECKPOINT",
        "snapshot": encoded(SNAPSHOT),
        "contributingInputIds": [],
        "inputUpdates": [],
    }
    return await api.do("commitBoundary", **{**boundary, "runtimeId": runtime_id, "runId": run_id, **fields})


async def apply(api: Api, runtime_id: str, run_id: str, sequence: int, **fields: object) -> Answer:
    """Apply a boundary and return the outcome."""
    receipt = {
        "runId": run_id,
        "sequence": sequence,
        "boundary": "IMMEDIATE",
        "contributingInputIds": ["i"],
        "conversationDigest": "anything",
        "messageCount": 3,
    }
    return await api.do("applyBoundary", **{"runtimeId": runtime_id, "receipt": receipt, "inputUpdates": [], **fields})


async def runtime(api: Api, runtime_id: str) -> Answer:
    answer: Answer = (await api.ask(RUNTIME, id=runtime_id))["runtime"]
    return answer


async def test_a_boundary_is_committed_in_one_step(api: Api) -> None:
    run_id = await api.run()
    updates = [{"inputId": "i1", "state": "APPLIED"}, {"inputId": "i2", "state": "QUEUED"}]
    done = await commit(api, "agent", run_id, contributingInputIds=["i1"], inputUpdates=updates)
    receipt = done["receipt"]
    assert {key: value for key, value in receipt.items() if key != "createdAt"} == {
        "runtimeId": "agent",
        "runId": run_id,
        "sequence": 0,
        "boundary": "RUN_CHECKPOINT",
        "contributingInputIds": ["i1"],
        "conversationDigest": DIGEST,
        "messageCount": 1,
    }
    assert done["runtime"] == {"runtimeId": "agent", "state": None, "snapshot": encoded(SNAPSHOT)}
    seen = await runtime(api, "agent")
    assert b64decode(seen["snapshot"]) == SNAPSHOT
    stamps = [(entry["inputId"], entry["lastRunId"], entry["lastBoundarySequence"]) for entry in seen["inputs"]]
    assert stamps == [("i1", run_id, 0), ("i2", run_id, 0)]
    started = await api.ask("query ($id: ID!) { run(id: $id) { startedAt } }", id=run_id)
    assert started["run"]["startedAt"] == receipt["createdAt"]
    assert (await commit(api, "agent", run_id))["receipt"]["sequence"] == 1
    assert (await commit(api, "other", run_id))["receipt"]["sequence"] == 0
    assert (await commit(api, "agent", "default"))["receipt"]["sequence"] == 0


@pytest.mark.parametrize("snapshot", [b"", b"[]", b'{"messages": {}}', b"\xff", b'{"messages": []'])
async def test_a_snapshot_without_messages_changes_nothing(api: Api, snapshot: bytes) -> None:
    run_id = await api.run()
    updates = [{"inputId": "i", "state": "APPLIED"}]
    refused = await commit(api, "agent", run_id, snapshot=encoded(snapshot), inputUpdates=updates)
    assert (refused["__typename"], refused["reason"]) == ("ConstraintViolation", "BAD_SNAPSHOT")
    assert await runtime(api, "agent") is None
    assert (await commit(api, "agent", run_id))["receipt"]["sequence"] == 0


async def test_a_snapshot_is_base64(api: Api) -> None:
    document = """
        mutation ($snapshot: Base64!) { commitBoundary(input: {
          runtimeId: "a", runId: "default", boundary: IMMEDIATE, snapshot: $snapshot, contributingInputIds: [],
          inputUpdates: []
        }) { __typename } }
    """
    for snapshot in ("*", "YQ", "YQ==\n", "é", 5, None):
        answer = (await api.post(json={"query": document, "variables": {"snapshot": snapshot}})).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", snapshot
    literal = document.replace("($snapshot: Base64!)", "").replace("$snapshot", f'"{encoded(SNAPSHOT)}"')
    assert (await api.ask(literal))["commitBoundary"] == {"__typename": "ReceiptPayload"}


async def test_a_receipt_of_the_callers_is_kept_as_it_is(api: Api) -> None:
    run_id = await api.run()
    await commit(api, "agent", run_id)
    updates = [{"inputId": "i", "state": "CONSUMED"}]
    applied = await apply(api, "agent", run_id, 7, inputUpdates=updates)
    assert (applied["receipt"]["sequence"], applied["receipt"]["conversationDigest"]) == (7, "anything")
    assert (applied["receipt"]["messageCount"], applied["receipt"]["contributingInputIds"]) == (3, ["i"])
    seen = await runtime(api, "agent")
    assert (b64decode(seen["snapshot"]), seen["inputs"][0]["lastRunId"]) == (SNAPSHOT, None)
    again = await apply(api, "agent", run_id, 7, snapshot=encoded(b"other"))
    assert (again["__typename"], again["reason"]) == ("ConstraintViolation", "DUPLICATE_RECEIPT")
    assert (await apply(api, "agent", run_id, 3, snapshot=encoded(b"\x00\xff")))["__typename"] == "ReceiptPayload"
    assert b64decode((await runtime(api, "agent"))["snapshot"]) == b"\x00\xff"
    assert (await commit(api, "agent", run_id))["receipt"]["sequence"] == 8


async def test_fields_that_an_update_leaves_out_keep_their_values(api: Api) -> None:
    first = {
        "inputId": "i",
        "state": "QUEUED",
        "durability": "DURABLE",
        "idempotencyKey": "k",
        "attemptCount": 2,
        "recoveryCount": 1,
        "detail": {"z": 1.50, "a": None},
    }
    seen: list[Any] = []
    for update in (first, {"attemptCount": 3}, {"durability": None, "detail": None, "attemptCount": None}, {}):
        api.clock.advance()
        fields = {"inputId": "i", "state": "STAGED", **update}
        outcome = await api.do("persistRuntimeInput", runtimeId="agent", input=fields)
        assert outcome["__typename"] == "RuntimePayload"
        (entry,) = (await runtime(api, "agent"))["inputs"]
        seen.append([entry[name] for name in first if name != "inputId"])
        assert entry["updatedAt"] > entry["createdAt"] or update is first
    assert seen == [
        ["QUEUED", "DURABLE", "k", 2, 1, {"z": 1.5, "a": None}],
        ["STAGED", "DURABLE", "k", 3, 1, {"z": 1.5, "a": None}],
        ["STAGED", None, "k", 3, 1, None],
        ["STAGED", None, "k", 3, 1, None],
    ]


async def test_inputs_stay_in_the_order_first_persisted(api: Api) -> None:
    for input_id in ("c", "a", "b", "a"):
        await api.do("persistRuntimeInput", runtimeId="agent", input={"inputId": input_id, "state": "ACCEPTED"})
    outcome = await api.do(
        "commitRuntimeLifecycle",
        runtimeId="agent",
        state="STOPPED",
        inputs=[{"inputId": "d", "state": "ABANDONED"}, {"inputId": "c", "state": "CONSUMED"}],
    )
    assert outcome["runtime"] == {
        "runtimeId": "agent",
        "state": "STOPPED",
        "snapshot": None,
        "inputs": [
            {"inputId": "c", "state": "CONSUMED"},
            {"inputId": "a", "state": "ACCEPTED"},
            {"inputId": "b", "state": "ACCEPTED"},
            {"inputId": "d", "state": "ABANDONED"},
        ],
    }
    document = '{ runtime(runtimeId: "agent") { a: input(inputId: "a") { state } z: input(inputId: "z") { state } } }'
    assert (await api.ask(document))["runtime"] == {"a": {"state": "ACCEPTED"}, "z": None}


async def test_all_inputs_of_a_runtime_are_told(api: Api) -> None:
    inputs = [{"inputId": f"{number:04}", "state": "QUEUED"} for number in range(1001, 0, -1)]
    await api.do("commitRuntimeLifecycle", runtimeId="agent", state="IDLE", inputs=inputs)
    seen = await runtime(api, "agent")
    assert [entry["inputId"] for entry in seen["inputs"]] == [entry["inputId"] for entry in inputs]


async def test_receipts_are_listed_by_runtime_and_by_run(api: Api) -> None:
    first, second = await api.runs(2)
    for runtime_id, run_id in (("a", first), ("b", first), ("a", second), ("a", first)):
        await commit(api, runtime_id, run_id)
    page = (await api.ask(RECEIPTS, id="a", first=2))["runtime"]["receipts"]
    assert [(node["runId"], node["sequence"]) for node in page["nodes"]] == [(first, 0), (second, 0)]
    rest = (await api.ask(RECEIPTS, id="a", after=page["pageInfo"]["endCursor"]))["runtime"]["receipts"]
    assert [(node["runId"], node["sequence"]) for node in rest["nodes"]] == [(first, 1)]
    of_run = (await api.ask(RECEIPTS, id="a", runId=first.upper()))["runtime"]["receipts"]
    assert [node["sequence"] for node in of_run["nodes"]] == [0, 1]
    assert (await api.ask(RECEIPTS, id="a", runId="no"))["runtime"]["receipts"]["nodes"] == []
    page = (await api.ask(RUN_RECEIPTS, id=first, first=2))["run"]["receipts"]
    assert [(node["runtimeId"], node["sequence"]) for node in page["nodes"]] == [("a", 0), ("b", 0)]
    rest = (await api.ask(RUN_RECEIPTS, id=first, after=page["pageInfo"]["endCursor"]))["run"]["receipts"]
    assert [(node["runtimeId"], node["sequence"]) for node in rest["nodes"]] == [("a", 1)]
    of_runtime = (await api.ask(RUN_RECEIPTS, id=first, runtimeId="b"))["run"]["receipts"]
    assert [node["runtimeId"] for node in of_runtime["nodes"]] == ["b"]
    for document, arguments in (
        (RUN_RECEIPTS, {"id": second, "after": page["pageInfo"]["endCursor"]}),
        (RUN_RECEIPTS, {"id": first, "runtimeId": "\0"}),
    ):
        assert (await api.refusal(document, **arguments))[0] == "BAD_USER_INPUT"


async def test_one_receipt_is_found_by_its_key(api: Api) -> None:
    run_id = await api.run()
    await commit(api, "a", run_id)
    document = """
        query ($runId: ID!, $sequence: Int!) { runtime(runtimeId: "a") {
          receipt(runId: $runId, sequence: $sequence) { runId sequence messageCount }
        } }
    """
    found = (await api.ask(document, runId=run_id.upper(), sequence=0))["runtime"]["receipt"]
    assert found == {"runId": run_id, "sequence": 0, "messageCount": 1}
    for run, sequence in ((run_id, 1), ("default", 0), (UNKNOWN, 0), ("no", 0)):
        assert (await api.ask(document, runId=run, sequence=sequence))["runtime"]["receipt"] is None
    assert (await api.do("deleteRun", id=run_id))["receipts"] == 1
    await api.do("createRun", id=run_id)
    assert (await api.ask(document, runId=run_id, sequence=0))["runtime"]["receipt"] is None
    assert (await api.ask(RECEIPTS, id="a"))["runtime"]["receipts"]["nodes"] == []


async def test_boundaries_are_of_open_runs_alone(api: Api) -> None:
    run_id = await api.run()
    await api.do("closeRun", id=run_id)
    for outcome in (await commit(api, "a", run_id), await apply(api, "a", run_id, 0)):
        assert (outcome["__typename"], outcome["reason"]) == ("ConstraintViolation", "RUN_CLOSED")
    for outcome in (await commit(api, "a", UNKNOWN), await apply(api, "a", UNKNOWN, 0)):
        assert (outcome["__typename"], outcome["kind"], outcome["id"]) == ("NotFound", "Run", UNKNOWN)
    for runtime_id in ("a", "\0", ""):
        assert await runtime(api, runtime_id) is None


async def test_concurrent_commits_get_consecutive_sequences(api: Api) -> None:
    run_id = await api.run()
    outcomes = await asyncio.gather(*(commit(api, "a", run_id) for _ in range(20)))
    assert sorted(outcome["receipt"]["sequence"] for outcome in outcomes) == list(range(20))


async def test_a_boundary_is_answered_again_under_its_key(api: Api) -> None:
    run_id = await api.run()
    update: dict[str, Any] = {"inputId": "i", "state": "APPLIED", "attemptCount": 1, "detail": {"a": 1}}
    first = await commit(api, "a", run_id, inputUpdates=[update], idempotencyKey="k")
    assert await commit(api, "a", run_id, inputUpdates=[update], idempotencyKey="k") == first | {"replayed": True}
    other = await commit(api, "a", run_id, inputUpdates=[update | {"durability": None}], idempotencyKey="k")
    assert other["__typename"] == "IdempotencyConflict"
