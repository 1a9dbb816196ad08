"""Ancestors and descendants of runs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from persistence.memory.reads.pages import Key, Order, page_of
from persistence.memory.reads.selection import predicate_on
from persistence.memory.tables.runs import RunTable
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run
from runindex.ports.rows import row_of
from runindex.ports.store import DescendantQuery


@dataclass(frozen=True, slots=True)
class Descendant:
    """A run so many levels below another, 1 for a child."""

    run: Run
    depth: int

    def row(self) -> dict[str, Any]:
        """Return the run's columns and its depth."""
        return {**row_of(self.run), "depth": self.depth}


def _key_at(position: Key) -> Key:
    depth, created_at, run_id = position
    return -depth, created_at, run_id


_NEAREST_THEN_NEWEST: Final[Order[Descendant]] = Order(
    lambda found: _key_at((found.depth, found.run.created_at, found.run.id)), _key_at, descending=True
)


def find_root(table: RunTable, run_id: str) -> Run | None:
    """Return a run's topmost existing ancestor, the run itself if it has none, None if it does not exist."""
    root = table.by_id.get(run_id)
    for ancestor in table.ancestors_of(run_id):
        root = ancestor
    return root


def list_descendants(table: RunTable, run_id: str, query: DescendantQuery) -> list[Descendant]:
    """Return a window of a run's descendants, nearest first, then newest."""
    matches = predicate_on(table, query.filter)
    below = (found for found in _descendants(table, run_id, query.max_depth) if matches(found.run))
    return page_of(below, query.window, _NEAREST_THEN_NEWEST)


def count_descendants(table: RunTable, run_id: str) -> list[tuple[str, int]]:
    """Return the statuses of a run's descendants, in enum order, with how many have them."""
    sizes = Counter(found.run.status for found in _descendants(table, run_id, None))
    return [(status.value, sizes[status]) for status in RunStatus if sizes[status]]


def _descendants(table: RunTable, run_id: str, max_depth: int | None) -> Iterator[Descendant]:
    for depth, generation in enumerate(table.generations_below(run_id), start=1):
        if max_depth is not None and depth > max_depth:
            return
        for run in generation:
            yield Descendant(run, depth)
