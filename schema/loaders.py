"""The loaders that nested fields call: what `info.context.loads` offers.

Each call answers one run; an implementation gathers the calls of one level and asks the storage once for all of them.
"""

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import strawberry

from runindex.ports.queries import Columns
from schema.filters import RunFilter, RunOrder
from schema.record_loads import ResultLoads, RuntimeLoads, ScopedLoads, WorkLoads
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.runs.aggregates import StatusCount
    from schema.runs.changes import RunChangeConnection, RunSnapshot
    from schema.runs.run import DescendantConnection, Run, RunConnection


class Loaders(ResultLoads, ScopedLoads, WorkLoads, RuntimeLoads, Protocol):
    """Loaders of one operation; in a subscription, of one event."""

    async def run(self, run_id: str, columns: Columns) -> "Run | None":
        """Return a run, None when there is none."""

    async def run_of(self, run_id: str, columns: Columns) -> "Run":
        """Return the run of something that cannot be without; raise MissingError when it was deleted meanwhile."""

    async def root(self, run_id: str, columns: Columns) -> "Run":
        """Return the topmost existing ancestor, the run itself if it has none."""

    async def ancestors(self, run_id: str, columns: Columns) -> "Sequence[Run]":
        """Return the existing ancestors, nearest first, up to a dangling parent."""

    async def children(
        self, run_id: str, run_filter: RunFilter | None, order: RunOrder | None, page: PageArguments, wanted: Wanted
    ) -> "RunConnection":
        """Return a page of the children that pass the filter; raise FaultError for a page that makes no sense."""

    async def descendants(
        self, run_id: str, max_depth: int | None, page: PageArguments, wanted: Wanted
    ) -> "DescendantConnection":
        """Return a page of the descendants, by depth, then newest first; raise FaultError as `children` does."""

    async def descendant_counts(self, run_id: str) -> "Sequence[StatusCount]":
        """Return the number of all descendants by status, in enum order, for each status that occurs."""

    async def history(
        self, run_id: str, incarnation: int, page: PageArguments, wanted: Wanted
    ) -> "RunChangeConnection":
        """Return a page of the change log of this incarnation of a run, oldest first."""

    async def snapshot(self, run_id: str, incarnation: int, at: int) -> "RunSnapshot | None":
        """Return the run as it was at that instant, None when the log does not know."""


class Context(Protocol):
    """What a context offers to the types of this package."""

    @property
    def loads(self) -> Loaders:
        """Return the loaders of the operation, or event, at hand."""


Info: TypeAlias = strawberry.Info[Context, Any]
