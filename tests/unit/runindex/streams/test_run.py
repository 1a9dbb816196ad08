"""The stream of one run: refreshes requested while other runs change, and while it changes itself."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from runindex.index import RunIndex
from runindex.ports.queries import Row
from runindex.streams.refresh import RefreshRequests
from runindex.streams.run import IDENTITY, follow_run
from tests.support.commands import A, B, add_tags, create, delete
from tests.support.stores import open_memory_index, settled

pytestmark = pytest.mark.asyncio

PATIENCE = 10  # less than a quiet stream waits for
WANTED = 20


@dataclass
class Follower:
    """Follows a run; other runs change whenever it is found."""

    index: RunIndex
    refreshes: RefreshRequests = field(default_factory=RefreshRequests)

    async def find(self) -> Row | None:
        await self.index.submit(create())
        return (await self.index.store.find_runs([A], IDENTITY)).get(A)

    def follow(self) -> AsyncGenerator[Row, None]:
        return follow_run(self.index.tailer, self.index.heads, A, self.find, self.refreshes)


@asynccontextmanager
async def following() -> AsyncIterator[tuple[Follower, AsyncGenerator[Row, None]]]:
    """Follow a run in its first version, which was yielded."""
    async with open_memory_index() as index, asyncio.timeout(PATIENCE):
        await index.submit(create(A))
        follower = Follower(index)
        async with aclosing(follower.follow()) as states:
            assert (await anext(states))["version"] == 1
            yield follower, states


async def test_a_refresh_is_yielded_at_once_whatever_else_changes() -> None:
    async with following() as (follower, states):
        waiting = asyncio.ensure_future(anext(states))
        await settled()
        number = follower.refreshes.request()
        assert (await waiting)["version"] == 1
        assert follower.refreshes.number == number


async def test_refreshes_that_are_requested_again_and_again_hold_up_nothing() -> None:
    async with following() as (follower, states):
        for version in range(2, WANTED):
            follower.refreshes.request()
            await follower.index.submit(add_tags(A, "t"))
            while (await anext(states))["version"] != version:
                follower.refreshes.request()


async def test_a_refresh_that_finds_another_run_of_that_id_is_the_end() -> None:
    async with following() as (follower, states):
        await follower.index.submit(delete(A))
        await follower.index.submit(create(B))
        await follower.index.submit(create(A))
        follower.refreshes.request()
        assert [state async for state in states] == []
