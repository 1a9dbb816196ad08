"""How often groups are counted and told, and why."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from runindex.domain.runs.filters import EVERYTHING
from runindex.index import RunIndex
from runindex.ports.queries import RunGroupKey
from runindex.streams.groups import Groups, follow_groups
from runindex.streams.refresh import RefreshRequests
from tests.support.stores import open_memory_index

pytestmark = pytest.mark.asyncio

PAUSE = 0.1
PATIENCE = 20


@dataclass
class Screen:
    """Follows the groups, and notes when they were counted."""

    index: RunIndex
    looks: RefreshRequests = field(default_factory=RefreshRequests)
    counted: list[float] = field(default_factory=list)

    async def count(self) -> Groups:
        self.counted.append(time.monotonic())
        return await self.index.store.group_runs(EVERYTHING, RunGroupKey.STATUS, None)

    def follow(self) -> AsyncGenerator[Groups, None]:
        return follow_groups(self.index.tail, EVERYTHING, self.count, self.looks, PAUSE)


@asynccontextmanager
async def following() -> AsyncIterator[tuple[Screen, AsyncGenerator[Groups, None]]]:
    """Follow an index with one run; the first groups are told."""
    async with open_memory_index() as index, asyncio.timeout(PATIENCE):
        screen = Screen(index)
        async with aclosing(screen.follow()) as groups:
            assert await anext(groups) == [("ACTIVE", 1)]
            yield screen, groups


async def test_groups_are_told_when_they_have_changed() -> None:
    async with following() as (screen, groups):
        for size in (2, 3):
            await screen.index.create_run()
            assert await anext(groups) == [("ACTIVE", size)]


async def test_they_are_counted_no_more_often_than_the_pace_allows() -> None:
    async with following() as (screen, groups):
        for number in range(20):
            await screen.index.create_run(name=f"{number}")
            screen.looks.want()
            await asyncio.sleep(PAUSE / 10)
        while await anext(groups) != [("ACTIVE", 21)]:
            pass
        pauses = [later - sooner for sooner, later in zip(screen.counted, screen.counted[1:], strict=False)]
        assert min(pauses) > 0.9 * PAUSE


async def test_what_moves_no_group_is_not_told_unless_it_is_wanted() -> None:
    async with following() as (screen, groups):
        waiting = asyncio.ensure_future(anext(groups))
        while len(screen.counted) < 3:
            await screen.index.add_tags("default", "t")
            await asyncio.sleep(PAUSE)
        assert not waiting.done()
        look = screen.looks.want()
        assert await waiting == [("ACTIVE", 1)]
        assert screen.looks.number >= look
