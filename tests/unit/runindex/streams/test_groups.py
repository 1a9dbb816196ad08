"""How often groups are counted and yielded, and why."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from runindex.domain.runs.filters import EVERYTHING
from runindex.index import RunIndex
from runindex.ports.queries import RunGroupKey
from runindex.streams.groups import Groups, Pause, follow_groups
from runindex.streams.refresh import RefreshRequests
from tests.support.commands import add_tags, create
from tests.support.stores import open_memory_index

pytestmark = pytest.mark.asyncio

PAUSE = 3600
PATIENCE = 20


@dataclass
class Screen:
    """Follows the groups, and notes each pause and each count instead of sleeping."""

    index: RunIndex
    refreshes: RefreshRequests = field(default_factory=RefreshRequests)
    pauses: list[float] = field(default_factory=list)
    counts: int = 0

    async def sleep(self, seconds: float) -> None:
        assert len(self.pauses) == self.counts
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def count(self) -> Groups:
        self.counts += 1
        return await self.index.store.group_runs(EVERYTHING, RunGroupKey.STATUS, None)

    def follow(self) -> AsyncGenerator[Groups, None]:
        return follow_groups(self.index.tailer, EVERYTHING, self.count, self.refreshes, Pause(PAUSE, self.sleep))


@asynccontextmanager
async def following() -> AsyncIterator[tuple[Screen, AsyncGenerator[Groups, None]]]:
    """Follow an index with one run; the first groups were yielded."""
    async with open_memory_index() as index, asyncio.timeout(PATIENCE):
        screen = Screen(index)
        async with aclosing(screen.follow()) as groups:
            assert await anext(groups) == [("ACTIVE", 1)]
            yield screen, groups


async def test_groups_are_yielded_when_they_have_changed() -> None:
    async with following() as (screen, groups):
        for size in (2, 3):
            await screen.index.submit(create())
            assert await anext(groups) == [("ACTIVE", size)]


async def test_they_are_counted_no_more_often_than_the_pace_allows() -> None:
    async with following() as (screen, groups):
        for number in range(20):
            await screen.index.submit(create(name=f"{number}"))
            screen.refreshes.request()
            await anext(groups)
        first, *later = screen.pauses
        assert (screen.counts, first <= 0) == (21, True)
        assert min(later) > 0.9 * PAUSE  # each pause begins with the count before it, seconds ago at most


async def test_what_moves_no_group_is_not_yielded_unless_it_is_requested() -> None:
    async with following() as (screen, groups):
        waiting = asyncio.ensure_future(anext(groups))
        while screen.counts < 3:
            await screen.index.submit(add_tags("default", f"{screen.counts}"))
            await asyncio.sleep(0)
        assert not waiting.done()
        number = screen.refreshes.request()
        assert await waiting == [("ACTIVE", 1)]
        assert screen.refreshes.number >= number
