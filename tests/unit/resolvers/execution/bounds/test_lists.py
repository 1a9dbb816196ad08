"""Lists that are completed in parts leave nothing behind when nobody awaits them."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from resolvers.execution.bounds import turns
from resolvers.execution.bounds.lists import ListInTurn
from resolvers.execution.context import Context, LogEpoch, StreamTimings
from resolvers.roots.loaders import StoreLoaders
from resolvers.roots.schema import schema
from runindex.index import open_index
from tests.support.clock import StandingClock
from tests.support.commands import create

pytestmark = pytest.mark.asyncio

# Two lists at once, each with more to be loaded for its entries.
RUNS = "{ runs(first: 30) { edges { node { id parent { name } } } nodes { id parent { id } root { id } } } }"
TURNS = 120


class Completion:
    """Counts how often it was settled."""

    settled = 0

    def settle(self) -> None:
        self.settled += 1


async def complete(_: object) -> list[Any]:
    return [1]


async def test_what_is_dropped_is_settled_once() -> None:
    completion: Any = Completion()
    rest = ListInTurn(completion, complete)
    del rest
    gc.collect()
    assert completion.settled == 1


async def test_what_is_awaited_is_not_settled() -> None:
    completion: Any = Completion()
    assert await ListInTurn(completion, complete) == [1]
    gc.collect()
    assert completion.settled == 0


@pytest.fixture
def told() -> Iterator[list[warnings.WarningMessage]]:
    """Keep warnings, which a destructor cannot raise."""
    with warnings.catch_warnings(record=True) as kept:
        warnings.simplefilter("always")
        yield kept


async def test_an_operation_is_broken_off_at_any_turn(
    monkeypatch: pytest.MonkeyPatch, told: list[warnings.WarningMessage]
) -> None:
    monkeypatch.setattr(turns, "SLICE", -1.0)  # every list is completed in parts
    async with MemoryStore.open(StandingClock()) as store, open_index(store, MemoryFeed()) as index:
        for _ in range(4):
            await index.submit(create(name="a"))
        for turn in range(TURNS):
            context = Context(index, LogEpoch(index), StreamTimings(), StoreLoaders)
            executed = asyncio.ensure_future(schema.execute(RUNS, context_value=context))
            for _ in range(turn):
                await asyncio.sleep(0)
            executed.cancel()
            await asyncio.wait([executed])
        gc.collect()
    # graphql-core and Strawberry drop coroutines of their own.
    assert not [str(each.message) for each in told if "BoundedExecutor._complete_in_turn" in str(each.message)]
