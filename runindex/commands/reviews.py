"""Mutations of results that were recorded before: scores and annotations that come later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Self

from runindex.commands.base import Command, Need, S_co, TotalsOf, check_form, digest_of, node_id_of, run_id_of
from runindex.commands.outcomes import ResultAnnotated, ResultScored
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import invalid
from runindex.domain.records.results import Result, Score, check_item_id, check_scores
from runindex.domain.runs.tags import check_tags


class Attempt(NamedTuple):
    """Names a result by its run, item and retry count."""

    run_id: str
    item_id: str
    retry_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCommand(Command[S_co]):
    """A mutation of one result: named by its id, or by its attempt.

    `found` is the attempt that the id names now, None when there is none; whoever submits the command finds it. It is
    no part of the input, nor of its fingerprint.
    """

    touches_log: ClassVar[bool] = False
    is_scoped: ClassVar[bool] = True
    result_id: str | None = None
    run_id: str | None = None
    item_id: str | None = None
    retry_count: int = 0
    found: Attempt | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        if self.result_id is not None:
            if self.run_id is not None or self.item_id is not None or self.retry_count != 0:
                raise invalid("a result is named by its id, or by its run, item and retry count", "result_id")
            return replace(command, result_id=node_id_of(self.result_id, "result_id"))
        if self.run_id is None:
            raise invalid("a result is named by its id, or by its run, item and retry count", "result_id")
        if self.item_id is None:
            raise invalid("must be given with the run", "item_id")
        check_item_id(self.item_id, "item_id")
        if self.retry_count < 0:
            raise invalid("must be 0 or more", "retry_count")
        return replace(command, run_id=run_id_of(self.run_id, "run_id"))

    @property
    def attempt(self) -> Attempt | None:
        """Return the attempt at which the result is looked for, None when an id names none."""
        if self.run_id is None or self.item_id is None:
            return self.found
        return Attempt(self.run_id, self.item_id, self.retry_count)

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id, if it is known."""
        if self.attempt is not None:
            yield self.attempt.run_id

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the result."""
        totals = None if self.attempt is None else totals_of(self.attempt.run_id)
        if self.attempt is not None and totals is not None:
            yield Result, (totals.owner, totals.generation, self.attempt.item_id, self.attempt.retry_count)

    @property
    def fingerprint(self) -> str:
        """Return a digest that is equal for equal input."""
        return digest_of(replace(self, found=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult(ReviewCommand[ResultScored]):
    """Add scores to a result, one for each scorer."""

    scores: tuple[Score, ...]

    @property
    def weight(self) -> int:
        """Return the approximate number of rows that it writes."""
        return len(self.scores)

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = ReviewCommand.checked(self)
        if not self.scores:
            raise invalid("at least one score", "scores")
        check_scores(self.scores, "scores")
        scorers = [score.scorer_id for score in self.scores]
        for position, scorer_id in enumerate(scorers):
            if scorer_id in scorers[:position]:
                raise invalid("a scorer gives one score at a time", f"scores.{position}.scorer_id")
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotateResult(ReviewCommand[ResultAnnotated]):
    """Merge `patch`, a decoded JSON object, into a result's annotations; add labels to it and remove others."""

    patch: JsonValue = None
    add_labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = ReviewCommand.checked(self)
        if self.patch is None and not self.add_labels and not self.remove_labels:
            raise invalid("a patch, or labels to add or to remove", "patch")
        if self.patch is not None and not isinstance(self.patch, dict):
            raise invalid("a patch of annotations is a JSON object", "patch")
        check_form(self.patch, "patch")
        return replace(
            command,
            add_labels=check_tags(self.add_labels, "add_labels"),
            remove_labels=check_tags(self.remove_labels, "remove_labels"),
        )
