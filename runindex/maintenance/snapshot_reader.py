"""A cursor over the rows of a snapshot, which reads page by page and can peek."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from runindex.ports.maintenance import Key, Scan, Snapshot
from runindex.ports.queries import Row


class SnapshotReader:
    """One scan of a snapshot; at most a page of it is in memory."""

    def __init__(
        self,
        snapshot: Snapshot,
        scan: Scan,
        after: Key | None = None,
        *,
        within: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Start behind a position; `progress` is called with the number of rows of each page."""
        self._snapshot = snapshot
        self._scan = scan
        self._after = after
        self._within = within
        self._progress = progress
        self._page: deque[Row] = deque()
        self._is_over = False

    async def peek(self) -> Row | None:
        """Return the next row without taking it; None at the end."""
        if not self._page and not self._is_over:
            rows = await self._read()
            self._progress(len(rows))
            self._page.extend(rows)
            self._is_over = len(rows) < self._scan.page
            if rows:
                self._after = tuple(rows[-1][name] for name in self._scan.order)
        return self._page[0] if self._page else None

    async def take(self) -> Row | None:
        """Take the next row; None at the end."""
        row = await self.peek()
        if row is not None:
            self._page.popleft()
        return row

    async def pages(self) -> AsyncIterator[Sequence[Row]]:
        """Take all rows, page by page."""
        while await self.peek() is not None:
            page = list(self._page)
            self._page.clear()
            yield page

    async def group(self, first: object) -> AsyncIterator[Row]:
        """Take the next rows as long as their first field is `first`."""
        name = self._scan.order[0]
        while (row := await self.peek()) is not None and row[name] == first:
            self._page.popleft()
            yield row

    async def skip(self, first: object) -> int:
        """Take the same rows as `group`, and return how many there were."""
        number = 0
        async for _ in self.group(first):
            number += 1
        return number

    async def __aiter__(self) -> AsyncIterator[Row]:
        """Take all rows."""
        while (row := await self.take()) is not None:
            yield row

    async def _read(self) -> Sequence[Row]:
        return await self._snapshot.read(self._scan, self._after, within=self._within)
