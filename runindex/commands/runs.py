"""Mutations of runs themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final, Self

from runindex.commands.base import Command, RunCommand, S_co, check_form, run_id_of
from runindex.commands.outcomes import BulkApplied, RunApplied, RunDeleted, RunTouched
from runindex.domain import json_text
from runindex.domain.ids import find_run_id
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import invalid
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.retention import KEEP_ALL, Retention
from runindex.domain.runs.run import DatasetLink, check_dataset, check_error, check_name, check_trace_id
from runindex.domain.runs.tags import check_tags

MAX_BULK: Final = 1000
BULK_WEIGHT: Final = 128


class BulkMode(StrEnum):
    """Whether the entries of a bulk mutation stand alone or fall together."""

    BEST_EFFORT = "BEST_EFFORT"
    ATOMIC = "ATOMIC"


class MetadataVerb(StrEnum):
    """How metadata is changed."""

    REPLACE = "metadata"
    PATCH = "patch"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun(Command[S_co]):
    """A mutation that may create a run, under the given id or a new one. `metadata` is decoded JSON."""

    id: str | None = None
    name: str | None = None
    metadata: json_text.JsonValue = None
    tags: tuple[str, ...] = ()
    parent_id: str | None = None
    plan_id: str | None = None
    retention: Retention = KEEP_ALL
    dataset: DatasetLink | None = None
    trace_id: str | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        check_name(self.name)
        check_form(self.metadata, "metadata")
        check_trace_id(self.trace_id)
        if self.dataset is not None:
            check_dataset(self.dataset)
        return replace(
            command,
            id=None if self.id is None else run_id_of(self.id),
            parent_id=None if self.parent_id is None else run_id_of(self.parent_id, "parent_id"),
            plan_id=None if self.plan_id is None else run_id_of(self.plan_id, "plan_id"),
            tags=check_tags(self.tags),
        )

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the id given and the parent's."""
        if self.id is not None:
            yield self.id
        if self.parent_id is not None:
            yield self.parent_id

    @property
    def node_ids(self) -> Iterator[str]:
        """Yield the id given, which no node of another kind may have."""
        if self.id is not None:
            yield self.id

    @property
    def parentage(self) -> tuple[str, str] | None:
        """Return the id given and the parent's; a new id closes no circle."""
        return None if self.id is None or self.parent_id is None else (self.id, self.parent_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun(NewRun[RunApplied]):
    """Create a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun(RunCommand[RunApplied]):
    """Set the time at which work began, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRun(RunCommand[RunTouched]):
    """Say that work on a run goes on."""

    touches_log: ClassVar[bool] = False
    is_scoped: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRun(RunCommand[RunApplied]):
    """Move a run to another status."""

    to: RunStatus
    error: str | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunCommand.checked(self)
        check_error(self.error, self.to)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRun(RunCommand[RunApplied]):
    """Set or clear a run's name."""

    name: str | None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunCommand.checked(self)
        check_name(self.name)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMetadata(RunCommand[RunApplied]):
    """Replace, patch or clear a run's metadata. `value` is decoded JSON."""

    verb: MetadataVerb
    value: json_text.JsonValue = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunCommand.checked(self)
        if self.verb is MetadataVerb.CLEAR and self.value is not True:
            raise invalid("to clear is to say true", "change.clear")
        check_form(self.value, f"change.{self.verb}")
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTags(RunCommand[RunApplied]):
    """Add tags that are not there yet."""

    tags: tuple[str, ...]

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunCommand.checked(self)
        return replace(command, tags=check_tags(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTags(RunCommand[RunApplied]):
    """Remove tags that are there."""

    tags: tuple[str, ...]

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RunCommand.checked(self)
        return replace(command, tags=check_tags(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRetention(RunCommand[RunApplied]):
    """Set a run's retention policy."""

    policy: Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRun(RunCommand[RunDeleted]):
    """Delete a run and all that is scoped to it."""

    is_scoped: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSelector:
    """Runs by id, or by a filter, already narrowed as for lists."""

    ids: tuple[str, ...] | None = None
    filter: RunFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand(Command[BulkApplied]):
    """A mutation of many runs. A malformed id is its entry's problem, not the call's."""

    runs: RunSelector

    @property
    def weight(self) -> int:
        """Return an estimate: how many runs a filter selects is not known beforehand."""
        return BULK_WEIGHT

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        if self.runs.ids is None:
            return command
        ids = tuple(find_run_id(text) or text for text in self.runs.ids)
        return replace(command, runs=RunSelector(ids=ids))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the well-formed ids given."""
        for text in self.runs.ids or ():
            run_id = find_run_id(text)
            if run_id is not None:
                yield run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRuns(BulkCommand):
    """Move many runs to one status."""

    to: RunStatus
    error: str | None = None
    mode: BulkMode = BulkMode.BEST_EFFORT

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = BulkCommand.checked(self)
        check_error(self.error, self.to)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRuns(BulkCommand):
    """Change the tags of many runs."""

    tags: tuple[str, ...]
    mode: BulkMode = BulkMode.BEST_EFFORT

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(BulkCommand.checked(self), tags=check_tags(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTagsToRuns(TagRuns):
    """Add tags to many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTagsFromRuns(TagRuns):
    """Remove tags from many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRuns(BulkCommand):
    """Delete many runs, each on its own."""

    is_scoped: ClassVar[bool] = True
