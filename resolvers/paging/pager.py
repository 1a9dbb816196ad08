"""The pager: from page arguments to a window of the storage's, and from its rows to a page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from runindex.domain.errors import BadRequestError
from runindex.ports.queries import Columns, Row, Window
from runindex.streams.cursors import binding_of, list_cursor, read_list_cursor
from schema.typesystem.connections import DEFAULT_PAGE, Count, Page, PageArguments
from schema.typesystem.selection import PageSelection

LARGEST_PAGE: Final = 500
NO_COLUMNS: Final[Columns] = frozenset()

Position: TypeAlias = tuple[Any, ...]
Fetch: TypeAlias = Callable[[Window, Columns], Awaitable[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Pager:
    """Pages of one list.

    `fetch` reads a window of it, `position` returns a row's position, `cursor` encodes a position, `read_cursor`
    decodes one (its second argument is the name of the GraphQL argument, for errors).
    """

    fetch: Fetch
    position: Callable[[Row], Position]
    cursor: Callable[[Position], str]
    read_cursor: Callable[[str, str], Position]

    async def page(
        self, page: PageArguments, selected: PageSelection, count: Count | None = None, offset: int = 0
    ) -> Page:
        """Return a page; raise BadRequestError for arguments that exclude each other or are out of bounds."""
        window = self._window(page, offset)
        total = await count(None) if count is not None and selected.total else None
        if not (selected.rows or selected.page_info):
            return Page((), self._cursor_of, total=total, count=count)
        asked = replace(window, limit=window.limit + 1) if selected.page_info else window
        found = await self.fetch(asked, selected.columns)
        surplus = len(found) > window.limit
        rows = found
        if surplus:
            rows = found[-window.limit :] if window.backward else found[: window.limit]
        return Page(
            rows,
            self._cursor_of,
            has_next=selected.has_next and await self._has_next(window, rows, surplus=surplus),
            has_previous=selected.has_previous and await self._has_previous(window, rows, surplus=surplus),
            total=total,
            count=count,
        )

    def _cursor_of(self, row: Row) -> str:
        return self.cursor(self.position(row))

    def _window(self, page: PageArguments, offset: int) -> Window:
        backward = page.last is not None
        if backward and page.first is not None:
            raise BadRequestError("`first` and `last` exclude each other")
        size = check_size(page.last, "last") if page.last is not None else check_size(page.first, "first")
        return Window(
            limit=size,
            after=None if page.after is None else self.read_cursor(page.after, "after"),
            before=None if page.before is None else self.read_cursor(page.before, "before"),
            backward=backward,
            offset=offset,
        )

    async def _has_next(self, window: Window, rows: Sequence[Row], *, surplus: bool) -> bool:
        if not window.backward and surplus:
            return True
        # Nothing more precedes `before`: whatever follows the page lies behind that cursor.
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


class _Keyset:
    """The cursors of one list: positions, bound to it; the binding is made when the first is read or given out."""

    __slots__ = ("_binding", "_parts")

    def __init__(self, parts: tuple[object, ...]) -> None:
        self._parts = parts
        self._binding: bytes | None = None

    @property
    def binding(self) -> bytes:
        if self._binding is None:
            self._binding = binding_of(*self._parts)
        return self._binding

    def cursor(self, position: Position) -> str:
        return list_cursor(self.binding, position)

    def read_cursor(self, text: str, name: str) -> Position:
        return read_list_cursor(self.binding, text, name)


def keyset_pager(fetch: Fetch, position: Callable[[Row], Position], *parts: object) -> Pager:
    """Return a pager whose cursors are positions, bound to the list that the parts name.

    The binding is that of `runindex.streams.cursors.binding_of`.
    """
    keyset = _Keyset(parts)
    return Pager(fetch, position, keyset.cursor, keyset.read_cursor)


def check_size(size: int | None, name: str, largest: int = LARGEST_PAGE, default: int = DEFAULT_PAGE) -> int:
    """Return a page's size, the default for None; raise BadRequestError below 1 and above `largest`."""
    if size is None:
        return default
    if not 1 <= size <= largest:
        raise BadRequestError(f"`{name}` must be 1 to {largest}")
    return size


def check_offset(offset: int | None, page: PageArguments) -> int:
    """Return the number of entries to skip; raise BadRequestError below 0, and for an offset beside cursors."""
    if offset is None:
        return 0
    if offset < 0:
        raise BadRequestError("`offset` must be 0 or more")
    if (page.after, page.last, page.before) != (None, None, None):
        raise BadRequestError("`offset` goes with `first` alone, not with cursors or `last`")
    return offset
