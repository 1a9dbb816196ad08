"""A filled index: runs with five tags each, of all statuses."""

import asyncio
import json
from itertools import count
from typing import Final

from bench.floor.clients import Client
from bench.floor.works import RARE_TAG, TRANSITION, request_of

FILLERS: Final = 32
MOVED: Final = 32  # runs that stay ACTIVE, to be moved
CREATE: Final = """mutation ($input: CreateRunInput!) { createRun(input: $input) {
  ... on RunPayload { run { id } } ... on Problem { message } } }"""
# One run in so many has the rare tag, and one in ten is no longer active.
RARE_EVERY: Final = 250
ENDS: Final = ("FAILED", "COMPLETED")


async def fill(port: int, runs: int) -> list[str]:
    """Make so many runs and return their ids; of the first ones MOVED are ACTIVE."""
    ids: list[str] = []
    numbers = count()

    async def make() -> None:
        client = await Client.open(port)
        while (number := next(numbers)) < runs:
            tags = [f"{kind}:{number % size}" for kind, size in (("a", 7), ("b", 31), ("c", 101), ("d", 499))]
            tags.append(RARE_TAG if number % RARE_EVERY == MOVED else "usual")
            made = {"name": f"run {number}", "tags": tags, "metadata": {"n": number}}
            answer = json.loads(await client.ask(request_of(CREATE, {"input": made})))
            run_id = answer["data"]["createRun"]["run"]["id"]
            if number < MOVED:
                ids.insert(0, run_id)
            else:
                ids.append(run_id)
            if number >= MOVED and (number % RARE_EVERY == MOVED or number % 10 == 0):
                end = ENDS[0] if number % RARE_EVERY == MOVED else ENDS[number % 20 == 0]
                error = "out of memory" if end == "FAILED" else None
                await client.ask(request_of(TRANSITION, {"input": {"id": run_id, "to": end, "error": error}}))
        client.close()

    await asyncio.gather(*(make() for _ in range(FILLERS)))
    return ids
