"""Windows of ordered lists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from typing import Any, Generic, TypeAlias, TypeVar

from runindex.domain.runs.run import Run
from runindex.domain.runs.sort_keys import metadata_key
from runindex.ports.queries import OrderDirection, Row, RunOrder, Window
from runindex.ports.rows import row_of

T = TypeVar("T")
Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """An order by a key of each entry; `key_at` returns that key for a window's position."""

    key: Callable[[T], Key]
    key_at: Callable[[Key], Key]
    descending: bool


class WindowEntries(Generic[T]):
    """The entries of a window, selected from entries offered in any order, in chunks."""

    def __init__(self, window: Window, order: Order[T]) -> None:
        """Start without entries."""
        after, before = (
            None if position is None else order.key_at(position) for position in (window.after, window.before)
        )
        self._above, self._below = (before, after) if order.descending else (after, before)
        self._window = window
        self._order = order
        self._wanted = window.limit + window.offset
        self._found: list[T] = []

    @property
    def is_full(self) -> bool:
        """Tell whether entries further from the window's start cannot be in it."""
        return len(self._found) >= self._wanted

    def offer(self, entries: Iterable[T]) -> None:
        """Keep those of these and earlier entries that are nearest to the window's start."""
        choose = nlargest if self._order.descending is not self._window.backward else nsmallest
        inside = [entry for entry in entries if self._holds(self._order.key(entry))]
        self._found = choose(self._wanted, self._found + inside, key=self._order.key)

    def entries(self) -> list[T]:
        """Return the window's entries in the list's order."""
        found = self._found[self._window.offset :]
        return found[::-1] if self._window.backward else found

    def _holds(self, key: Key) -> bool:
        return (self._above is None or key > self._above) and (self._below is None or key < self._below)


def page_of(entries: Iterable[T], window: Window, order: Order[T]) -> list[T]:
    """Return the entries of a window on a list in memory."""
    page = WindowEntries(window, order)
    page.offer(entries)
    return page.entries()


def run_order(order: RunOrder) -> Order[Run]:
    """Return an order of runs; those without a value come last, whatever the direction."""
    descending = order.direction is OrderDirection.DESC

    def key_at(position: Key) -> Key:
        value, run_id = position
        return (value is None) is not descending, 0 if value is None else value, run_id

    return Order(lambda run: key_at((value_of(run, order), run.id)), key_at, descending)


def value_of(run: Run, order: RunOrder) -> Any:  # noqa: ANN401 - a number or a text
    """Return the value that orders a run, None when it has none."""
    if order.path is not None:
        return metadata_key(run.metadata, order.path)
    return getattr(run, order.field.column)


def ordered_row(run: Run, order: RunOrder) -> Row:
    """Return a run as a row that has the order's column too."""
    row = row_of(run)
    column = order.field.column
    return row if column in row else {**row, column: value_of(run, order)}
