"""The runs as they are now, and their indexes."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from persistence.memory.tables.tags import TagCounts
from runindex.decisions.workspace import Counters, Records
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.totals import Totals
from runindex.domain.runs.run import Run


class RunTable:
    """Runs by id, by age, by parent, and counted by status and tag.

    Runs are immutable: a list of them stays as it is, whatever is written later.
    """

    def __init__(self, totals: Mapping[Any, Totals]) -> None:
        """Start empty; `totals` are those of runs' records, by incarnation, as they are now."""
        self._totals = totals
        self.by_id: dict[str, Run] = {}
        self.status_counts = dict.fromkeys(RunStatus, 0)
        self.tags = TagCounts()
        self._by_age: list[Run] = []
        self._children: dict[str, set[str]] = {}

    def write(self, records: Records[str, Run], counters: Counters) -> None:
        """Write a workspace's runs, and update the counts."""
        for run_id, before, after in records.written():
            self._place(before, after)
            if after is None:
                self.by_id.pop(run_id, None)
            else:
                self.by_id[run_id] = after
        for status, step in counters.by_status.items():
            self.status_counts[status] += step
        self.tags.move(counters.by_tag)

    def oldest_first(self) -> list[Run]:
        """Return all runs as they are now, by creation, then id."""
        return self._by_age[:]

    def last_activity(self, run: Run) -> Micros:
        """Return when the run, or any of its records, was last written."""
        totals = self._totals.get((run.incarnation,))
        return run.updated_at if totals is None or totals.last_at is None else max(run.updated_at, totals.last_at)

    def children_of(self, parent_id: str) -> list[Run]:
        """Return the runs that name this parent, in no order; it need not exist."""
        return [self.by_id[run_id] for run_id in self._children.get(parent_id, ())]

    def ancestors_of(self, run_id: str) -> Iterator[Run]:
        """Yield a run's ancestors, nearest first, up to a root or a dangling parent."""
        run = self.by_id.get(run_id)
        while run is not None and run.parent_id is not None:
            run = self.by_id.get(run.parent_id)
            if run is not None:
                yield run

    def generations_below(self, run_id: str) -> Iterator[list[Run]]:
        """Yield a run's children, then theirs, and so on."""
        generation = self.children_of(run_id)
        while generation:
            yield generation
            generation = [child for run in generation for child in self.children_of(run.id)]

    def closes_cycle(self, run_id: str, parent_id: str) -> bool:
        """Tell whether a run of this id below this parent would be its own ancestor."""
        parent = self.by_id.get(parent_id)
        if parent is None or run_id not in self._children:
            return False
        return parent.parent_id == run_id or any(run.parent_id == run_id for run in self.ancestors_of(parent_id))

    def _place(self, before: Run | None, after: Run | None) -> None:
        if before is not None and after is not None and _age(before) == _age(after):
            self._by_age[self._place_of(before)] = after
        else:
            if before is not None:
                del self._by_age[self._place_of(before)]
            if after is not None:
                self._by_age.insert(self._place_of(after), after)
        if before is not None and before.parent_id is not None:
            siblings = self._children[before.parent_id]
            siblings.discard(before.id)
            if not siblings:
                del self._children[before.parent_id]
        if after is not None and after.parent_id is not None:
            self._children.setdefault(after.parent_id, set()).add(after.id)

    def _place_of(self, run: Run) -> int:
        return place_of(self._by_age, _age(run))


def place_of(by_age: Sequence[Run], age: tuple[Micros, str]) -> int:
    """Return where in runs ordered by age one of this age (creation, id) is or would be."""
    return bisect_left(by_age, age, key=_age)


def _age(run: Run) -> tuple[Micros, str]:
    return run.created_at, run.id
