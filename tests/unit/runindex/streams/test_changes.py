"""Streams of changes beside each other: what becomes of one is no matter of the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest
import pytest_asyncio

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.changes import follow
from runindex.streams.tailer import LogTailer
from tests.support.clock import StandingClock
from tests.support.commands import A, create, rename
from tests.support.stores import apply

pytestmark = pytest.mark.asyncio

PATIENCE = 30


@pytest_asyncio.fixture
async def store() -> AsyncIterator[MemoryStore]:
    async with MemoryStore.open(StandingClock()) as opened:
        yield opened


class BrokenFilter(ChangeFilter):
    """A filter that fails on every change."""

    def match(self, change: Change, before: Run | None, after: Run | None) -> MatchedChange | None:
        raise ZeroDivisionError(change, before, after)


async def test_a_reader_that_fails_takes_nothing_from_the_others(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    feed = MemoryFeed()
    async with LogTailer(store, feed).running() as tailer, AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
        broken, _ = await stack.enter_async_context(tailer.watch(BrokenFilter(None)))
        readers = [follow(tailer, RunFilter(ids=(A,)), None) for _ in range(10)]
        for reader in readers:
            await stack.enter_async_context(aclosing(reader))
            await anext(reader)
        following = [asyncio.create_task(anext(reader)) for reader in readers]
        await broken.wake_up.wait(0)
        await apply(store, create(A), rename(A, "x"))
        feed.wake()
        batches = await asyncio.gather(*following)
        assert [[seen.change.seq for seen in batch.matched] for batch in batches] == [[2, 3]] * 10
        # It has to read, and fails by itself.
        assert await broken.wake_up.wait(0)
        assert broken.take(1, tailer.ring.end) is None
    (record,) = caplog.records
    assert record.getMessage() == "changes up to 3 could not be offered to all"
