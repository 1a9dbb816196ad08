"""Loaders of runs, of their hierarchy and of their history."""

from collections.abc import Mapping, Sequence
from typing import cast

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import listed_filter, order_of
from resolvers.paging.lists import CHILDREN, DESCENDANTS, POSITION_COLUMNS, descendant_pager, log_pager, run_pager
from resolvers.paging.pager import NO_COLUMNS
from resolvers.runs.change_rows import change_row, snapshot_row
from runindex.domain.errors import BadRequestError, NotFoundError
from runindex.domain.runs.changes import Change, unfiltered_membership
from runindex.domain.runs.filters import UNARCHIVED
from runindex.ports.queries import Columns, Row, RunQuery, Window
from runindex.ports.store import DescendantQuery, LogState
from schema.filters import RunFilter, RunOrder
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection


class StoreRunLoaders(RecordLoader):
    """Loads runs; see `schema.loaders.RunLoaders`."""

    async def run(self, run_id: str, columns: Columns) -> Row | None:
        """Return a run, None when there is none."""
        return await self._find_run(run_id, columns)

    async def existing_run(self, run_id: str, columns: Columns) -> Row:
        """Return a run; raise NotFoundError when there is none."""
        return _existing(await self._find_run(run_id, columns), run_id)

    async def root(self, run_id: str, columns: Columns) -> Row:
        """Return the topmost existing ancestor; raise NotFoundError when the run was deleted meanwhile."""
        return _existing(await self._batches.load("root", run_id, columns, self._store.find_roots), run_id)

    async def ancestors(self, run_id: str, columns: Columns) -> Sequence[Row]:
        """Return the existing ancestors, nearest first."""
        return await self._batches.load("ancestors", run_id, columns, self._store.list_ancestors) or ()

    async def children(
        self,
        run_id: str,
        run_filter: RunFilter | None,
        order: RunOrder | None,
        page: PageArguments,
        selected: PageSelection,
    ) -> Page:
        """Return a page of the children that the filter lists."""
        listed, ordered = listed_filter(run_filter), order_of(order)

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def fetch_all(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_children(ids, RunQuery(listed, window, columns, ordered))

            question = (CHILDREN, repr(listed), ordered, window)
            return await self._batches.load(question, run_id, columns, fetch_all) or ()

        async def count(at_most: int | None) -> int:
            async def count_all(ids: Sequence[str], _: Columns) -> Mapping[str, int]:
                return await self._store.count_children(ids, listed, at_most)

            return await self._batches.load(("count", repr(listed), at_most), run_id, NO_COLUMNS, count_all) or 0

        return await run_pager(fetch, listed, ordered, CHILDREN, run_id).page(page, selected, count)

    async def descendants(
        self, run_id: str, max_depth: int | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of the descendants that are not archived, by depth, then newest first."""
        if max_depth is not None and max_depth < 1:
            raise BadRequestError("`maxDepth` must be 1 or more")

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def fetch_all(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_descendants(ids, DescendantQuery(UNARCHIVED, window, columns, max_depth))

            question = (DESCENDANTS, max_depth, window)
            return await self._batches.load(question, run_id, columns | POSITION_COLUMNS, fetch_all) or ()

        return await descendant_pager(fetch, UNARCHIVED, max_depth, run_id).page(page, selected)

    async def descendant_counts(self, run_id: str) -> Sequence[tuple[str, int]]:
        """Return the number of all descendants by status, in enum order."""

        async def count_all(ids: Sequence[str], _: Columns) -> Mapping[str, Sequence[tuple[str, int]]]:
            return await self._store.count_descendants(ids)

        return await self._batches.load("descendantCounts", run_id, NO_COLUMNS, count_all) or ()

    async def history(self, run_id: str, incarnation: int, page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the change log of this incarnation of a run, oldest first."""

        async def fetch(window: Window, _: Columns) -> Sequence[Row]:
            async def fetch_all(ids: Sequence[str], _: Columns) -> Mapping[str, Sequence[Change]]:
                return await self._store.list_history(ids, window)

            changes = await self._batches.load(("history", window), run_id, NO_COLUMNS, fetch_all) or ()
            return [
                change_row(change, unfiltered_membership(change.kind))
                for change in changes
                if change.run.incarnation == incarnation
            ]

        return await log_pager(fetch, await self._log_state()).page(page, selected)

    async def snapshot(self, run_id: str, incarnation: int, at: int) -> Row | None:
        """Return the run as it was at an instant, None when the log holds no such state."""

        async def find_all(ids: Sequence[str], _: Columns) -> Mapping[str, Change]:
            return await self._store.find_as_of(ids, at)

        change = await self._batches.load(("snapshot", at), run_id, NO_COLUMNS, find_all)
        return None if change is None or change.run.incarnation != incarnation else snapshot_row(change)

    async def _log_state(self) -> LogState:
        async def read(keys: Sequence[str], _: Columns) -> Mapping[str, LogState]:
            return dict.fromkeys(keys, await self._store.log_state())

        return cast("LogState", await self._batches.load("log", "", NO_COLUMNS, read))


def _existing(row: Row | None, run_id: str) -> Row:
    if row is None:
        raise NotFoundError(f"run {run_id} does not exist")
    return row
