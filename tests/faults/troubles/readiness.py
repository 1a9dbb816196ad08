"""Looks at a server's health all the time, and keeps what it saw."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

INTERVAL: Final = 0.1
PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a path: when it was begun (monotonic seconds), how long the answer took, and what it was."""

    path: str
    begun: float
    seconds: float
    status: int


@dataclass(slots=True)
class Readiness:
    """The looks so far; `readiness_of` makes one."""

    looks: list[Look] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def slowest(self) -> float:
        """Return how long the slowest answer took, in seconds."""
        return max(look.seconds for look in self.looks)

    async def add(self, look: Look) -> None:
        """Keep a look."""
        async with self._news:
            self.looks.append(look)
            self._news.notify_all()

    async def becomes(self, ready: bool, since: float, seconds: float = PATIENCE) -> float:  # noqa: FBT001 - a state
        """Return how many seconds after `since` the server was first (not) ready; raise TimeoutError after so many."""
        async with asyncio.timeout(seconds), self._news:
            while True:
                for look in self._since(since):
                    if look.path == "/readyz" and (look.status == HTTPStatus.OK) is ready:
                        return max(look.begun + look.seconds - since, 0.0)
                await self._news.wait()

    def stayed(self, ready: bool, begin: float, end: float) -> bool:  # noqa: FBT001 - a state
        """Tell whether all looks at readiness that lie within two moments found the same."""
        return all(
            (look.status == HTTPStatus.OK) is ready
            for look in self._since(begin)
            if look.path == "/readyz" and look.begun + look.seconds < end
        )

    def lived(self) -> bool:
        """Tell whether every look at liveness was answered well."""
        return all(look.status == HTTPStatus.OK for look in self.looks if look.path == "/livez")

    def _since(self, since: float) -> list[Look]:
        return [look for look in self.looks[-5_000:] if look.begun >= since]


@asynccontextmanager
async def readiness_of(root: str) -> AsyncIterator[Readiness]:
    """Look at a server's `/readyz` and `/livez` for as long as the context lasts."""
    readiness = Readiness()
    async with httpx.AsyncClient(timeout=PATIENCE, verify=False, trust_env=False) as client:  # noqa: S501
        tasks = [asyncio.create_task(_look(client, root, path, readiness)) for path in ("/readyz", "/livez")]
        try:
            yield readiness
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _look(client: httpx.AsyncClient, root: str, path: str, readiness: Readiness) -> None:
    while True:
        begun = time.monotonic()
        try:
            status = (await client.get(f"{root}{path}")).status_code
        except httpx.TransportError:
            status = 0
        await readiness.add(Look(path, begun, time.monotonic() - begun, status))
        await asyncio.sleep(INTERVAL)
