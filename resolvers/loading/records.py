"""Loading records: by key, page by page, or all of a list, each for many owners in one question."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from resolvers.loading.batching import BatchLoader
from resolvers.paging.lists import record_listing
from resolvers.paging.pages import NO_COLUMNS
from runindex.domain.records.record import Record
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import NO_OWNER, ListQuery, Owner, RecordList
from runindex.ports.store import Store
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import Wanted

Key: TypeAlias = tuple[Any, ...]

# A list that is answered as a whole is read in such steps.
STEP: Final = 1000


class RecordLoader:
    """Loads from a store. Nothing is kept between ticks, so it may live as long as its context."""

    def __init__(self, store: Store) -> None:
        """Start with no load under way."""
        self._store = store
        self._gathering = BatchLoader()

    async def _find(self, kind: type[Record], key: Key, columns: Columns) -> Row | None:
        """Return the record of that key, None when there is none."""

        async def ask(keys: Sequence[Key], columns: Columns) -> Mapping[Key, Row]:
            rows = await self._store.find_records(kind, keys, columns)
            return {tuple(row[name] for name in kind.KEY): row for row in rows}

        return await self._gathering.load(("find", kind), key, columns, ask)

    async def _page(self, listing: RecordList, asked: PageArguments, wanted: Wanted, owner: Owner = NO_OWNER) -> Page:
        """Return the page of an owner's list that a caller asks for."""

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            return await self._stretch(listing, window, owner, columns)

        async def count() -> int:
            return await self._count(listing, owner)

        return await record_listing(fetch, listing, owner).page(asked, wanted, count)

    async def _all(self, listing: RecordList, owner: Owner, columns: Columns) -> Sequence[Row]:
        """Return the whole list of an owner."""
        rows: list[Row] = []
        while True:
            after = listing.position(rows[-1]) if rows else None
            found = await self._stretch(listing, Window(STEP, after=after), owner, columns)
            rows += found
            if len(found) < STEP:
                return rows

    async def _stretch(self, listing: RecordList, window: Window, owner: Owner, columns: Columns) -> Sequence[Row]:
        async def ask(owners: Sequence[Owner], columns: Columns) -> Mapping[Owner, Sequence[Row]]:
            return await self._store.list_records(ListQuery(listing, window), owners, columns)

        return await self._gathering.load((listing, window), owner, columns, ask) or ()

    async def _count(self, listing: RecordList, owner: Owner) -> int:
        async def ask(owners: Sequence[Owner], _: Columns) -> Mapping[Owner, int]:
            return await self._store.count_records(listing, owners)

        return await self._gathering.load(("count", listing), owner, NO_COLUMNS, ask) or 0
