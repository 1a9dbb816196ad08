"""Many share channels over all transports, under a load that fills their buffers; some stop reading, some break off."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.api.test_metrics import scraped
from tests.faults.doors import HttpDoor
from tests.faults.history import DEFAULT_RUN, JsonObject
from tests.faults.transports import TRANSPORTS, Stream, Transport
from tests.faults.truth import SqliteStorage, read_log
from tests.faults.world import World, open_world

CHANGES: Final = """
    subscription ($after: String) {
      item: runChanges(after: $after, bookmarks: true) { cursor ... on RunChange { key: cursor run { metadata } } }
    }
"""
RESULTS: Final = """
    subscription ($id: ID!, $after: String) {
      item: resultRecorded(runId: $id, after: $after) { cursor node { key: itemId output } }
    }
"""
EVENTS: Final = """
    subscription ($id: ID!, $after: String) {
      item: runEvents(runId: $id, after: $after) { cursor node { key: sequence payload } }
    }
"""
CREATE: Final = """
    mutation ($input: CreateRunInput!) {
      outcome: createRun(input: $input) { ... on RunPayload { run { id } } ... on Problem { message } }
    }
"""
TOUCH: Final = """
    mutation ($id: ID!) { outcome: addRunTags(input: {id: $id, tags: ["t"]}) { ... on Problem { message } } }
"""
DELETE: Final = "mutation ($id: ID!) { outcome: deleteRun(input: {id: $id}) { ... on Problem { message } } }"
RECORD: Final = """
    mutation ($input: RecordResultInput!) { outcome: recordResult(input: $input) { ... on Problem { message } } }
"""
APPEND: Final = """
    mutation ($id: ID!, $events: [RunEventEntry!]!) {
      outcome: appendRunEvents(input: {runId: $id, events: $events}) { ... on Problem { message } }
    }
"""
RUN_ID: Final = "00000000-0000-4000-8000-000000000001"
INSTANT: Final = "2026-01-01T00:00:00Z"
MUCH: Final = {"text": "x" * 240_000}
SMALL: Final = 20
EACH: Final = 3
# The turns of disturbance in each life of a run; over all of them every reader is silent once.
LIVES: Final = ((0, 1), (2,))
PACE: Final = 0.1
POLL: Final = 0.02
SECONDS: Final = 60.0

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]


@dataclass(slots=True)
class Reader:
    """Follows a subscription from its cursor to its completion, and pauses or leaves when asked to."""

    transport: Transport
    url: str
    document: str
    variables: JsonObject = field(default_factory=dict)
    keys: list[Any] = field(default_factory=list)
    """What it got, in order."""
    cursor: str | None = None
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _is_silent: bool = False
    _is_to_leave: bool = False

    def stop_reading(self) -> None:
        """Read nothing after the next item, until asked to read."""
        self._is_silent = True
        self._told.clear()

    def read(self) -> None:
        """Read."""
        self._is_silent = False
        self._told.set()

    def leave(self) -> None:
        """Break off after the next item, or at once if it reads nothing, and go on from its cursor."""
        self._is_to_leave = True
        self.read()

    async def run(self) -> None:
        is_complete = False
        while not is_complete:
            variables = self.variables | {"after": self.cursor}
            async with self.transport.open(self.url, self.document, variables) as stream:
                is_complete = await self._follow(stream)

    async def _follow(self, stream: Stream) -> bool:
        async for payload in stream.payloads:
            assert "data" in payload, payload
            self._take(payload["data"]["item"])
            if self._is_silent:
                stream.pause()
                await self._told.wait()
                stream.go_on()
            if self._is_to_leave:
                self._is_to_leave = False
                stream.abort()
                return False
        return True

    def _take(self, item: JsonObject) -> None:
        found = item.get("node", item)
        if "key" in found:
            self.keys.append(found["key"])
        else:
            # A bookmark is no further than what was sent.
            assert not self.keys or item["cursor"] == self.cursor
        self.cursor = item["cursor"]


async def do(door: HttpDoor, document: str, **variables: object) -> JsonObject:
    """Execute a mutation that succeeds."""
    outcome: JsonObject = (await door.execute(document, variables))["outcome"]
    assert "message" not in outcome, outcome
    return outcome


@dataclass(slots=True)
class Load:
    """The load of the test, and how much was written."""

    door: HttpDoor
    touchable: str | None = None
    results: int = 0
    events: int = 0

    async def change(self) -> None:
        """Create a run, or touch the last one; and touch one that has little to show."""
        if self.touchable is None:
            created = await do(self.door, CREATE, input={"metadata": MUCH})
            self.touchable = created["run"]["id"]
        else:
            await do(self.door, TOUCH, id=self.touchable)
            self.touchable = None
        await do(self.door, TOUCH, id=DEFAULT_RUN)

    async def record(self) -> None:
        """Record a result."""
        attempt = {"latency": 1, "startedAt": INSTANT, "completedAt": INSTANT}
        await do(self.door, RECORD, input=attempt | {"runId": RUN_ID, "itemId": str(self.results), "output": MUCH})
        self.results += 1

    async def append(self) -> None:
        """Append a large event and small ones."""
        events = [{"stream": "large", "payload": MUCH}, *[{"stream": "small", "payload": {}}] * SMALL]
        await do(self.door, APPEND, id=RUN_ID, events=events)
        self.events += len(events)


@asynccontextmanager
async def repeated(*acts: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Repeat acts, each at its pace; at the end each is finished."""
    ended = False

    async def repeat(act: Callable[[], Awaitable[None]]) -> None:
        while not ended:
            begun = time.monotonic()
            await act()
            await asyncio.sleep(begun + PACE - time.monotonic())

    async with asyncio.TaskGroup() as group:
        for act in acts:
            group.create_task(repeat(act))
        yield
        ended = True


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110 - many may make it so
            await asyncio.sleep(POLL)


async def members(world: World, count: int) -> None:
    """Return when so many share a channel."""
    async with asyncio.timeout(SECONDS):
        while (await asyncio.to_thread(scraped, world.servers[0]))["runindex_channel_members"] != count:  # noqa: ASYNC110
            await asyncio.sleep(POLL)


async def disturb(world: World, readers: Sequence[Reader], turn: int) -> None:
    """Have a third read nothing until left behind; then half of them read on, and the rest and a third break off."""
    silent, leaving = readers[turn % 3 :: 3], readers[(turn + 1) % 3 :: 3]
    for reader in silent:
        reader.stop_reading()
    await members(world, len(readers) - len(silent))
    for reader in silent[turn % 2 :: 2]:
        reader.read()
    for reader in (*silent[(turn + 1) % 2 :: 2], *leaving):
        reader.leave()
    await members(world, len(readers))


def readers_of(world: World, document: str, count: int, **variables: str) -> list[Reader]:
    """Make so many readers over each transport."""
    return [
        Reader(transport, world.servers[0].url, document, variables) for transport in TRANSPORTS for _ in range(count)
    ]


async def saw_all(readers: Sequence[Reader], keys: Sequence[object]) -> None:
    """Wait until readers have seen the last, and assert that they have seen each once and in order."""
    await until(lambda: all(reader.keys[-1:] == keys[-1:] for reader in readers))
    for reader in readers:
        assert reader.keys == keys, reader.transport.name


async def live(world: World, watchers: Sequence[Reader], turns: Sequence[int]) -> None:
    """Create a run, follow its results and events, and delete it."""
    load = Load(world.doors[0])
    await do(load.door, CREATE, input={"id": RUN_ID})
    results, events = (readers_of(world, document, EACH, id=RUN_ID) for document in (RESULTS, EVENTS))
    everyone = [*watchers, *results, *events]
    async with asyncio.TaskGroup() as group:
        for reader in (*results, *events):
            group.create_task(reader.run())
        async with repeated(load.change, load.record, load.append):
            for turn in turns:
                await disturb(world, everyone, turn)
        await saw_all(results, [str(number) for number in range(load.results)])
        await saw_all(events, list(range(load.events)))
        await members(world, len(everyone))
        await do(load.door, DELETE, id=RUN_ID)


async def test_a_subscriber_that_is_left_behind_misses_nothing(sqlite_storage: SqliteStorage, tmp_path: Path) -> None:
    async with open_world(sqlite_storage, tmp_path) as world, asyncio.TaskGroup() as group:
        watchers = readers_of(world, CHANGES, 2 * EACH)
        tasks = [group.create_task(reader.run()) for reader in watchers]
        await until(lambda: all(reader.cursor is not None for reader in watchers))
        for turns in LIVES:
            await live(world, watchers, turns)
        _, *log = await read_log(sqlite_storage, world.doors[0])
        await saw_all(watchers, [entry.cursor for entry in log])
        for task in tasks:
            task.cancel()
        assert " ERROR " not in world.servers[0].log
