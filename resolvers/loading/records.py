"""Loading runs and records: by key, by page, or a whole list, each for many owners in one question."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from resolvers.loading.batching import BatchLoader
from resolvers.paging.lists import record_pager
from resolvers.paging.pager import NO_COLUMNS, check_offset
from runindex.domain.records.record import Record
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import NO_OWNER, ListQuery, Owner, RecordList
from runindex.ports.store import Store
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

Key: TypeAlias = tuple[Any, ...]

# Records that one statement reads of a list that is answered as a whole.
STEP: Final = 1000


class RecordLoader:
    """The base of loaders from a store; as nothing is cached, it may live as long as its context."""

    def __init__(self, store: Store) -> None:
        """Load from the store."""
        self._store = store
        self._batches = BatchLoader()

    async def _find_run(self, run_id: str, columns: Columns) -> Row | None:
        """Return a run, None when there is none."""
        return await self._batches.load("run", run_id, columns, self._store.find_runs)

    async def _find(self, kind: type[Record], key: Key, columns: Columns) -> Row | None:
        """Return the record of a key, None when there is none."""

        async def find(keys: Sequence[Key], columns: Columns) -> Mapping[Key, Row]:
            rows = await self._store.find_records(kind, keys, columns)
            return {tuple(row[name] for name in kind.KEY): row for row in rows}

        return await self._batches.load(("find", kind), key, columns, find)

    async def _page(
        self,
        records: RecordList,
        page: PageArguments,
        selected: PageSelection,
        owner: Owner = NO_OWNER,
        *,
        offset: int | None = None,
    ) -> Page:
        """Return a page of an owner's list; raise BadRequestError for an offset below 0 or beside cursors."""

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            return await self._window(records, window, owner, columns)

        async def count(_: int | None) -> int:
            return await self._count(records, owner)

        return await record_pager(fetch, records, owner).page(page, selected, count, check_offset(offset, page))

    async def _all(self, records: RecordList, owner: Owner, columns: Columns) -> Sequence[Row]:
        """Return the whole list of an owner."""
        rows: list[Row] = []
        while True:
            after = records.position(rows[-1]) if rows else None
            found = await self._window(records, Window(STEP, after=after), owner, columns)
            rows += found
            if len(found) < STEP:
                return rows

    async def _window(self, records: RecordList, window: Window, owner: Owner, columns: Columns) -> Sequence[Row]:
        async def fetch(owners: Sequence[Owner], columns: Columns) -> Mapping[Owner, Sequence[Row]]:
            return await self._store.list_records(ListQuery(records, window), owners, columns)

        return await self._batches.load((records, window), owner, columns, fetch) or ()

    async def _count(self, records: RecordList, owner: Owner) -> int:
        async def count(owners: Sequence[Owner], _: Columns) -> Mapping[Owner, int]:
            return await self._store.count_records(records, owners)

        return await self._batches.load(("count", records), owner, NO_COLUMNS, count) or 0
