"""What a process commits itself reaches its readers without being read back, and nothing else changes for them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
import pytest_asyncio

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from runindex.domain.runs.changes import Change
from runindex.ports.store import ChangeQuery
from runindex.streams.changes import LogBatch, follow
from runindex.streams.tailer import LogTailer
from tests.support.clock import StandingClock
from tests.support.commands import A, create, rename
from tests.support.stores import settled

pytestmark = pytest.mark.asyncio

PATIENCE = 30


class SlowStore(MemoryStore):
    """A store whose log is read and answered only while it may be."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__(clock)
        self.may_read, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_read.set()
        self.may_answer.set()
        self.has_read = asyncio.Event()

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        await self.may_read.wait()
        changes = await super().list_changes(query)
        self.has_read.set()
        await self.may_answer.wait()
        return changes


class Process:
    """A tailer with a subscriber, and what it commits."""

    def __init__(
        self, store: SlowStore, feed: MemoryFeed, tailer: LogTailer, reader: AsyncGenerator[LogBatch, None]
    ) -> None:
        self.store = store
        self.feed = feed
        self.tailer = tailer
        self.reader = reader

    async def rename(self, name: str) -> list[Change]:
        """Commit a change that the tailer does not accept."""
        return list((await self.store.apply([rename(A, name)])).changes)

    async def read(self, number: int) -> list[int]:
        """Return the sequence numbers of the next changes."""
        seen: list[int] = []
        while len(seen) < number:
            seen += [found.change.seq for found in (await anext(self.reader)).matched]
        return seen


@pytest_asyncio.fixture
async def process() -> AsyncIterator[Process]:
    async with following() as process, asyncio.timeout(PATIENCE):
        yield process


@asynccontextmanager
async def following() -> AsyncIterator[Process]:
    """Follow a log that ends at 2, its tailer at rest."""
    store, feed = SlowStore(StandingClock()), MemoryFeed()
    await store.apply([create(A)])
    unpolled = LogTailer(store, feed, poll_seconds=6 * PATIENCE)
    async with unpolled.running() as tailer, aclosing(follow(tailer, None, None)) as reader:
        await anext(reader)
        await store.has_read.wait()
        yield Process(store, feed, tailer, reader)


async def test_what_is_handed_over_is_not_read(process: Process) -> None:
    process.store.may_read.clear()
    for seq in (3, 4):
        changes = await process.rename(f"{seq}")
        process.tailer.accept(changes)
        process.feed.wake(seq)
        assert await process.read(1) == [seq]
    process.store.has_read.clear()
    process.store.may_read.set()
    await settled()
    assert not process.store.has_read.is_set()


async def test_what_others_committed_before_is_read_first(process: Process) -> None:
    await process.rename("by another process")
    process.tailer.accept(await process.rename("by this one"))
    process.feed.wake(4)
    assert await process.read(2) == [3, 4]


async def test_what_is_handed_over_while_it_is_read_comes_once(process: Process) -> None:
    process.store.has_read.clear()
    process.store.may_answer.clear()
    changes = await process.rename("committed")
    process.feed.wake()
    await process.store.has_read.wait()
    process.tailer.accept(changes)
    assert await process.read(1) == [3]
    process.tailer.accept(await process.rename("committed later"))
    process.store.may_answer.set()
    await process.rename("not handed over")
    process.feed.wake(5)
    assert await process.read(2) == [4, 5]
    assert [change.seq for change in process.tailer.ring.after(2, 9) or ()] == [3, 4, 5]


async def test_who_does_not_know_how_far_the_log_goes_lets_it_be_read(process: Process) -> None:
    await process.rename("committed")
    process.feed.wake(2)
    process.feed.wake()
    process.feed.wake(2)
    assert await process.read(1) == [3]


async def test_nothing_is_kept_while_nobody_follows() -> None:
    store, feed = SlowStore(StandingClock()), MemoryFeed()
    async with LogTailer(store, feed).running() as tailer:
        changes = list((await store.apply([create(A)])).changes)
        tailer.accept(changes)
        assert len(tailer.ring) == 0
