import asyncio
from contextlib import AsyncExitStack

import pytest

from runindex.ports.feed import ChangeFeed
from runindex.ports.store import Store
from tests.support.commands import create
from tests.support.stores import apply, log_of

pytestmark = pytest.mark.asyncio

# A feed may say too often that there is something new, but must not fail to say it.
PATIENCE = 20.0


async def test_a_flag_starts_set(fed_store: tuple[Store, ChangeFeed]) -> None:
    _, feed = fed_store
    async with feed.subscribe() as first:
        assert await first.wait(0)
        async with feed.subscribe() as second:
            assert await second.wait(0)


async def test_every_flag_is_set_at_once_by_a_wake(fed_store: tuple[Store, ChangeFeed]) -> None:
    _, feed = fed_store
    async with AsyncExitStack() as stack:
        flags = [await stack.enter_async_context(feed.subscribe()) for _ in range(5)]
        for _ in range(3):
            for flag in flags:
                await flag.wait(0)
            feed.wake()
            feed.wake()
            assert all([await flag.wait(0) for flag in flags])


async def test_who_waits_is_woken(fed_store: tuple[Store, ChangeFeed]) -> None:
    _, feed = fed_store
    async with feed.subscribe() as flag:
        await flag.wait(0)
        waiting = asyncio.create_task(flag.wait(PATIENCE))
        await asyncio.sleep(0)
        feed.wake()
        assert await waiting


async def test_a_wait_ends_when_its_time_is_over(fed_store: tuple[Store, ChangeFeed]) -> None:
    _, feed = fed_store
    async with feed.subscribe() as flag:
        # At most a few looks that are nobody's wake, then a wait that ends by itself.
        assert not all([await flag.wait(0.02) for _ in range(20)])


async def test_who_looks_when_woken_misses_nothing(fed_store: tuple[Store, ChangeFeed]) -> None:
    store, feed = fed_store
    seen: list[int] = []

    async def watch() -> None:
        async with feed.subscribe() as flag:
            while len(seen) < 31:
                assert await flag.wait(PATIENCE)
                seen.extend(change.seq for change in await log_of(store, after=len(seen)))

    async def write() -> None:
        for _ in range(30):
            await apply(store, create())
            # What the writer does after each batch.
            feed.wake()

    await asyncio.gather(watch(), write())
    assert seen == list(range(1, 32))


async def test_subscriptions_come_and_go(fed_store: tuple[Store, ChangeFeed]) -> None:
    _, feed = fed_store
    for _ in range(3):
        async with feed.subscribe() as lasting:
            async with feed.subscribe():
                pass
            await lasting.wait(0)
            feed.wake()
            assert await lasting.wait(0)
    feed.wake()
