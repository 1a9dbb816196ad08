"""Changes made at a steady pace."""

import asyncio
import time
from typing import Final

import httpx

MOVE: Final = 'mutation ($id: ID!) { addRunTags(input: {id: $id, tags: ["t"]}) { ... on RunPayload { version } } }'
CREATE: Final = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"


async def change_in_turn(url: str, run_ids: list[str], a_second: int, seconds: int) -> dict[str, list[float]]:
    """Change runs in turn, and return when (monotonic seconds) each change was requested; every request is answered."""
    asked: dict[str, list[float]] = {run_id: [] for run_id in run_ids}
    begin = time.monotonic()
    async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        for number in range(a_second * seconds):
            await asyncio.sleep(begin + number / a_second - time.monotonic())
            run_id = run_ids[number % len(run_ids)]
            asked[run_id].append(time.monotonic())
            group.create_task(client.post(url, json={"query": MOVE, "variables": {"id": run_id}}))
    await asyncio.sleep(2)
    return asked
