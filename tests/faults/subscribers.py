"""Subscribers: each resumes from its cursor whenever its stream ends, whether it or the server ended it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

from tests.faults.history import Bookmark, JsonObject, Recording, Seen
from tests.faults.transports import WEB_SOCKET, GoingAwayError, Stream, Transport

RUN_CHANGES: Final = """
    subscription($filter: RunFilter, $after: String) {
      item: runChanges(filter: $filter, after: $after, bookmarks: true) {
        __typename cursor ... on RunChange { runId version kind status tags membership }
      }
    }
"""
RETRY_SECONDS: Final = 0.2
PATIENCE: Final = 40.0


@dataclass(slots=True)
class Watch:
    """Records what a subscriber got, and when, and lets tests wait for it."""

    recording: Recording
    arrivals: dict[tuple[str, int], float] = field(default_factory=dict)
    """When (monotonic seconds) each version of each run was first seen."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, item: Seen | Bookmark) -> None:
        """Record an item."""
        async with self._news:
            self.recording.items.append(item)
            if isinstance(item, Seen):
                self.arrivals.setdefault((item.run_id, item.version), time.monotonic())
            self._news.notify_all()

    async def started(self, seconds: float = PATIENCE) -> None:
        """Return once the subscriber has its first cursor."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: bool(self.recording.items))

    async def saw(self, run_id: str, version: int, seconds: float = PATIENCE) -> float:
        """Return when a change was first seen; raise TimeoutError if that takes too long."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: (run_id, version) in self.arrivals)
        return self.arrivals[run_id, version]


class Subscriber(Protocol):
    """Follows the log until it is cancelled."""

    @property
    def watch(self) -> Watch:
        """Return the record of what it got."""
        ...

    async def run(self) -> None:
        """Follow the log until cancelled."""
        ...


@dataclass(slots=True)
class ApiSubscriber:
    """Subscribes to `runChanges` on its servers in turn, always over the same transport.

    When `restless`, it leaves after so many changes on average, with or without closing its stream.
    """

    watch: Watch
    urls: Sequence[str]
    transport: Transport = WEB_SOCKET
    restless: int | None = None
    random: Random = field(default_factory=lambda: Random(3))
    farewells: int = 0
    """How many streams ended because their server stopped."""

    async def run(self) -> None:
        recording = self.watch.recording
        while True:
            url = self.urls[recording.connections % len(self.urls)]
            variables: JsonObject = {"filter": recording.view.filter, "after": recording.cursor}
            try:
                async with self.transport.open(url, RUN_CHANGES, variables) as stream:
                    recording.connections += 1
                    await self._follow(stream)
            except GoingAwayError:
                self.farewells += 1
            except OSError:
                await asyncio.sleep(self.random.uniform(0, RETRY_SECONDS))

    async def _follow(self, stream: Stream) -> None:
        async for payload in stream.payloads:
            match payload:
                case {"data": {"item": item}}:
                    await self.watch.add(item_of(item))
                # The storage was unavailable: the stream reports it and ends.
                case {"errors": [{"extensions": {"code": "UNAVAILABLE"}}]}:
                    return
                case _:
                    raise RuntimeError(f"{self.watch.recording.name}: {payload}")
            if self._is_tired():
                if self.random.random() < 0.5:
                    stream.abort()
                return
        raise RuntimeError(f"{self.watch.recording.name}: completed")

    def _is_tired(self) -> bool:
        return self.restless is not None and self.random.random() < 1 / self.restless


def item_of(data: JsonObject) -> Seen | Bookmark:
    """Return a stream's item."""
    if data["__typename"] == "Bookmark":
        return Bookmark(data["cursor"])
    return Seen(
        data["cursor"],
        data["runId"],
        data["version"],
        data["kind"],
        data["status"],
        tuple(data["tags"]),
        data["membership"],
    )


@asynccontextmanager
async def subscribed(subscribers: Sequence[Subscriber]) -> AsyncIterator[None]:
    """Run subscribers for as long as the context lasts; it begins once each has its first cursor."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(subscriber.run(), name=subscriber.watch.recording.name) for subscriber in subscribers
        ]
        for subscriber in subscribers:
            await subscriber.watch.started()
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
