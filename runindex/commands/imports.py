"""The import of a run from another system, with the instants that the system knows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Final, Self
from uuid import UUID, uuid5

from runindex.commands.base import Need, TotalsOf
from runindex.commands.outcomes import RunImported
from runindex.commands.results import RecordResult
from runindex.commands.runs import NewRun
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import invalid
from runindex.domain.runs.run import check_error

_OWN_ROWS: Final = 4


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a run to another status, at an instant; None is that of the move before it, or of the creation."""

    to: RunStatus
    at: Micros | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun(NewRun[RunImported]):
    """Bring a run to what its source says of it: create it, or add what it lacks.

    `moves` lead from ACTIVE to its status. Without `created_at` it is created when it is imported. A parent that does
    not exist is left out where the run `may_lack_parent`. What is not `complete` is followed by another import of the
    same run, and moves nothing.
    """

    touches_log: ClassVar[bool] = True
    is_scoped: ClassVar[bool] = True
    created_at: Micros | None = None
    started_at: Micros | None = None
    moves: tuple[Move, ...] = ()
    results: tuple[RecordResult, ...] = ()
    may_lack_parent: bool = False
    complete: bool = True

    @property
    def weight(self) -> int:
        """Return the approximate number of rows that it writes."""
        return _OWN_ROWS + len(self.results)

    def checked(self) -> Self:
        """Return the command in stored form; results without ids get those that follow from the run's and theirs.

        Raise ProblemError for a wrong input.
        """
        command = NewRun.checked(self)
        if command.id is None or command.id == DEFAULT_RUN:
            raise invalid("a run is imported under an id other than `default`", "id")
        for move in self.moves:
            check_error(move.error, move.to)
        self._check_instants()
        results = [replace(result, run_id=command.id) for result in self.results]
        checked = (result.checked_at(f"results.{place}.") for place, result in enumerate(results))
        return replace(command, results=tuple(_identified(result) for result in checked))

    def _check_instants(self) -> None:
        """Refuse instants that do not follow one another."""
        named = [("created_at", self.created_at), ("started_at", self.started_at)]
        named += [("finished_at", move.at) for move in self.moves]
        known = [(name, at) for name, at in named if at is not None]
        for (earlier, before), (later, after) in pairwise(known):
            if after < before:
                raise invalid(f"must not be before {earlier}", later)

    @property
    def instants(self) -> Iterator[Micros]:
        """Yield all instants that the source tells."""
        told = (self.created_at, self.started_at, *(move.at for move in self.moves))
        yield from (at for at in told if at is not None)
        yield from (result.completed_at for result in self.results)

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the needs of each result."""
        for result in self.results:
            yield from result.needs(totals_of)

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the ids of the run and its results, which no other nodes may have."""
        if self.id is not None:
            yield self.id
        for result in self.results:
            yield from result.node_ids


def _identified(result: RecordResult) -> RecordResult:
    """Return a result with an id: the same for the same attempt at the same item of the same run."""
    if result.id is not None:
        return result
    return replace(result, id=str(uuid5(UUID(result.run_id), f"{result.retry_count} {result.item_id}")))
