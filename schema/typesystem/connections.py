"""Pages of lists: what all connections share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar

import strawberry

from runindex.ports.queries import Row

T = TypeVar("T")

First: TypeAlias = Annotated[int | None, strawberry.argument(description="At most so many, from the start.")]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Begin just behind this cursor.")]
Last: TypeAlias = Annotated[int | None, strawberry.argument(description="At most so many, from the end.")]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="End just before this cursor.")]

# No default in the SDL: an argument that is not given is told from one that is null.
ABSENT: Any = strawberry.UNSET


def given(value: T | None) -> T | None:
    """Return an argument's value, None when it was not given."""
    return None if value is ABSENT else value


@dataclass(frozen=True, slots=True)
class PageArguments:
    """Where a page lies in its list, as the caller asked and not yet judged; None where nothing was asked."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


def page_arguments(
    first: int | None = ABSENT,
    after: str | None = ABSENT,
    last: int | None = ABSENT,
    before: str | None = ABSENT,
) -> PageArguments:
    """Gather a field's page arguments."""
    return PageArguments(given(first), given(after), given(last), given(before))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list in its order. `cursor` makes a row's cursor; `total` is known only if it was asked for."""

    rows: Sequence[Row]
    cursor: Callable[[Row], str]
    has_next: bool = False
    has_previous: bool = False
    total: int | None = None

    def counted(self) -> int:
        """Return the length of the whole list; raise LookupError if it was not asked for."""
        if self.total is None:
            message = "the page was made without its total"
            raise LookupError(message)
        return self.total


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """What comes before and after a page."""

    has_next_page: bool = strawberry.field(description="More follows the page.")
    has_previous_page: bool = strawberry.field(description="Something precedes the page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first edge; null if it is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last edge; null if it is empty.")


class OfPage(Protocol):
    """A connection: it wraps a page."""

    page: Page


def page_info(connection: OfPage) -> PageInfo:
    """Tell where a connection's page lies."""
    page = connection.page
    rows = page.rows
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor(rows[0]) if rows else None,
        end_cursor=page.cursor(rows[-1]) if rows else None,
    )


def total_count(connection: OfPage) -> int:
    """Return the length of a connection's whole list."""
    return connection.page.counted()
