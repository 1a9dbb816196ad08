"""Loaders of views."""

from typing import Final

from resolvers.loading.records import RecordLoader
from runindex.domain.records.views import ONLY, DefaultView, View
from runindex.ports.queries import Columns, Row
from runindex.ports.record_lists import RecordList
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

_BY_NAME: Final = RecordList(View, ("name", "id"))


class StoreViewLoaders(RecordLoader):
    """Loads views; see `schema.loaders.ViewLoaders`."""

    async def view(self, view_id: str, columns: Columns) -> Row | None:
        """Return a view, None when there is none."""
        return await self._find(View, (view_id,), columns)

    async def views(self, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the views, by name."""
        return await self._page(_BY_NAME, page, selected)

    async def default_view(self) -> str | None:
        """Return the id of the view that is the default, None when none is."""
        row = await self._find(DefaultView, (ONLY,), frozenset({"view_id"}))
        return None if row is None else str(row["view_id"])
