"""Examples of the problems that mutations return, and of the reasons of constraints."""

import base64
from typing import Any, Final

from tests.project.errors.server import Server, Servers
from tests.project.errors.shown import Code, Make, Shown

NOW: Final = "2026-01-01T00:00:00Z"
RUN: Final = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"
RECORD: Final = (
    'mutation ($run: ID!, $output: JSON) { recordResult(input: {runId: $run, itemId: "case-1", output: $output, '
    f'latency: 1.5, startedAt: "{NOW}", completedAt: "{NOW}"}}) {{ ... on Problem {{ code message }} '
    "... on ConstraintViolation { reason } } }"
)
COMMIT: Final = (
    'mutation ($run: ID!, $snapshot: Base64!) { commitBoundary(input: {runtimeId: "agent", runId: $run, '
    "boundary: IMMEDIATE, snapshot: $snapshot, contributingInputIds: [], inputUpdates: []}) "
    "{ ... on Problem { code message } ... on ConstraintViolation { reason } } }"
)
APPLY: Final = (
    'mutation ($run: ID!, $count: Int!) { applyBoundary(input: {runtimeId: "agent", receipt: {runId: $run, '
    'sequence: 7, boundary: IMMEDIATE, contributingInputIds: [], conversationDigest: "d", messageCount: $count}, '
    "inputUpdates: []}) "
    "{ ... on ConstraintViolation { code reason message } } }"
)
REASON: Final = "{ ... on ConstraintViolation { code reason message } }"


async def done(server: Server, document: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
    """Execute a mutation before the example and return the value of its field."""
    answer = (await server.http.post("/graphql", json={"query": document, "variables": variables})).json()
    assert "errors" not in answer, answer
    (value,) = answer["data"].values()
    return value


async def new_run(server: Server) -> str:
    """Create a run and return its id."""
    return str((await done(server, RUN))["run"]["id"])


def asking(document: str, **variables: object) -> Make:
    async def make(servers: Servers) -> Shown:
        return await servers.usual.ask(document, variables)

    return make


async def completed(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    await done(servers.usual, "mutation ($id: ID!) { closeRun(input: {id: $id}) { __typename } }", id=run)
    document = (
        "mutation ($id: ID!) { pauseRun(input: {id: $id}) "
        "{ ... on InvalidTransition { code message from to allowed } } }"
    )
    return await servers.usual.ask(document, {"id": run})


async def other_version(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    document = (
        "mutation ($id: ID!) { pauseRun(input: {id: $id, expectedVersion: 7}) "
        "{ ... on VersionConflict { code message expected actual } } }"
    )
    return await servers.usual.ask(document, {"id": run})


async def used_key(servers: Servers) -> Shown:
    await done(servers.usual, 'mutation { createRun(input: {name: "a", idempotencyKey: "k-1"}) { __typename } }')
    document = (
        'mutation { createRun(input: {name: "b", idempotencyKey: "k-1"}) '
        "{ ... on IdempotencyConflict { code message idempotencyKey } } }"
    )
    return await servers.usual.ask(document)


async def existing(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    return await servers.usual.ask(f"mutation ($id: ID!) {{ createRun(input: {{id: $id}}) {REASON} }}", {"id": run})


async def closed(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    await done(servers.usual, "mutation ($id: ID!) { closeRun(input: {id: $id}) { __typename } }", id=run)
    document = (
        f'mutation ($id: ID!) {{ putRunValues(input: {{runId: $id, entries: [{{key: "a", value: 1}}]}}) {REASON} }}'
    )
    return await servers.usual.ask(document, {"id": run})


async def other_result(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    await done(servers.usual, RECORD, run=run, output="yes")
    return await servers.usual.ask(RECORD, {"run": run, "output": "no"})


async def too_many(servers: Servers) -> Shown:
    fields = " ".join(f"a{number}: createRun(input: {{}}) {{ __typename }}" for number in range(20))
    for _ in range(51):
        answer = await servers.usual.http.post("/graphql", json={"query": f"mutation {{ {fields} }}"})
        assert "errors" not in answer.json()
    return await servers.usual.ask(f"mutation {{ deleteRuns(input: {{runs: {{filter: {{}}}}}}) {REASON} }}")


def snapshot(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def bad_snapshot(servers: Servers) -> Shown:
    return await servers.usual.ask(COMMIT, {"run": await new_run(servers.usual), "snapshot": snapshot("{}")})


async def same_receipt(servers: Servers) -> Shown:
    run = await new_run(servers.usual)
    await done(servers.usual, APPLY, run=run, count=1)
    return await servers.usual.ask(APPLY, {"run": run, "count": 2})


async def claimed(server: Server) -> str:
    await done(server, 'mutation { enqueueJob(input: {queue: "q"}) { __typename } }')
    claim = 'mutation { claimJobs(input: {queue: "q"}) { ... on ClaimPayload { jobs { id } } } }'
    return str((await done(server, claim))["jobs"][0]["id"])


async def lost_lease(servers: Servers) -> Shown:
    job = await claimed(servers.usual)
    document = f"mutation ($id: ID!) {{ acknowledgeJob(input: {{id: $id, attempt: 7}}) {REASON} }}"
    return await servers.usual.ask(document, {"id": job})


async def running_job(servers: Servers) -> Shown:
    job = await claimed(servers.usual)
    return await servers.usual.ask(f"mutation ($id: ID!) {{ deleteJob(input: {{id: $id}}) {REASON} }}", {"id": job})


PROBLEMS: Final = (
    Code(
        "NOT_FOUND",
        "No node of that kind has the id.",
        {
            "an unknown run": asking(
                'mutation { pauseRun(input: {id: "0198c0de-0000-7000-8000-000000000000"}) '
                "{ ... on NotFound { code message kind id } } }"
            ),
        },
    ),
    Code(
        "INVALID_TRANSITION",
        "The [lifecycle](lifecycle.md) has no such move; `allowed` are those that it has.",
        {
            "a run that is completed": completed,
        },
    ),
    Code(
        "CONSTRAINT_VIOLATION",
        "Another rule forbids it; [`reason`](#reasons-of-constraints) says which.",
        {
            "the default run": asking(f'mutation {{ deleteRun(input: {{id: "default"}}) {REASON} }}'),
        },
    ),
    Code(
        "VERSION_CONFLICT",
        "It was changed since it was read. Read it again, and decide anew.",
        {
            "an outdated version": other_version,
        },
    ),
    Code(
        "IDEMPOTENCY_CONFLICT",
        "The key was used with another input. Use a key for one request alone.",
        {
            "a key used before": used_key,
        },
    ),
    Code(
        "INVALID_INPUT",
        "The input is malformed; `field` says where. Correct it.",
        {
            "an empty tag": asking(
                'mutation { createRun(input: {tags: [""]}) { ... on InvalidInput { code message field } } }'
            ),
        },
    ),
)
REASONS: Final = (
    Code("ALREADY_EXISTS", "Something has this id already.", {"a run's id": existing}),
    Code(
        "DEFAULT_RUN",
        "The default run stays as it is.",
        {
            "the default run": asking(f'mutation {{ archiveRun(input: {{id: "default"}}) {REASON} }}'),
        },
    ),
    Code("RUN_CLOSED", "The run takes nothing any more.", {"a value of a completed run": closed}),
    Code(
        "RESERVED_KEY",
        "The key or name is kept for the index itself.",
        {
            "a key of metadata": asking(
                f"mutation ($m: JSON) {{ createRun(input: {{metadata: $m}}) {REASON} }}", m={"_runindex_a": 1}
            ),
        },
    ),
    Code(
        "METADATA_NOT_OBJECT",
        "Metadata is an object.",
        {
            "a list": asking(f"mutation ($m: JSON) {{ createRun(input: {{metadata: $m}}) {REASON} }}", m=[1]),
        },
    ),
    Code(
        "LIMIT_EXCEEDED",
        "It has more, or larger, parts than it may.",
        {
            "a deletion of too much": too_many,
        },
    ),
    Code(
        "DUPLICATE_RECEIPT",
        "The runtime has committed this boundary of the run, with other content.",
        {"a boundary twice": same_receipt},
    ),
    Code(
        "DUPLICATE_RESULT",
        "This attempt at the item is recorded, with other content.",
        {"another output": other_result},
    ),
    Code("BAD_SNAPSHOT", "A runtime's snapshot is not as it has to be.", {"no messages": bad_snapshot}),
    Code("LEASE_LOST", "The executor does not hold the job any more. Leave it.", {"another's lease": lost_lease}),
    Code(
        "JOB_RUNNING",
        "An executor holds the job. Delete it when it is done, or its lease has lapsed.",
        {"a job that runs": running_job},
    ),
)
