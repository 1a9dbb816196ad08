"""Pages of lists: from what a caller asks to a window of the storage's, and from its rows to a page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from runindex.domain.errors import BadRequestError
from runindex.ports.queries import Columns, Row, Window
from runindex.streams.cursors import list_cursor, read_list_cursor
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import Wanted

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 500
NO_COLUMNS: Final[Columns] = frozenset()

Position: TypeAlias = tuple[Any, ...]
Fetch: TypeAlias = Callable[[Window, Columns], Awaitable[Sequence[Row]]]
Count: TypeAlias = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Pager:
    """A list that is asked for page by page.

    `fetch` asks the storage, `position` gives a row's place, `cursor` and `read_cursor` (which takes the argument's
    name too) make it opaque and back.
    """

    fetch: Fetch
    position: Callable[[Row], Position]
    cursor: Callable[[Position], str]
    read_cursor: Callable[[str, str], Position]

    async def page(self, asked: PageArguments, wanted: Wanted, count: Count | None = None, offset: int = 0) -> Page:
        """Return the page that a caller asks for; raise BadRequestError for one that makes no sense."""
        window = self._window(asked, offset)
        total = await count() if count is not None and wanted.total else None
        if not (wanted.rows or wanted.page_info):
            return Page((), self._cursor_of, total=total)
        found = await self.fetch(replace(window, limit=window.limit + wanted.page_info), wanted.columns)
        surplus = len(found) > window.limit
        rows = found[-window.limit :] if window.backward else found[: window.limit]
        return Page(
            rows,
            self._cursor_of,
            has_next=wanted.has_next and await self._has_next(window, rows, surplus=surplus),
            has_previous=wanted.has_previous and await self._has_previous(window, rows, surplus=surplus),
            total=total,
        )

    def _cursor_of(self, row: Row) -> str:
        return self.cursor(self.position(row))

    def _window(self, asked: PageArguments, offset: int) -> Window:
        backward = asked.last is not None
        if backward and asked.first is not None:
            message = "`first` and `last` exclude each other"
            raise BadRequestError(message)
        size = check_size(asked.last, "last") if asked.last is not None else check_size(asked.first, "first")
        return Window(
            limit=size,
            after=None if asked.after is None else self.read_cursor(asked.after, "after"),
            before=None if asked.before is None else self.read_cursor(asked.before, "before"),
            backward=backward,
            offset=offset,
        )

    async def _has_next(self, window: Window, rows: Sequence[Row], *, surplus: bool) -> bool:
        if not window.backward and surplus:
            return True
        # Up to `before` nothing more follows: what else there is lies behind that cursor.
        last = self.position(rows[-1]) if rows else window.after
        return window.before is not None and await self._has_any(Window(1, after=last))

    async def _has_previous(self, window: Window, rows: Sequence[Row], *, surplus: bool) -> bool:
        if window.backward and surplus:
            return True
        skips = window.after is not None or window.offset > 0
        first = self.position(rows[0]) if rows else window.before
        return skips and await self._has_any(Window(1, before=first, backward=True))

    async def _has_any(self, window: Window) -> bool:
        return bool(await self.fetch(window, NO_COLUMNS))


def keyset_listing(fetch: Fetch, position: Callable[[Row], Position], binding: bytes) -> Pager:
    """Return a list whose cursors are positions, bound to what `binding` stands for (see `cursors.binding_of`)."""
    return Pager(
        fetch,
        position,
        cursor=lambda place: list_cursor(binding, place),
        read_cursor=lambda text, name: read_list_cursor(binding, text, name),
    )


def check_size(size: int | None, name: str, largest: int = LARGEST_PAGE, default: int = DEFAULT_PAGE) -> int:
    """Return a page's size, the default if none is given; refuse less than 1 and more than `largest`."""
    if size is None:
        return default
    if not 1 <= size <= largest:
        message = f"`{name}` must be 1 to {largest}"
        raise BadRequestError(message)
    return size


def check_offset(offset: int | None, asked: PageArguments) -> int:
    """Return how many entries are skipped; refuse less than 0, and an offset beside cursors."""
    if offset is None:
        return 0
    if offset < 0:
        message = "`offset` must be 0 or more"
        raise BadRequestError(message)
    if (asked.after, asked.last, asked.before) != (None, None, None):
        message = "`offset` goes with `first` alone, not with cursors or `last`"
        raise BadRequestError(message)
    return offset
