"""What became of a command: a success that was committed, or a problem that changed nothing."""

from dataclasses import dataclass
from typing import TypeAlias

from runindex.domain.problems import Problem
from runindex.domain.runs import Run


@dataclass(frozen=True, slots=True)
class RunApplied:
    """A run was created or changed: the run, and the version and log position of that very change."""

    run: Run
    version: int
    seq: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RunDeleted:
    """A run is gone, with so many things that were scoped to it."""

    id: str
    version: int
    seq: int
    results: int = 0
    values: int = 0
    events: int = 0
    cells: int = 0
    documents: int = 0
    receipts: int = 0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BulkApplied:
    """One outcome for each entry, in the order asked."""

    outcomes: "tuple[RunApplied | RunDeleted | Problem, ...]"
    replayed: bool = False

    @property
    def succeeded(self) -> int:
        """Return how many entries were applied."""
        return sum(isinstance(outcome, RunApplied | RunDeleted) for outcome in self.outcomes)


Success: TypeAlias = RunApplied | RunDeleted | BulkApplied
Outcome: TypeAlias = Success | Problem
