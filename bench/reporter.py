"""A reporter in a process of its own: `python -m bench.reporter URL CHANGES_A_SECOND SECONDS`."""

import asyncio
import sys
import time
from typing import Final

import httpx

BATCH: Final = 10  # changes in a request: half of them new runs, half of them moves of the newest ones
CREATE: Final = 'c%d: createRun(input: {name: "reported", tags: ["load"]}) { ... on RunPayload { run { id } } }'
MOVE: Final = 'm%d: transitionRun(input: {id: "%s", to: %s}) { __typename }'


async def report(url: str, a_second: int, seconds: int) -> None:
    """Make so many changes a second, at a steady pace, and say how many were made."""
    begin, made = time.monotonic(), 0
    newest: list[tuple[str, str]] = []  # runs, and what each is to become
    async with httpx.AsyncClient(timeout=30) as client:
        while time.monotonic() < begin + seconds:
            await asyncio.sleep(begin + made / a_second - time.monotonic())
            moved, newest = newest[:BATCH], newest[BATCH:]
            moves = [MOVE % (number, run, to) for number, (run, to) in enumerate(moved[: BATCH // 2])]
            creates = [CREATE % number for number in range(BATCH - len(moves))]
            answer = await client.post(url, json={"query": f"mutation {{ {' '.join([*creates, *moves])} }}"})
            created = [part["run"]["id"] for key, part in answer.json()["data"].items() if key.startswith("c")]
            newest = [*((run, "COMPLETED") for run in created), *newest][:200]
            made += BATCH
    print(made, "changes in", round(time.monotonic() - begin, 1), "s")


if __name__ == "__main__":
    asyncio.run(report(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
