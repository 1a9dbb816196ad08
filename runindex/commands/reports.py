"""Reports of other systems on runs, which come in any order, late, and more than once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Self

from runindex.commands.base import Command, Need, TotalsOf, check_form, run_id_of
from runindex.commands.outcomes import RunReported
from runindex.commands.run_data import EventEntry
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import FINISHED, RunStatus
from runindex.domain.problems import invalid
from runindex.domain.records.events import Event, check_own_stream
from runindex.domain.records.reports import Fact
from runindex.domain.records.run_data import Cell, check_key_name
from runindex.domain.runs.run import check_name
from runindex.domain.runs.tags import check_tags

# A run with a longer chain of events stays where it is.
MAX_MOVED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedParent:
    """The parent that a report names; it is made under this name, and with these tags, if there is none."""

    id: str
    name: str | None = None
    tags: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun(Command[RunReported]):
    """Take a report on a run, which is made if there is none; a report that came before changes nothing.

    `source` names the metadata's key and the cell in which the sum of the reports is kept. `digest` tells the report
    from others on the run, `at` is the time that it is of. `to` is the status in which the run ended, None while it
    goes on; `problem` is the message of an error. With `attach`, a run without a parent is made anew below the one
    that is named: what it consists of stays, its log begins again.
    """

    touches_log: ClassVar[bool] = True
    is_scoped: ClassVar[bool] = True
    run_id: str
    source: str
    digest: str
    at: Micros
    to: RunStatus | None = None
    problem: str | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    parent: ReportedParent | None = None
    events: tuple[EventEntry, ...] = ()
    attach: bool = False

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        if self.to is not None and self.to not in FINISHED:
            raise invalid("a run ends COMPLETED, FAILED or CANCELLED", "to")
        check_key_name(self.source, "source")
        check_name(self.name)
        for fact in self.facts:
            check_form([*fact.path, fact.value], ".".join(fact.path))
        check_form(self.problem, "problem")
        for position, event in enumerate(self.events):
            check_own_stream(event.stream, f"events.{position}.stream")
            check_form(event.payload, f"events.{position}.payload")
        return replace(
            command, run_id=_own_run_id(self.run_id), tags=check_tags(self.tags), parent=_checked_parent(self.parent)
        )

    @property
    def weight(self) -> int:
        """Return the approximate number of rows written."""
        return 3 + len(self.events)

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id and the parent's."""
        yield self.run_id
        if self.parent is not None:
            yield self.parent.id

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the ids that runs are made under where there are none."""
        yield from self.run_ids

    @property
    def parentage(self) -> tuple[str, str] | None:
        """Return the run's id and the parent's, None without a parent."""
        return None if self.parent is None else (self.run_id, self.parent.id)

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the sums of the reports so far, and to attach the run its events."""
        for run_id in self.run_ids:
            totals = totals_of(run_id)
            if totals is not None:
                yield Cell, (totals.owner, self.source)
        totals = totals_of(self.run_id) if self.attach else None
        if totals is not None and totals.event_seq - totals.event_floor <= MAX_MOVED:
            yield from ((Event, (totals.owner, number)) for number in range(totals.event_floor, totals.event_seq))


def _own_run_id(text: str, field: str = "run_id") -> str:
    run_id = run_id_of(text, field)
    if run_id == DEFAULT_RUN:
        raise invalid("an id is a UUID other than the nil one", field)
    return run_id


def _checked_parent(parent: ReportedParent | None) -> ReportedParent | None:
    if parent is None:
        return None
    check_name(parent.name, "parent.name")
    return replace(parent, id=_own_run_id(parent.id, "parent.id"), tags=check_tags(parent.tags, "parent.tags"))
