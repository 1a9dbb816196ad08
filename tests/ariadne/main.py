# ruff: noqa: INP001 - a program, not of this package: it runs in an environment of its own
"""Use a served index by the client that was generated, as `python main.py URL WS_URL`: what is not so ends it."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from runindex_client import (
    ConstraintReason,
    CreateRunCreateRunConstraintViolation,
    CreateRunCreateRunRunPayload,
    CreateRunInput,
    FindNodeNodeRun,
    GraphQLClientGraphQLMultiError,
    MetadataChange,
    OrderDirection,
    ProblemCode,
    RecordResultInput,
    RecordResultRecordResultRunResultPayload,
    RetentionPolicyInput,
    RunChangesRunChangesRunChange,
    RunFieldsRetentionKeepLatest,
    RunFilter,
    RunIndexClient,
    RunOrder,
    RunStatus,
    TagFilter,
    UpdateRunMetadataInput,
    UpdateRunMetadataUpdateRunMetadataRunPayload,
)

TAG = str(uuid4())
MINE = RunFilter(tags=TagFilter(all=[TAG]))
NOON = datetime(2026, 11, 21, 13, 0, 0, 500_000, timezone(timedelta(hours=1)))


async def create(client: RunIndexClient, name: str, run_id: str | None = None) -> str:
    policy = RetentionPolicyInput(keepLatest=10)
    made = await client.create_run(
        CreateRunInput(id=run_id, name=name, tags=[TAG], metadata={"a": 1}, retention=policy)
    )
    outcome = made.create_run
    assert isinstance(outcome, CreateRunCreateRunRunPayload)
    assert outcome.run.status is RunStatus.ACTIVE
    assert outcome.run.created_at.utcoffset() == timedelta(0)
    assert isinstance(outcome.run.retention, RunFieldsRetentionKeepLatest)
    assert outcome.run.retention.count == 10
    return outcome.run.id


async def meet_problem(client: RunIndexClient, taken: str) -> None:
    outcome = (await client.create_run(CreateRunInput(id=taken))).create_run
    assert isinstance(outcome, CreateRunCreateRunConstraintViolation)
    assert outcome.code is ProblemCode.CONSTRAINT_VIOLATION
    assert outcome.reason is ConstraintReason.ALREADY_EXISTS


async def change_one_way_only(client: RunIndexClient, run_id: str) -> None:
    change = UpdateRunMetadataInput(id=run_id, change=MetadataChange(patch={"b": None, "c": [2.50]}))
    outcome = (await client.update_run_metadata(change)).update_run_metadata
    assert isinstance(outcome, UpdateRunMetadataUpdateRunMetadataRunPayload)
    assert outcome.run.metadata == {"a": 1, "c": [2.5]}
    both = UpdateRunMetadataInput(id=run_id, change=MetadataChange(patch={}, clear=True))
    refusal = ""
    try:
        await client.update_run_metadata(both)
    except GraphQLClientGraphQLMultiError as error:
        refusal = str(error).lower()
    assert "exactly one" in refusal


async def record(client: RunIndexClient, run_id: str) -> None:
    result = RecordResultInput(
        runId=run_id, itemId="i", latency=0.5, startedAt=NOON, completedAt=NOON, output={"text": "ü"}
    )
    outcome = (await client.record_result(result)).record_result
    assert isinstance(outcome, RecordResultRecordResultRunResultPayload)
    assert outcome.result.started_at == NOON
    assert outcome.result.output == {"text": "ü"}


async def page(client: RunIndexClient, ids: list[str]) -> None:
    found: list[str] = []
    after: str | None = None
    while True:
        oldest_first = RunOrder(direction=OrderDirection.ASC)
        runs = (await client.list_runs(filter_=MINE, order_by=oldest_first, first=2, after=after)).runs
        assert runs.total_count == len(ids)
        found += [run.id for run in runs.nodes]
        if not runs.page_info.has_next_page:
            break
        after = runs.page_info.end_cursor
    assert found == ids


async def follow(client: RunIndexClient, after: str, count: int) -> list[tuple[str, str | None]]:
    stream = client.run_changes(filter_=MINE, after=after)
    assert isinstance(stream, AsyncGenerator)
    async with aclosing(stream):
        return [told((await anext(stream)).run_changes) for _ in range(count)]


def told(change: object) -> tuple[str, str | None]:
    assert isinstance(change, RunChangesRunChangesRunChange)
    return change.kind.value, change.run.name if change.run else None


async def main(url: str, ws_url: str) -> None:
    async with RunIndexClient(url=url, ws_url=ws_url) as client:
        cursor = (await client.change_cursor()).change_cursor
        ids = [await create(client, name) for name in ("one", "two", "three")]
        await meet_problem(client, ids[0])
        await change_one_way_only(client, ids[0])
        await record(client, ids[0])
        await page(client, ids)
        node = (await client.find_node(ids[1])).node
        assert isinstance(node, FindNodeNodeRun)
        assert node.name == "two"
        assert await follow(client, cursor, 5) == [
            ("CREATED", "one"),
            ("CREATED", "two"),
            ("CREATED", "three"),
            ("METADATA", "one"),
            ("STARTED", "one"),
        ]
    print("all is so")


asyncio.run(main(*sys.argv[1:]))
