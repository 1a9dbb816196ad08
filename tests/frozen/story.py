"""What is told to the index before it is frozen, by every mutation that takes an idempotency key."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from tests.frozen.filters import FILTERS
from tests.frozen.ids import AGENT, CHILDREN, GONE, LOST, RESULTS, SHORT, TREE, X

Fields: TypeAlias = Any  # whatever a mutation takes or answers
Tell: TypeAlias = Callable[..., Awaitable[Any]]

TIMES: Final = {"latency": 1.5, "startedAt": "2100-01-04T12:00:00Z", "completedAt": "2100-01-04T12:00:01.5Z"}
SNAPSHOT: Final = "eyJtZXNzYWdlcyI6WzEsMl19"
DATASET: Final = {
    "datasetId": "questions",
    "datasetVersion": "2100-01-01T00:00:00.000001Z",
    "targetType": "WORKFLOW",
    "targetId": "flow-1",
    "totalItems": 5,
}


async def tell_all(tell: Tell) -> None:
    """Tell everything."""
    await _tell_of_runs(tell)
    await _tell_of_results(tell)
    await _tell_of_belongings(tell)
    await _tell_of_work(tell)
    await _tell_of_runtimes(tell)
    await _tell_of_many(tell)
    await _tell_of_the_lost(tell)


async def _tell_of_runs(tell: Tell) -> None:
    await tell("createRun", id=X, name="Frozen ❄", metadata={"ä": [1, 0.5, None]}, tags=["frozen"], dataset=DATASET)
    await tell("createRun", id=TREE, name="tree", retention={"keepDurationSeconds": 3600}, reason="because")
    await tell("createRun", name="without an id")
    await tell("createChildRun", parentId=TREE, name="child of a tree", metadata={}, tags=["a"], reason="why")
    for number, child in enumerate(CHILDREN):
        metadata = {"n": number, "kind": "child", **({"deep": {"er": number % 3 == 0}} if number % 2 else {})}
        tags = ["frozen", "even" if number % 2 == 0 else "odd"]
        fields = {"name": f"Frozen child {number}", "metadata": metadata, "tags": tags, "parentId": X}
        await tell("createRun", id=child, **fields, **({"dataset": DATASET} if number > 3 else {}))
    await tell("startRun", id=X, expectedVersion=1)
    await tell("pauseRun", id=CHILDREN[0], reason="tired")
    await tell("resumeRun", id=CHILDREN[0])
    await tell("closeRun", id=CHILDREN[1])
    await tell("failRun", id=CHILDREN[2], error="out of ice")
    await tell("cancelRun", id=CHILDREN[3])
    await tell("transitionRun", id=CHILDREN[4], to="FAILED", error="melted")
    await tell("archiveRun", id=CHILDREN[4])
    await tell("renameRun", id=X, name="Frozen")
    await tell("renameRun", id=TREE, name=None)
    await tell("updateRunMetadata", id=TREE, change={"metadata": {"a": {"b": 1}, "c": 2}})
    await tell("updateRunMetadata", id=TREE, change={"patch": {"a": {"d": 10**20}, "c": None}})
    await tell("updateRunMetadata", id=CHILDREN[0], change={"clear": True})
    await tell("addRunTags", id=X, tags=["one", "two"])
    await tell("removeRunTags", id=X, tags=["two"])
    await tell("setRunRetention", id=X, policy={"keepLatest": 3})
    await tell("setRunRetention", id=CHILDREN[0], policy={"keepAll": True})


async def _tell_of_results(tell: Tell) -> None:
    scores = [{"scorerId": "s1", "value": 0.25, "reason": "so"}, {"scorerId": "s2", "error": "broken"}]
    for number, result in enumerate(RESULTS):
        error = "cold" if number % 3 == 2 else None
        fields = {"itemId": f"item-{number % 4}", "retryCount": number // 4, "error": error, "scores": scores}
        await tell("recordResult", id=result, runId=X, input={"n": number}, **fields, **TIMES)
    await tell("recordResult", runId=X, itemId="unnamed", itemVersion="2100-01-01T00:00:00Z", output=[0.1], **TIMES)
    entries = [
        {"runId": X, "itemId": "bulk-1", "idempotencyKey": "entry-1", **TIMES},
        {"runId": X, "itemId": "bulk-2", "idempotencyKey": "entry-1", **TIMES},
        {"runId": LOST, "itemId": "bulk-3", **TIMES},
        {"runId": X, "itemId": "", **TIMES},
        {"id": RESULTS[0], "runId": X, "itemId": "another", **TIMES},
        {"runId": CHILDREN[1], "itemId": "closed", **TIMES},
    ]
    await tell("recordResults", results=entries)
    await tell("recordResult", runId=TREE, itemId="deleted later", **TIMES)
    await tell("deleteResults", runId=TREE)


async def _tell_of_belongings(tell: Tell) -> None:
    entries = [{"key": f"v-{number}", "value": {"n": number}} for number in range(5)]
    await tell("putRunValues", runId=X, entries=entries)
    await tell("putRunValues", runId=X, entries=[{"key": "v-0", "value": None, "expectedVersion": 1}])
    await tell("putRunValues", runId=X, entries=[{"key": "w"}])
    await tell("deleteRunValues", runId=X, keys=["w", "never there"])
    streams = ["one", "two", "one", "ü", "one", "two", "one"]
    events = [{"stream": stream, "payload": {"n": number}} for number, stream in enumerate(streams)]
    await tell("appendRunEvents", runId=X, events=events)
    await tell("setRunCell", runId=X, name="c", value={"cell": [0.1]}, expectedVersion=0)
    await tell("setRunCell", runId=X, name="nothing")
    for key in ("d", "v-a", "v-b", "v-c", "z"):
        await tell("writeRunDocument", runId=X, key=key, change={"content": {"key": key}})
    await tell("writeRunDocument", runId=X, key="d", change={"patch": {"more": 1}}, expectedVersion=1)


async def _tell_of_work(tell: Tell) -> None:
    plans = [(await tell("createPlan", name=f"Frozen {n}", spec={"n": n}))["plan"]["id"] for n in range(5)]
    await tell("updatePlan", id=plans[0], name="Frozen anew", spec=[1], expectedVersion=1)
    await tell("deletePlan", id=plans[4])
    for number in range(4):
        metadata = {"n": number}
        await tell("startPlan", planId=plans[0], name=f"planned {number}", metadata=metadata, tags=["p"], queue="plans")
    for number in range(6):
        fields = {"queue": "frozen", "data": {"n": number}, "priority": number % 2, "maxAttempts": 2}
        await tell("enqueueJob", runId=X, **fields)
    await tell("enqueueJob", queue="frozen", runAt="2100-01-05T00:00:00Z")
    claimed = (await tell("claimJobs", queue="frozen", limit=3, leaseSeconds=60))["jobs"]
    await tell("claimJobs", queue="of nobody")
    await tell("acknowledgeJob", id=claimed[0]["id"], attempt=1)
    await tell("failJob", id=claimed[1]["id"], error="try again")
    await tell("failJob", id=claimed[2]["id"], attempt=1, error="never again", retry=False)


async def _tell_of_runtimes(tell: Tell) -> None:
    update = {"inputId": "in-1", "state": "APPLIED", "durability": "DURABLE", "attemptCount": 1, "detail": {"a": 0.5}}
    boundary = {"runId": X, "boundary": "RUN_CHECKPOINT", "snapshot": SNAPSHOT}
    for number in range(3):
        named = {"contributingInputIds": ["in-1"], "inputUpdates": [update] if number == 0 else []}
        await tell("commitBoundary", runtimeId=AGENT, **boundary, **named)
    receipt = {"runId": X, "boundary": "IMMEDIATE", "contributingInputIds": [], "messageCount": 2}
    for runtime, sequence in ((AGENT, 7), ("second", 0)):
        given = {**receipt, "sequence": sequence, "conversationDigest": "d" * 64}
        await tell("applyBoundary", runtimeId=runtime, receipt=given, inputUpdates=[update])
    await tell("persistRuntimeInput", runtimeId="second", input={**update, "idempotencyKey": "k", "recoveryCount": 2})
    await tell("commitRuntimeLifecycle", runtimeId="second", state="RECOVERING", inputs=[update])


async def _tell_of_many(tell: Tell) -> None:
    runs = {"ids": [CHILDREN[5], CHILDREN[1], LOST, "default", "junk"]}
    await tell("transitionRuns", runs=runs, to="PAUSED", reason="winter")
    await tell("transitionRuns", runs=runs, to="COMPLETED", mode="ATOMIC")
    selected = {"tags": {"all": ["frozen", "even"]}, "metadata": [{"path": "n", "op": "GTE", "value": 6}]}
    await tell("transitionRuns", runs={"filter": selected}, to="FAILED", error="all at once")
    for asked in FILTERS.values():
        # Little is moved so: an answer is kept though none is, and with it what the filter was.
        await tell("transitionRuns", runs={"filter": {**asked, "nameContains": "child"}}, to="ACTIVE", mode="ATOMIC")
    await tell("createRun", id=GONE, tags=["goes"])
    await tell("createRun", id=SHORT, tags=["goes"])
    await tell("deleteRun", id=SHORT, expectedVersion=1, reason="small")
    await tell("deleteRuns", runs={"ids": [GONE, LOST, "default", "junk"]}, reason="large")
    await tell("createRun", id=LOST, tags=["goes"])
    await tell("deleteRuns", runs={"filter": {"tags": {"any": ["goes"]}, "includeArchived": True}})


async def _tell_of_the_lost(tell: Tell) -> None:
    """Delete what earlier answers show, and put others in its place."""
    await tell("createRun", id=GONE)
    await tell("putRunValues", runId=GONE, entries=[{"key": "k", "value": 1}])
    await tell("setRunCell", runId=GONE, name="c", value=1)
    await tell("deleteRun", id=GONE)
    await tell("createRun", id=GONE, name="risen")
