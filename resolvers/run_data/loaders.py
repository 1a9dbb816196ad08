"""What nested fields call for a run's own data: values, events, cells, documents."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import event_listing
from resolvers.paging.pages import check_size
from runindex.domain.json_text import is_plain_text
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import Condition, Equals, RecordList, StartsWith
from runindex.streams.records import events_of
from schema.run_data.documents import RunCell, RunDocument, RunDocumentConnection
from schema.run_data.events import RunEventConnection
from schema.run_data.values import RunValue, RunValueConnection, RunValueVersion
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

_PRESENT: Final = Equals("deleted", 0)
_CELLS: Final = RecordList(Cell, ("name",), owner_field="owner")
_VERSIONS: Final = RecordList(ValueVersion, ("version",), descending=True, owner_field=("owner", "key_name"))
_DELETED: Final[Columns] = frozenset({"deleted"})


class ScopedLoads(RecordLoader):
    """Loads a run's own data."""

    async def value(self, owner: int, key: str, columns: Columns) -> RunValue | None:
        """Return a value, None when there is none or when it was deleted."""
        row = await self._find_named(Value, owner, key, columns | _DELETED)
        return None if row is None or row["deleted"] else RunValue(row=row)

    async def values(self, owner: int, prefix: str | None, page: PageArguments, wanted: Wanted) -> RunValueConnection:
        """Return a page of the values, by key."""
        conditions = (_PRESENT, *_starting_with(prefix))
        listing = RecordList(Value, ("key_name",), conditions=conditions, owner_field="owner")
        return RunValueConnection(page=await self._page(listing, page, wanted, owner))

    async def value_history(
        self, owner: int, key: str, first: int | None, columns: Columns
    ) -> Sequence[RunValueVersion]:
        """Return the newest versions of a value, newest first."""
        window = Window(check_size(first, "first"))
        rows = await self._stretch(_VERSIONS, window, (owner, key), columns)
        return [RunValueVersion(row=row) for row in rows]

    async def events(self, owner: int, stream: str | None, page: PageArguments, wanted: Wanted) -> RunEventConnection:
        """Return a page of the events, of one stream or of all, by sequence."""
        listing = events_of(plain(stream, "stream"))

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            return await self._stretch(listing, window, owner, columns)

        async def count() -> int:
            return await self._count(listing, owner)

        return RunEventConnection(page=await event_listing(fetch, owner, stream).page(page, wanted, count))

    async def cell(self, owner: int, name: str, columns: Columns) -> RunCell | None:
        """Return a cell, None when there is none."""
        row = await self._find_named(Cell, owner, name, columns)
        return None if row is None else RunCell(row=row)

    async def cells(self, owner: int, columns: Columns) -> Sequence[RunCell]:
        """Return all cells, by name."""
        return [RunCell(row=row) for row in await self._all(_CELLS, owner, columns)]

    async def document(self, owner: int, key: str, columns: Columns) -> RunDocument | None:
        """Return a document, None when there is none."""
        row = await self._find_named(Document, owner, key, columns)
        return None if row is None else RunDocument(row=row)

    async def documents(
        self, owner: int, prefix: str | None, page: PageArguments, wanted: Wanted
    ) -> RunDocumentConnection:
        """Return a page of the documents, by key."""
        listing = RecordList(Document, ("key_name",), conditions=_starting_with(prefix), owner_field="owner")
        return RunDocumentConnection(page=await self._page(listing, page, wanted, owner))

    async def _find_named(self, kind: type, owner: int, name: str, columns: Columns) -> Row | None:
        """Return what a run has under a name; nothing has one that no storage can hold."""
        return await self._find(kind, (owner, name), columns) if is_plain_text(name) else None


def _starting_with(prefix: str | None) -> tuple[Condition, ...]:
    return () if not prefix else (StartsWith("key_name", plain(prefix, "prefix") or ""),)
