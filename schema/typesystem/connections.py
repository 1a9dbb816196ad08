"""Connections: their arguments, their pages, and how their types are declared."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Final, TypeAlias, TypeVar

import strawberry

from runindex.domain.errors import BadRequestError
from runindex.ports.queries import Row
from schema.typesystem.fields import derived

T = TypeVar("T")
C = TypeVar("C", bound="Connection")

DEFAULT_PAGE: Final = 50
First: TypeAlias = Annotated[int | None, strawberry.argument(description="At most so many, from the start.")]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Begin just behind this cursor.")]
Last: TypeAlias = Annotated[int | None, strawberry.argument(description="At most so many, from the end.")]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="End just before this cursor.")]

AtMost: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "Stop counting at so many, 1 or more. An answer equal to it says so: there are so many or more; "
            "a smaller one is exact."
        )
    ),
]
Offset: TypeAlias = Annotated[int | None, strawberry.argument(description="Skip so many.")]
# The default of arguments, not shown in the SDL: null is something else.
ABSENT: Any = strawberry.UNSET


def given(value: T | None) -> T | None:
    """Return an argument's value, None when it was not given."""
    return None if value is ABSENT else value


@dataclass(frozen=True, slots=True)
class PageArguments:
    """The page arguments of a field, unchecked; None for those not given."""

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
    """Return a field's page arguments."""
    return PageArguments(given(first), given(after), given(last), given(before))


# Given a bound, or None.
Count: TypeAlias = Callable[[int | None], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list in its order. `cursor` encodes a row's position.

    `total` is the list's length if it was asked for without a bound; `count` counts up to one.
    """

    rows: Sequence[Row]
    cursor: Callable[[Row], str]
    has_next: bool = False
    has_previous: bool = False
    total: int | None = None
    count: Count | None = None

    async def total_at_most(self, at_most: int | None) -> int:
        """Return the list's length, at most so many; raise BadRequestError for a bound below 1."""
        if at_most is None and self.total is not None:
            return self.total
        if self.count is None:
            raise TypeError("this list is not counted")
        return await self.count(check_bound(at_most))


def check_bound(at_most: int | None) -> int | None:
    """Return a count's bound, None for none; raise BadRequestError for one below 1."""
    if at_most is not None and at_most < 1:
        raise BadRequestError("`atMost` must be 1 or more")
    return at_most


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """What comes before and after a page."""

    has_next_page: bool = strawberry.field(description="More follows the page.")
    has_previous_page: bool = strawberry.field(description="Something precedes the page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first edge; null if it is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the page's last edge; null if it is empty.")


@dataclass(kw_only=True)
class Connection:
    """The base of connections: a page whose rows become nodes and edges when these are selected."""

    page: strawberry.Private[Page]

    node_type: ClassVar[Callable[..., Any]]
    edge_type: ClassVar[Callable[..., Any]]

    def make_node(self, row: Row) -> object:
        """Return a row's node."""
        return self.node_type(row=row)

    def make_edge(self, row: Row) -> object:
        """Return a row's edge."""
        return self.edge_type(cursor=self.page.cursor(row), node=self.make_node(row))


def connection(
    node: type,
    edge: type,
    things: str,
    description: str,
    *,
    edges: str = "The {things} with their cursors.",
    info: str = "What comes before and after this page.",
    counted: bool = False,
    bounded: bool = False,
) -> Callable[[type[C]], type[C]]:
    """Declare the decorated class as a connection of `things`, its nodes in words; `counted` ones have a total.

    That of `bounded` ones takes a bound.
    """
    fields: dict[str, tuple[Any, Any]] = {
        "edges": (GenericAlias(list, (edge,)), derived(_edges, description=edges.format(things=things))),
        "nodes": (GenericAlias(list, (node,)), derived(_nodes, description=f"The {things} alone.")),
        "page_info": (PageInfo, derived(_page_info, description=info)),
    }
    if counted:
        words = f"Exact number of {things} that match; computed only when selected."
        if bounded:
            total: Any = strawberry.field(resolver=_total_at_most, description=words)
        else:
            total = derived(lambda connection: connection.page.total, description=words)
        fields["total_count"] = int, total

    def declare(cls: type[C]) -> type[C]:
        cls.node_type, cls.edge_type = node, edge
        cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
        for name, (_, field) in fields.items():
            setattr(cls, name, field)
        return strawberry.type(cls, description=description)

    return declare


async def _total_at_most(self: Any, at_most: AtMost = ABSENT) -> int:  # noqa: ANN401 - Strawberry knows it by its name
    page: Page = self.page
    return await page.total_at_most(given(at_most))


def _nodes(connection: Connection) -> list[object]:
    return [connection.make_node(row) for row in connection.page.rows]


def _edges(connection: Connection) -> list[object]:
    return [connection.make_edge(row) for row in connection.page.rows]


def _page_info(connection: Connection) -> PageInfo:
    page = connection.page
    rows = page.rows
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor(rows[0]) if rows else None,
        end_cursor=page.cursor(rows[-1]) if rows else None,
    )
