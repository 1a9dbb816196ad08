"""An orchestrator as others write them: it closes its run and hands in what was in flight."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal
from typing import cast

import pytest

from runindex.domain.instants import format_instant
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from runindex.streams import records
from runindex.streams.records import find_followed
from tests.support.api import Api
from tests.support.data.maintenance import faults

pytestmark = pytest.mark.asyncio

ITEMS = [f"item-{number:03}" for number in range(200)]
IN_FLIGHT = 8
CANCELLED_AFTER = 90
FIGURES = """
    query ($id: ID!) { run(id: $id) {
      status
      dataset { status succeededCount failedCount skippedCount }
      resultSummary { total items succeeded failed scores { scorerId count mean } }
      all: results(first: 500) { totalCount nodes { itemId late labels scores { scorerId value revision } } }
      late: results(filter: {late: true}) { totalCount }
      low: results(filter: {scoreBelow: {scorerId: "judge", value: 0.5}}) { totalCount }
      doubtful: results(filter: {label: "doubtful"}) { totalCount }
    } }
"""


class Orchestrator:
    """Records an item's result once it is worked on, eight at a time; what was in flight at the end is late."""

    def __init__(self, api: Api, run_id: str) -> None:
        self.api, self.run_id, self.over = api, run_id, False
        self.recorded, self.turns = 0, asyncio.Semaphore(IN_FLIGHT)

    async def work(self, number: int, item: str) -> None:
        async with self.turns:
            now = format_instant(self.api.clock.now())
            fields = {"runId": self.run_id, "itemId": item, "latency": 1.5, "startedAt": now, "completedAt": now}
            fields |= {"error": "broken"} if number % 10 == 0 else {}
            outcome = await self.api.do("recordResult", **fields)
            if outcome.get("reason") == "RUN_CLOSED":
                outcome = await self.api.do("recordResult", **fields, late=True)
            assert outcome["__typename"] == "RunResultPayload"
            self.recorded += 1
            if self.recorded == CANCELLED_AFTER:
                await self.api.do("cancelRun", id=self.run_id)

    async def run(self) -> None:
        await asyncio.gather(*(self.work(number, item) for number, item in enumerate(ITEMS)))


async def followed(api: Api, run_id: str) -> AsyncGenerator[str, None]:
    run = await find_followed(cast("Store", api.store), run_id)
    rows = records.follow_results(api.index.heads, run, None, frozenset({"seq", "item_id"}))
    async with aclosing(rows):
        async for row in rows:
            yield row["item_id"]


async def subscriber(api: Api, run_id: str) -> list[str]:
    """Read as many results as there are items, and whatever else the stream already has."""
    seen: list[str] = []
    async for item in followed(api, run_id):
        seen.append(item)
        if len(seen) == len(ITEMS):
            return seen
    return seen


async def test_nothing_of_it_is_lost(api: Api, store: Store) -> None:
    dataset = {
        "datasetId": "questions",
        "datasetVersion": "2026-11-21T09:30:00.000000Z",
        "targetType": "AGENT",
        "targetId": "answerer",
        "totalItems": len(ITEMS),
    }
    run_id = await api.run(dataset=dataset)
    reading = asyncio.create_task(subscriber(api, run_id))
    await Orchestrator(api, run_id).run()
    async with asyncio.timeout(60):
        seen = await reading
    assert sorted(seen) == ITEMS

    async def review(number: int, item: str) -> None:
        score = {"scorerId": "judge", "value": number % 4 / 4, "scorerName": "The judge"}
        await api.do("scoreResult", runId=run_id, itemId=item, scores=[score])
        if number % 4 == 0:
            await api.do("annotateResult", runId=run_id, itemId=item, patch={"note": number}, addLabels=["doubtful"])

    await asyncio.gather(*(review(number, item) for number, item in enumerate(ITEMS)))
    await api.do("scoreResult", runId=run_id, itemId=ITEMS[0], scores=[{"scorerId": "judge", "value": 1}])
    run = (await api.ask(FIGURES, id=run_id))["run"]
    assert run["status"] == "CANCELLED"
    assert run["dataset"] == {"status": "CANCELLED", "succeededCount": 180, "failedCount": 20, "skippedCount": 0}
    summary = run["resultSummary"]
    assert {name: summary[name] for name in ("total", "items", "succeeded", "failed")} == {
        "total": 200,
        "items": 200,
        "succeeded": 180,
        "failed": 20,
    }
    nodes = run["all"]["nodes"]
    assert sorted(node["itemId"] for node in nodes) == ITEMS
    late = [node for node in nodes if node["late"]]
    assert len(late) == run["late"]["totalCount"]
    # Others went on until the cancellation was carried out, which has to take its turn.
    assert 0 < len(late) <= len(ITEMS) - CANCELLED_AFTER
    values = [score["value"] for node in nodes for score in node["scores"]]
    assert summary["scores"] == [{"scorerId": "judge", "count": 200, "mean": sum(values) / Decimal(200)}]
    assert sum(values) == 50 * (0 + Decimal("0.25") + Decimal("0.5") + Decimal("0.75")) + 1
    assert run["low"]["totalCount"] == 99
    assert run["doubtful"]["totalCount"] == 50
    assert {node["itemId"] for node in nodes if node["labels"] == ["doubtful"]} == set(ITEMS[::4])
    assert [item async for item in first_of(api, run_id)] == seen
    assert await faults(cast("Storage", store)) == []


async def first_of(api: Api, run_id: str) -> AsyncGenerator[str, None]:
    """Read the stream of results again, as it is after all reviews: it has each result once."""
    number = 0
    async with aclosing(followed(api, run_id)) as items:
        async for item in items:
            yield item
            number += 1
            if number == len(ITEMS):
                return
