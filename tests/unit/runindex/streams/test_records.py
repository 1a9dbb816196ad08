"""Streams of records on a store that can be made to fail, and to forget."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import cast

import pytest
import pytest_asyncio

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from runindex.commands import AppendEvents, EventEntry
from runindex.domain.errors import CursorExpiredError, UnavailableError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.records.totals import Totals
from runindex.ports.queries import ALL_COLUMNS, Columns, Row
from runindex.ports.record_lists import ListQuery, Owner
from runindex.ports.store import Store
from runindex.streams.heads import HeadTailer
from runindex.streams.records import find_followed, follow_events
from tests.support.clock import StandingClock

pytestmark = pytest.mark.asyncio

PATIENCE = 30


class FrailStore:
    """A store that is away while told so, and whose events below a floor are compacted."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.is_away = False
        self.floor = 0

    async def append(self, *streams: str) -> None:
        events = tuple(EventEntry(stream=stream, payload={}) for stream in streams)
        await self._store.apply([AppendEvents(mutation="appendRunEvents", run_id=DEFAULT_RUN, events=events)])

    async def find_runs(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        return await self._store.find_runs(run_ids, columns)

    async def find_records(self, kind: type, keys: Sequence[tuple[object, ...]], columns: Columns) -> Sequence[Row]:
        if self.is_away:
            raise UnavailableError("away")
        rows = await self._store.find_records(kind, keys, columns)
        return [{**row, "event_floor": self.floor} if kind is Totals else row for row in rows]

    async def list_records(
        self, query: ListQuery, owners: Sequence[Owner], columns: Columns
    ) -> Mapping[Owner, Sequence[Row]]:
        found = await self._store.list_records(query, owners, columns)
        return {owner: [row for row in found[owner] if row["sequence"] >= self.floor] for owner in found}


@pytest_asyncio.fixture
async def store() -> AsyncIterator[FrailStore]:
    async with MemoryStore.open(StandingClock()) as opened:
        yield FrailStore(opened)


async def test_a_store_that_is_away_for_a_while_delays_a_stream(store: FrailStore) -> None:
    feed = MemoryFeed()
    async with HeadTailer(cast("Store", store), feed).running() as tailer, asyncio.timeout(PATIENCE):
        run = await find_followed(cast("Store", store), DEFAULT_RUN)
        await store.append("s")
        async with aclosing(follow_events(tailer, run, None, ALL_COLUMNS)) as stream:
            assert (await anext(stream))["sequence"] == 0
            store.is_away = True
            await store.append("s")
            feed.wake()
            following = asyncio.ensure_future(anext(stream))
            await asyncio.wait([following], timeout=0.05)
            assert not following.done()
            store.is_away = False
            assert (await following)["sequence"] == 1
        assert tailer.watches == 0


@pytest.mark.parametrize("stream_name", [None, "s"])
async def test_what_compaction_took_from_behind_a_cursor_is_not_passed_over(
    store: FrailStore, stream_name: str | None
) -> None:
    async with HeadTailer(cast("Store", store), MemoryFeed()).running() as tailer, asyncio.timeout(PATIENCE):
        run = (await find_followed(cast("Store", store), DEFAULT_RUN))._replace(stream=stream_name)
        await store.append(*"ssss")
        store.floor = 2
        async with aclosing(follow_events(tailer, run, 1, ALL_COLUMNS)) as stream:
            assert (await anext(stream))["sequence"] == 2
        async with aclosing(follow_events(tailer, run, 0, ALL_COLUMNS)) as stream:
            with pytest.raises(CursorExpiredError):
                await anext(stream)
        # Who asks for no place begins with what is left.
        async with aclosing(follow_events(tailer, run, None, ALL_COLUMNS)) as stream:
            assert (await anext(stream))["sequence"] == 2


async def test_a_reader_that_compaction_overtook_is_told(store: FrailStore) -> None:
    feed = MemoryFeed()
    async with HeadTailer(cast("Store", store), feed).running() as tailer, asyncio.timeout(PATIENCE):
        run = await find_followed(cast("Store", store), DEFAULT_RUN)
        await store.append("s")
        async with aclosing(follow_events(tailer, run, None, ALL_COLUMNS)) as stream:
            assert (await anext(stream))["sequence"] == 0
            await store.append(*"sss")
            store.floor = 3
            feed.wake()
            with pytest.raises(CursorExpiredError):
                await anext(stream)
