"""Loaders of a run's own data: values, events, cells, documents."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import event_pager
from resolvers.paging.pager import check_size
from runindex.domain.json_text import is_plain_text
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import Condition, Equals, RecordList, StartsWith
from runindex.streams.records import events_of
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

_PRESENT: Final = Equals("deleted", 0)
_CELLS: Final = RecordList(Cell, ("name",), owner_field="owner")
_VERSIONS: Final = RecordList(ValueVersion, ("version",), descending=True, owner_field=("owner", "key_name"))
_DELETED: Final[Columns] = frozenset({"deleted"})


class StoreRunDataLoaders(RecordLoader):
    """Loads a run's own data; see `schema.loaders.RunDataLoaders`."""

    async def value(self, owner: int, key: str, columns: Columns) -> Row | None:
        """Return a value, None when there is none or when it was deleted."""
        row = await self._find_named(Value, owner, key, columns | _DELETED)
        return None if row is None or row["deleted"] else row

    async def values(self, owner: int, prefix: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the values, by key."""
        conditions = (_PRESENT, *_starting_with(prefix))
        records = RecordList(Value, ("key_name",), conditions=conditions, owner_field="owner")
        return await self._page(records, page, selected, owner)

    async def value_history(self, owner: int, key: str, first: int | None, columns: Columns) -> Sequence[Row]:
        """Return the newest versions of a value, newest first."""
        return await self._window(_VERSIONS, Window(check_size(first, "first")), (owner, key), columns)

    async def events(self, owner: int, stream: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the events, of one stream or of all, by sequence."""
        records = events_of(plain(stream, "stream"))

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            return await self._window(records, window, owner, columns)

        async def count(_: int | None) -> int:
            return await self._count(records, owner)

        return await event_pager(fetch, owner, stream).page(page, selected, count)

    async def cell(self, owner: int, name: str, columns: Columns) -> Row | None:
        """Return a cell, None when there is none."""
        return await self._find_named(Cell, owner, name, columns)

    async def cells(self, owner: int, columns: Columns) -> Sequence[Row]:
        """Return all cells, by name."""
        return await self._all(_CELLS, owner, columns)

    async def document(self, owner: int, key: str, columns: Columns) -> Row | None:
        """Return a document, None when there is none."""
        return await self._find_named(Document, owner, key, columns)

    async def documents(self, owner: int, prefix: str | None, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the documents, by key."""
        records = RecordList(Document, ("key_name",), conditions=_starting_with(prefix), owner_field="owner")
        return await self._page(records, page, selected, owner)

    async def _find_named(self, kind: type, owner: int, name: str, columns: Columns) -> Row | None:
        """Return the record under a name; there is none under a name that no storage can hold."""
        return await self._find(kind, (owner, name), columns) if is_plain_text(name) else None


def _starting_with(prefix: str | None) -> tuple[Condition, ...]:
    return () if not prefix else (StartsWith("key_name", plain(prefix, "prefix") or ""),)
