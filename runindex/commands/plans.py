"""Mutations of plans."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from runindex.commands.base import Command, Need, S_co, TotalsOf, check_form, node_id_of
from runindex.commands.jobs import check_queue
from runindex.commands.outcomes import PlanDeleted, PlanSaved, PlanStarted
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import ProblemError, invalid
from runindex.domain.records.jobs import MAX_ATTEMPTS
from runindex.domain.records.plans import Plan
from runindex.domain.runs.run import check_name
from runindex.domain.runs.tags import check_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePlan(Command[PlanSaved]):
    """Create a plan."""

    touches_log: ClassVar[bool] = False
    name: str
    spec: JsonValue

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_name(self.name)
        check_spec(self.spec)
        return Command.checked(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCommand(Command[S_co]):
    """A mutation of a plan that exists."""

    touches_log: ClassVar[bool] = False
    id: str

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(Command.checked(self), id=node_id_of(self.id, "id"))

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the plan."""
        del totals_of
        yield Plan, (self.id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlan(PlanCommand[PlanSaved]):
    """Replace fields of a plan; None leaves a field as it is."""

    name: str | None = None
    spec: JsonValue = None
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = PlanCommand.checked(self)
        check_name(self.name)
        check_spec(self.spec)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePlan(PlanCommand[PlanDeleted]):
    """Delete a plan; its runs stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan(Command[PlanStarted]):
    """Create a run of a plan and the job that offers it, both or neither."""

    plan_id: str
    name: str | None = None
    metadata: JsonValue = None
    tags: tuple[str, ...] = ()
    queue: str = "default"
    data: JsonValue = None
    priority: int = 0
    run_at: Micros | None = None
    max_attempts: int = 3

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        check_name(self.name)
        check_form(self.metadata, "metadata")
        check_form(self.data, "data")
        check_queue(self.queue)
        if not 1 <= self.max_attempts <= MAX_ATTEMPTS:
            raise invalid(f"1 to {MAX_ATTEMPTS}", "max_attempts")
        return replace(command, plan_id=node_id_of(self.plan_id, "plan_id"), tags=check_tags(self.tags))

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the plan."""
        del totals_of
        yield Plan, (self.plan_id,)


def check_spec(spec: JsonValue) -> None:
    """Do as `check_form`; a plan's outcomes have no ConstraintViolation, so too deep a spec is an InvalidInput."""
    try:
        check_form(spec, "spec")
    except ProblemError as refusal:
        raise invalid(refusal.problem.message, "spec") from refusal
