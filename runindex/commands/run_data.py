"""Mutations of run data: values, events, cells, documents."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from runindex.commands.base import Command, Need, S_co, TotalsOf, check_form, run_id_of
from runindex.commands.outcomes import CellSet, DocumentWritten, EventsAppended, ValuesDeleted, ValuesPut
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import invalid
from runindex.domain.records.events import check_own_stream
from runindex.domain.records.run_data import Cell, Document, Value, check_key_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDataCommand(Command[S_co]):
    """A mutation of one run's own data."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueEntry:
    """A value to put; `expected_version` 0 means that the key must be absent."""

    key: str
    value: JsonValue = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutValues(RunDataCommand[ValuesPut]):
    """Put values, all or none."""

    entries: tuple[ValueEntry, ...]

    @property
    def weight(self) -> int:
        """Return the number of rows written."""
        return len(self.entries)

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunDataCommand.checked(self)
        for position, entry in enumerate(self.entries):
            check_key_name(entry.key, f"entries.{position}.key")
            check_form(entry.value, f"entries.{position}.value")
        return command

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the stored values."""
        totals = totals_of(self.run_id)
        if totals is not None:
            yield from ((Value, (totals.owner, entry.key)) for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteValues(RunDataCommand[ValuesDeleted]):
    """Delete values; keys that are absent are passed over."""

    keys: tuple[str, ...]

    @property
    def weight(self) -> int:
        """Return the number of rows written."""
        return len(self.keys)

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunDataCommand.checked(self)
        for position, key in enumerate(self.keys):
            check_key_name(key, f"keys.{position}")
        return command

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the stored values."""
        totals = totals_of(self.run_id)
        if totals is not None:
            yield from ((Value, (totals.owner, key)) for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """An event to append; the payload is a decoded JSON object."""

    stream: str
    payload: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendEvents(RunDataCommand[EventsAppended]):
    """Append events with consecutive sequence numbers, all or none; `late` also to a run that is closed."""

    events: tuple[EventEntry, ...]
    late: bool = False

    @property
    def weight(self) -> int:
        """Return the number of rows written."""
        return len(self.events)

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunDataCommand.checked(self)
        if not self.events:
            raise invalid("at least one event", "events")
        for position, event in enumerate(self.events):
            check_own_stream(event.stream, f"events.{position}.stream")
            if not isinstance(event.payload, dict):
                raise invalid("a payload is a JSON object", f"events.{position}.payload")
            check_form(event.payload, f"events.{position}.payload")
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCell(RunDataCommand[CellSet]):
    """Set a cell."""

    name: str
    value: JsonValue = None
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunDataCommand.checked(self)
        check_key_name(self.name, "name")
        check_form(self.value, "value")
        return command

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the stored cell."""
        totals = totals_of(self.run_id)
        if totals is not None:
            yield Cell, (totals.owner, self.name)


class DocumentVerb(StrEnum):
    """How a document is written."""

    REPLACE = "content"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDocument(RunDataCommand[DocumentWritten]):
    """Replace or patch a document; a missing one is created."""

    key: str
    verb: DocumentVerb
    value: JsonValue
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunDataCommand.checked(self)
        check_key_name(self.key, "key")
        check_form(self.value, f"change.{self.verb}")
        return command

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the stored document."""
        totals = totals_of(self.run_id)
        if totals is not None:
            yield Document, (totals.owner, self.key)
