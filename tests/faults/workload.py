"""Writers: many at once, on the same few runs, with random doors, pauses and repeated requests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

from tests.faults.doors import Door
from tests.faults.history import History, JsonObject, Request, Verdict

TAGS: Final = ("red", "green", "blue")
TARGETS: Final = (
    "PAUSED",
    "PAUSED",
    "PAUSED",
    "ACTIVE",
    "ACTIVE",
    "ACTIVE",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "ARCHIVED",
)
RACE: Final = ("PAUSED", "COMPLETED", "CANCELLED", "FAILED")
# Weights of the draw. A race is a run of its own that several writers move at once from its first version.
MIX: Final = {
    "createRun": 12,
    "transitionRun": 50,
    "startRun": 8,
    "renameRun": 8,
    "addRunTags": 10,
    "removeRunTags": 8,
    "deleteRun": 2,
    "race": 2,
}
POOL: Final = 24
RETRY_SECONDS: Final = 0.2


@dataclass(slots=True)
class Workload:
    """Writers that share a pool of runs and the versions they know; all requests go into the history."""

    history: History
    doors: Sequence[Door]
    mix: dict[str, int] = field(default_factory=lambda: dict(MIX))
    longest_pause: float = 0.02
    random: Random = field(default_factory=lambda: Random(2))
    acknowledged: int = 0
    _pool: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _stopping: bool = False
    _progress: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def writers(self, count: int) -> AsyncIterator[None]:
        """Run so many writers for as long as the context lasts; at its end each finishes its request."""
        self._stopping = False
        async with asyncio.TaskGroup() as group:
            for place in range(count):
                group.create_task(self._write(place), name=f"writer {place}")
            yield
            self._stopping = True

    async def progress(self, acknowledged: int, seconds: float) -> None:
        """Return once so many more mutations were acknowledged; raise TimeoutError if that takes too long."""
        goal = self.acknowledged + acknowledged
        async with asyncio.timeout(seconds):
            while self.acknowledged < goal:
                self._progress.clear()
                await self._progress.wait()

    async def volume(self, most: int, seconds: float) -> None:
        """Return once `most` mutations were acknowledged, or a tenth of them when the time is over."""
        with suppress(TimeoutError):
            await self.progress(most - self.acknowledged, seconds)
        await self.progress(most // 10 - self.acknowledged, seconds)

    async def create(self, *tags: str, place: int = 0) -> Request:
        """Create a run that no writer touches; sent until acknowledged."""
        return await self.send("createRun", {"id": self._new_id(), "tags": list(tags)}, place)

    async def send(self, mutation: str, given: JsonObject, place: int = 0) -> Request:
        """Send a mutation until it is acknowledged; it must not be refused."""
        request = self._request(mutation, given)
        await self._settle(request, place)
        assert request.acknowledged is not None, request
        return request

    async def _write(self, place: int) -> None:
        """Send one drawn request after the other, mostly through one door."""
        while not self._stopping:
            await asyncio.sleep(self.random.uniform(0, self.longest_pause))
            [drawn] = self.random.choices(list(self.mix), list(self.mix.values()))
            if drawn == "race":
                await self._race(place)
            else:
                await self._settle(self._draw(drawn), place)

    async def _race(self, place: int) -> None:
        created = await self.create(place=place)
        bound: JsonObject = {"id": created.run_id, "expectedVersion": 1}
        rivals = [
            self._request("transitionRun", _move(bound, target), race=f"race for {created.run_id}") for target in RACE
        ]
        async with asyncio.TaskGroup() as group:
            for step, rival in enumerate(rivals):
                group.create_task(self._settle(rival, place + step))

    async def _settle(self, request: Request, place: int) -> None:
        """Send a request until its outcome is known, then sometimes repeat it, or read the run through another door."""
        while True:
            answer = await self._door(place).send(request)
            request.answers.append(answer)
            if answer.verdict in {Verdict.ACKNOWLEDGED, Verdict.REFUSED}:
                break
            place = self.random.randrange(len(self.doors))
            await asyncio.sleep(self.random.uniform(0, RETRY_SECONDS))
        if answer.verdict is Verdict.REFUSED:
            return
        self._learn(request, answer.version or 0)
        if self.random.random() < 0.05:
            request.answers.append(await self._door(place + 1).send(request))
        if self.random.random() < 0.1:
            await self._read(request.run_id, place + 1)

    async def _read(self, run_id: str, place: int) -> None:
        reading = await self._door(place).read(run_id, self._known.get(run_id, 0))
        if reading is not None:
            self.history.readings.append(reading)

    def _learn(self, request: Request, version: int) -> None:
        self._known[request.run_id] = max(version, self._known.get(request.run_id, 0))
        self.acknowledged += 1
        self._progress.set()
        if request.mutation == "deleteRun" or request.input.get("to") == "ARCHIVED":
            self._pool = [run_id for run_id in self._pool if run_id != request.run_id]

    def _draw(self, mutation: str) -> Request:
        if mutation == "createRun" or not self._pool:
            tags = self.random.sample(TAGS, self.random.randint(0, 2))
            run_id = self._new_id()
            self._pool = [*self._pool[-POOL + 1 :], run_id]
            return self._request("createRun", {"id": run_id, "tags": tags})
        given: JsonObject = {"id": self.random.choice(self._pool)}
        if self.random.random() < 0.3:
            given["expectedVersion"] = self._known.get(given["id"], 1)
        match mutation:
            case "transitionRun":
                given = _move(given, self.random.choice(TARGETS))
            case "renameRun":
                given["name"] = f"name {self.random.random()}"
            case "addRunTags" | "removeRunTags":
                given["tags"] = [self.random.choice(TAGS)]
        return self._request(mutation, given)

    def _request(self, mutation: str, given: JsonObject, race: str | None = None) -> Request:
        request = Request(f"{mutation} {len(self.history.requests)}", mutation, given, race)
        self.history.requests.append(request)
        return request

    def _door(self, place: int) -> Door:
        return self.doors[place % len(self.doors)]

    def _new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


def _move(given: JsonObject, target: str) -> JsonObject:
    return given | {"to": target} | ({"error": "it broke"} if target == "FAILED" else {})
