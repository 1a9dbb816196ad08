"""A filled store of each kind, and the API on it."""

from collections.abc import AsyncIterator
from typing import cast

import pytest_asyncio

from persistence.memory.feed import MemoryFeed
from runindex.index import open_index
from runindex.ports.store import Store
from tests.equality.ways import BothWays, FailingStore
from tests.support.api import application
from tests.support.clock import StandingClock
from tests.support.data.maintenance import furnish
from tests.support.drawn.record_mutations import NumberedIds


@pytest_asyncio.fixture
async def both_ways(store: Store, clock: StandingClock) -> AsyncIterator[BothWays]:
    """Open the API on a store with something of everything, whose ids are counted."""
    with NumberedIds().counting():
        await furnish(store, clock)
    failing = FailingStore(store)
    async with open_index(cast("Store", failing), MemoryFeed()) as index:
        yield BothWays(application(index), failing, index)
