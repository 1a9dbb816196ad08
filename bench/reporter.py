"""A reporter in a process of its own: `python -m bench.reporter URL CHANGES_A_SECOND SECONDS`."""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Final

import httpx

BATCH: Final = 10  # changes in a request: half of them new runs, half of them moves of the newest ones
SENDERS: Final = 8  # requests on their way at once, as of a reporter that waits for none
CREATE: Final = 'c%d: createRun(input: {name: "reported", tags: ["load"]}) { ... on RunPayload { run { id } } }'
MOVE: Final = 'm%d: transitionRun(input: {id: "%s", to: COMPLETED}) { __typename }'


@dataclass(slots=True)
class Reporter:
    """What is reported, at a steady pace; what comes late is made up for."""

    url: str
    a_second: int
    seconds: int
    begun: float = field(default_factory=time.monotonic)
    due: int = 0
    made: int = 0
    newest: list[str] = field(default_factory=list)

    async def report(self) -> None:
        """Make the changes, and say how many were made in which time."""
        async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(self._send(client))
        print(f"{self.made:,} of {self.a_second * self.seconds:,} changes in {time.monotonic() - self.begun:.1f} s")

    async def _send(self, client: httpx.AsyncClient) -> None:
        while (at := self.due / self.a_second) < self.seconds and time.monotonic() < self.begun + self.seconds:
            self.due += BATCH
            await asyncio.sleep(self.begun + at - time.monotonic())
            await self._batch(client)

    async def _batch(self, client: httpx.AsyncClient) -> None:
        moved = [self.newest.pop() for _ in range(min(BATCH // 2, len(self.newest)))]
        moves = [MOVE % pair for pair in enumerate(moved)]
        creates = [CREATE % number for number in range(BATCH - len(moves))]
        answer = await client.post(self.url, json={"query": f"mutation {{ {' '.join([*creates, *moves])} }}"})
        for key, part in answer.raise_for_status().json()["data"].items():
            if key.startswith("c"):
                self.newest.append(part["run"]["id"])
            self.made += key.startswith("c") or part["__typename"] == "RunPayload"


if __name__ == "__main__":
    asyncio.run(Reporter(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).report())
