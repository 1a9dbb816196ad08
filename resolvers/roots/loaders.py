"""What nested fields call: each level of a query is one question to the storage, whatever the number of runs."""

from collections.abc import Mapping, Sequence
from typing import cast

from resolvers.paging.filters import filter_of, order_of
from resolvers.paging.lists import CHILDREN, DESCENDANTS, PLACE_COLUMNS, descendant_listing, log_listing, run_listing
from resolvers.paging.pages import NO_COLUMNS
from resolvers.plans.loaders import WorkLoads
from resolvers.results.loaders import ResultLoads
from resolvers.run_data.loaders import ScopedLoads
from resolvers.runs.change_rows import change_row, snapshot_row
from resolvers.runtimes.loaders import RuntimeLoads
from runindex.domain.errors import BadRequestError, NotFoundError
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, unfiltered_membership
from runindex.domain.runs.filters import UNARCHIVED, visible
from runindex.ports.queries import Columns, Row, RunQuery, Window
from runindex.ports.store import DescendantQuery, LogState
from schema.filters import RunFilter, RunOrder
from schema.loaders import Loaders
from schema.runs.aggregates import StatusCount
from schema.runs.changes import RunChangeConnection, RunSnapshot
from schema.runs.run import DescendantConnection, Run, RunConnection
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted


class StoreLoaders(ResultLoads, ScopedLoads, WorkLoads, RuntimeLoads, Loaders):
    """Loads from a store: what runs have to do with each other and with the log here, records in the bases."""

    async def run(self, run_id: str, columns: Columns) -> Run | None:
        """Return a run, None when there is none."""
        row = await self._gathering.load("run", run_id, columns, self._store.find_runs)
        return None if row is None else Run(row=row)

    async def run_of(self, run_id: str, columns: Columns) -> Run:
        """Return the run of something that cannot be without; raise MissingError when it was deleted meanwhile."""
        run = await self.run(run_id, columns)
        if run is None:
            raise NotFoundError(f"run {run_id} does not exist")
        return run

    async def root(self, run_id: str, columns: Columns) -> Run:
        """Return the topmost existing ancestor, the run itself if it has none."""
        row = await self._gathering.load("root", run_id, columns, self._store.find_roots)
        if row is None:  # deleted since its own row was read
            raise NotFoundError(f"run {run_id} does not exist")
        return Run(row=row)

    async def ancestors(self, run_id: str, columns: Columns) -> Sequence[Run]:
        """Return the existing ancestors, nearest first."""
        rows = await self._gathering.load("ancestors", run_id, columns, self._store.list_ancestors)
        return [Run(row=row) for row in rows or ()]

    async def children(
        self, run_id: str, run_filter: RunFilter | None, order: RunOrder | None, page: PageArguments, wanted: Wanted
    ) -> RunConnection:
        """Return a page of the children that pass the filter."""
        asked, ordered = visible(filter_of(run_filter)), order_of(order)

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def ask(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_children(ids, RunQuery(asked, window, columns, ordered))

            question = (CHILDREN, repr(asked), ordered, window)
            return await self._gathering.load(question, run_id, columns, ask) or ()

        async def count() -> int:
            async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, int]:
                return await self._store.count_children(ids, asked)

            return await self._gathering.load(("count", repr(asked)), run_id, NO_COLUMNS, ask) or 0

        listing = run_listing(fetch, asked, ordered, CHILDREN, run_id)
        return RunConnection(page=await listing.page(page, wanted, count))

    async def descendants(
        self, run_id: str, max_depth: int | None, page: PageArguments, wanted: Wanted
    ) -> DescendantConnection:
        """Return a page of the descendants that are not archived, by depth, then newest first."""
        if max_depth is not None and max_depth < 1:
            raise BadRequestError("`maxDepth` must be 1 or more")

        async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
            async def ask(ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
                return await self._store.list_descendants(ids, DescendantQuery(UNARCHIVED, window, columns, max_depth))

            question = (DESCENDANTS, max_depth, window)
            return await self._gathering.load(question, run_id, columns | PLACE_COLUMNS, ask) or ()

        listing = descendant_listing(fetch, UNARCHIVED, max_depth, run_id)
        return DescendantConnection(page=await listing.page(page, wanted))

    async def descendant_counts(self, run_id: str) -> Sequence[StatusCount]:
        """Return the number of all descendants by status, in enum order."""

        async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, Sequence[tuple[str, int]]]:
            return await self._store.count_descendants(ids)

        counts = await self._gathering.load("descendantCounts", run_id, NO_COLUMNS, ask) or ()
        return [StatusCount(status=RunStatus(status), count=count) for status, count in counts]

    async def history(self, run_id: str, incarnation: int, page: PageArguments, wanted: Wanted) -> RunChangeConnection:
        """Return a page of the change log of this incarnation of a run, oldest first."""

        async def fetch(window: Window, _: Columns) -> Sequence[Row]:
            async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, Sequence[Change]]:
                return await self._store.list_history(ids, window)

            changes = await self._gathering.load(("history", window), run_id, NO_COLUMNS, ask) or ()
            return [
                change_row(change, unfiltered_membership(change.kind))
                for change in changes
                if change.run.incarnation == incarnation
            ]

        listing = log_listing(fetch, await self._log_state())
        return RunChangeConnection(page=await listing.page(page, wanted))

    async def snapshot(self, run_id: str, incarnation: int, at: int) -> RunSnapshot | None:
        """Return the run as it was at that instant, None when the log does not know."""

        async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, Change]:
            return await self._store.find_as_of(ids, at)

        change = await self._gathering.load(("snapshot", at), run_id, NO_COLUMNS, ask)
        if change is None or change.run.incarnation != incarnation:
            return None
        return RunSnapshot(row=snapshot_row(change))

    async def _log_state(self) -> LogState:
        async def ask(ids: Sequence[str], _: Columns) -> Mapping[str, LogState]:
            return dict.fromkeys(ids, await self._store.log_state())

        return cast("LogState", await self._gathering.load("log", "", NO_COLUMNS, ask))
