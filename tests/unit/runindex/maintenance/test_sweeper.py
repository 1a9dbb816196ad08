import asyncio
import logging
from typing import cast

import pytest

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from runindex.domain.errors import UnavailableError
from runindex.index import open_index
from runindex.maintenance.sweeper import CHUNK, open_sweeper
from runindex.ports.maintenance import Maintenance
from tests.support.clock import StandingClock
from tests.support.commands import A, create, delete
from tests.support.records import delete_results, record

pytestmark = pytest.mark.asyncio


class Remains:
    """Something to sweep, and a sign when nothing is left of it."""

    def __init__(self, chunks: int = 0) -> None:
        self.chunks = chunks
        self.swept = 0
        self.fault: Exception | None = None
        self.is_clean = asyncio.Event()
        self.has_begun = asyncio.Event()

    async def sweep(self, limit: int) -> int:
        self.has_begun.set()
        assert limit == CHUNK
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if not self.chunks:
            self.is_clean.set()
            return 0
        self.chunks -= 1
        self.swept += 1
        return 1

    async def wait(self) -> None:
        await self.is_clean.wait()
        self.is_clean.clear()


async def test_what_an_earlier_process_left_is_swept_at_the_start() -> None:
    remains = Remains(chunks=3)
    async with open_sweeper(cast("Maintenance", remains)):
        await remains.wait()
        assert remains.swept == 3


async def test_the_sweeper_sweeps_when_it_is_woken() -> None:
    remains = Remains()
    async with open_sweeper(cast("Maintenance", remains)) as opened:
        await remains.wait()
        for chunks in (2, 5):
            remains.chunks = chunks
            opened.wake()
            await remains.wait()
            assert remains.chunks == 0


async def test_the_sweeper_sweeps_at_intervals_too() -> None:
    remains = Remains()
    async with open_sweeper(cast("Maintenance", remains), sweep_seconds=0.01):
        await remains.wait()
        remains.chunks = 1
        while remains.swept == 0:
            await remains.wait()


@pytest.mark.parametrize("fault", [UnavailableError("away"), RuntimeError("broken")], ids=str)
async def test_the_sweeper_tries_again_after_a_fault(caplog: pytest.LogCaptureFixture, fault: Exception) -> None:
    remains = Remains(chunks=2)
    remains.fault = fault
    with caplog.at_level(logging.WARNING):
        async with open_sweeper(cast("Maintenance", remains), retry_seconds=0.01):
            await remains.wait()
    assert remains.swept == 2
    assert [record.message.partition(" for now")[0] for record in caplog.records] == [
        "what was deleted cannot be swept away"
    ]


async def test_the_sweeper_ends_in_the_middle_of_its_work() -> None:
    remains = Remains(chunks=10**9)
    async with open_sweeper(cast("Maintenance", remains)):
        await remains.has_begun.wait()
    assert remains.chunks > 0


async def test_an_index_sweeps_after_deletions(clock: StandingClock) -> None:
    async with MemoryStore.open(clock) as store:
        watched = Watched(store)
        async with open_index(store, MemoryFeed(), maintenance=cast("Maintenance", watched)) as index:
            await watched.wait()
            await index.submit(create(A))
            # A result, its item, and with the run what is counted of it.
            for deletion, swept in ((delete_results(A), 2), (delete(A), 5)):
                await index.submit(record(A))
                await index.submit(deletion)
                await watched.wait()
                assert watched.swept == swept


class Watched(Remains):
    """A store whose sweeping is watched."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        self._store = store

    async def sweep(self, limit: int) -> int:
        number = await self._store.sweep(limit)
        self.swept += number
        if not number:
            self.is_clean.set()
        return number


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()
