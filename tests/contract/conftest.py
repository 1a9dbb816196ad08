"""Stores with a feed, stores that hold something, and two stores of one kind."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio

from runindex.ports.feed import ChangeFeed
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.backends import Backend, Opener
from tests.support.clock import StandingClock
from tests.support.data.maintenance import furnish


@pytest_asyncio.fixture
async def fed_store(
    request: pytest.FixtureRequest, backend: Backend, clock: StandingClock
) -> AsyncIterator[tuple[Store, ChangeFeed]]:
    """Open a new store and a feed of it."""
    with backend.new_place(request) as place:
        async with backend.open_store(place, clock) as opened, backend.open_feed(place) as feed:
            yield opened, feed


@pytest_asyncio.fixture
async def furnished(storage: Storage, clock: StandingClock) -> Storage:
    """Fill the store with something of everything."""
    await furnish(storage, clock)
    return storage


@pytest_asyncio.fixture
async def other(open_store: Opener, clock: StandingClock) -> AsyncIterator[Storage]:
    """Open another store of the same kind."""
    async with open_store(clock) as opened:
        yield cast("Storage", opened)
