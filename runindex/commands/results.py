"""Mutations of a run's results."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from runindex.commands.base import Command, Need, TotalsOf, check_form, node_id_of, run_id_of
from runindex.commands.outcomes import ResultRecorded, ResultsDeleted, ResultsRecorded
from runindex.domain.idempotency import KeyScope, check_key
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import Problem, ProblemError, invalid
from runindex.domain.records.results import Item, Result, Score, check_item_id, check_scores, check_times
from runindex.domain.runs.run import check_trace_id
from runindex.domain.texts import check_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult(Command[ResultRecorded]):
    """Record one attempt at one item. Payloads are decoded JSON; `latency` is milliseconds."""

    touches_log: ClassVar[bool] = False
    is_scoped: ClassVar[bool] = True
    run_id: str
    item_id: str
    latency: float
    started_at: Micros
    completed_at: Micros
    id: str | None = None
    item_version: Micros | None = None
    input: JsonValue = None
    output: JsonValue = None
    expected_output: JsonValue = None
    error: str | None = None
    retry_count: int = 0
    scores: tuple[Score, ...] = ()
    trace_id: str | None = None
    late: bool = False

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return self.checked_at("")

    def checked_at(self, prefix: str) -> Self:
        """Do as `checked`; the paths of fields begin with `prefix`."""
        check_key(self.idempotency_key, f"{prefix}idempotency_key")
        Command.checked(self)
        check_item_id(self.item_id, f"{prefix}item_id")
        check_times(self.started_at, self.completed_at, self.latency, prefix)
        if self.retry_count < 0:
            raise invalid("must be 0 or more", f"{prefix}retry_count")
        check_plain(self.error, f"{prefix}error")
        for name, value in (
            ("input", self.input),
            ("output", self.output),
            ("expected_output", self.expected_output),
        ):
            check_form(value, f"{prefix}{name}")
        check_scores(self.scores, f"{prefix}scores")
        check_trace_id(self.trace_id, f"{prefix}trace_id")
        return replace(
            self,
            run_id=run_id_of(self.run_id, f"{prefix}run_id"),
            id=None if self.id is None else node_id_of(self.id, f"{prefix}id"),
        )

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.run_id

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the item and the attempt, either of which may be stored already."""
        totals = totals_of(self.run_id)
        if totals is not None:
            yield Item, (totals.owner, totals.generation, self.item_id)
            yield Result, (totals.owner, totals.generation, self.item_id, self.retry_count)

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the id given."""
        if self.id is not None:
            yield self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResults(Command[ResultsRecorded]):
    """Record many attempts, each on its own, in their order.

    A wrong entry has its problem at the same position of `problems`, and is left unchecked.
    """

    touches_log: ClassVar[bool] = False
    is_scoped: ClassVar[bool] = True
    results: tuple[RecordResult, ...]
    problems: tuple[Problem | None, ...] = ()

    @property
    def weight(self) -> int:
        """Return how many attempts are recorded."""
        return len(self.results)

    def checked(self) -> Self:
        """Return the command with its entries checked, and the problems of wrong ones."""
        checked = [_checked(result, position) for position, result in enumerate(self.results)]
        return replace(
            Command.checked(self),
            results=tuple(result for result, _ in checked),
            problems=tuple(problem for _, problem in checked),
        )

    @property
    def sound(self) -> Iterator[RecordResult]:
        """Yield the entries without a problem."""
        return (result for result, problem in zip(self.results, self.problems, strict=True) if problem is None)

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the ids of all runs."""
        for result in self.sound:
            yield from result.run_ids

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the needs of each entry."""
        for result in self.sound:
            yield from result.needs(totals_of)

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the ids given."""
        for result in self.sound:
            yield from result.node_ids

    @property
    def scopes(self) -> Iterator[KeyScope]:
        """Yield the scopes of the call's key and of the entries' own."""
        if self.scope is not None:
            yield self.scope
        for result in self.sound:
            yield from result.scopes


def _checked(result: RecordResult, position: int) -> tuple[RecordResult, Problem | None]:
    try:
        return result.checked_at(f"results.{position}."), None
    except ProblemError as refusal:
        return result, refusal.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteResults(Command[ResultsDeleted]):
    """Delete all results of a run; the run stays."""

    touches_log: ClassVar[bool] = False
    is_scoped: ClassVar[bool] = True
    run_id: str

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(Command.checked(self), run_id=run_id_of(self.run_id, "run_id"))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.run_id
