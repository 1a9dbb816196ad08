"""Rows of a snapshot one after the other, page by page, looked at before they are taken."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from runindex.ports.maintenance import Key, Scan, Snapshot
from runindex.ports.queries import Row


class SnapshotReader:
    """One walk through a snapshot. What is in memory is at most a page."""

    def __init__(
        self,
        snapshot: Snapshot,
        walk: Scan,
        after: Key | None = None,
        *,
        within: bool = False,
        seen: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Start behind a position; `seen` is told how many rows each page had."""
        self._snapshot = snapshot
        self._walk = walk
        self._after = after
        self._within = within
        self._seen = seen
        self._page: deque[Row] = deque()
        self._is_over = False

    async def head(self) -> Row | None:
        """Return the next row and leave it there; None at the end."""
        if not self._page and not self._is_over:
            rows = await self._read()
            self._seen(len(rows))
            self._page.extend(rows)
            self._is_over = len(rows) < self._walk.page
            if rows:
                self._after = tuple(rows[-1][name] for name in self._walk.order)
        return self._page[0] if self._page else None

    async def take(self) -> Row | None:
        """Return the next row and go on; None at the end."""
        row = await self.head()
        if row is not None:
            self._page.popleft()
        return row

    async def pages(self) -> AsyncIterator[Sequence[Row]]:
        """Take all rows, page by page."""
        while await self.head() is not None:
            page = list(self._page)
            self._page.clear()
            yield page

    async def group(self, first: object) -> AsyncIterator[Row]:
        """Take the rows whose first field is this, as long as they come."""
        name = self._walk.order[0]
        while (row := await self.head()) is not None and row[name] == first:
            self._page.popleft()
            yield row

    async def drop(self, first: object) -> int:
        """Take the rows whose first field is this, and return how many there were."""
        number = 0
        async for _ in self.group(first):
            number += 1
        return number

    async def __aiter__(self) -> AsyncIterator[Row]:
        """Take all rows."""
        while (row := await self.take()) is not None:
            yield row

    async def _read(self) -> Sequence[Row]:
        return await self._snapshot.read(self._walk, self._after, within=self._within)
