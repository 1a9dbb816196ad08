"""Mutations as values: what a caller asks the index to do.

`checked` judges the form of the input alone (before any look at the storage) and returns the command with its ids in
stored form. What depends on the state is judged in `runindex.decisions`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final, Self, TypeAlias

from runindex.domain import jsontext
from runindex.domain.filters import RunFilter
from runindex.domain.idempotency import KeyScope, check_key
from runindex.domain.identity import find_run_id
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ConstraintReason, invalid, violation
from runindex.domain.retention import KEEP_ALL, Retention
from runindex.domain.runs import DatasetLink, check_dataset, check_error, check_name
from runindex.domain.tags import check_tags

MAX_REASON: Final = 1000
MAX_BULK: Final = 1000
MAX_NESTING: Final = 256  # what can be walked at all; what may be kept is less, and judged later


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
class Command:
    """What every mutation takes. `mutation` is its name in the API: keys are scoped to it."""

    mutation: str
    reason: str | None = None
    actor: str | None = None
    idempotency_key: str | None = None
    touches_log: ClassVar[bool] = True

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        check_key(self.idempotency_key)
        if self.reason is not None and (len(self.reason) > MAX_REASON or not jsontext.is_plain_text(self.reason)):
            message = f"a reason has at most {MAX_REASON} characters, no NUL and no lone surrogate"
            raise invalid(message, "reason")
        return self

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the ids of the runs that the decision looks at."""
        yield from ()

    @property
    def scope(self) -> KeyScope | None:
        """Return what the idempotency key is kept under, None without a key."""
        if self.idempotency_key is None:
            return None
        return KeyScope(self.actor or "", self.mutation, self.idempotency_key)

    @property
    def fingerprint(self) -> str:
        """Return a digest that is the same for the same input: JSON by value, what is left out by its default."""
        bare = replace(self, idempotency_key=None, actor=None)
        return hashlib.sha256(jsontext.canonical(_plain(bare)).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRun(Command):
    """Create a run, under an id of the caller's or a new one. `metadata` is decoded JSON."""

    id: str | None = None
    name: str | None = None
    metadata: jsontext.JsonValue = None
    tags: tuple[str, ...] = ()
    parent_id: str | None = None
    plan_id: str | None = None
    retention: Retention = KEEP_ALL
    dataset: DatasetLink | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = Command.checked(self)
        check_name(self.name)
        _check_json(self.metadata, "metadata")
        if self.dataset is not None:
            check_dataset(self.dataset)
        return replace(
            command,
            id=None if self.id is None else _run_id(self.id),
            parent_id=None if self.parent_id is None else _run_id(self.parent_id, "parentId"),
            plan_id=None if self.plan_id is None else _run_id(self.plan_id, "planId"),
            tags=check_tags(self.tags),
        )

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the id asked for and the parent's."""
        if self.id is not None:
            yield self.id
        if self.parent_id is not None:
            yield self.parent_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand(Command):
    """A mutation of one run that exists."""

    id: str
    expected_version: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = Command.checked(self)
        return replace(command, id=_run_id(self.id))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun(RunCommand):
    """Set the time at which work began, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRun(RunCommand):
    """Move a run to another status."""

    to: RunStatus
    error: str | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = RunCommand.checked(self)
        check_error(self.error, self.to)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRun(RunCommand):
    """Give a run a name, or take it away."""

    name: str | None

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = RunCommand.checked(self)
        check_name(self.name)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMetadata(RunCommand):
    """Replace, patch or clear a run's metadata. `value` is decoded JSON."""

    verb: MetadataVerb
    value: jsontext.JsonValue = None

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = RunCommand.checked(self)
        if self.verb is MetadataVerb.CLEAR and self.value is not True:
            message = "to clear is to say true"
            raise invalid(message, "change.clear")
        _check_json(self.value, f"change.{self.verb}")
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTags(RunCommand):
    """Add tags that are not there yet."""

    tags: tuple[str, ...]

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = RunCommand.checked(self)
        return replace(command, tags=check_tags(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTags(RunCommand):
    """Remove tags that are there."""

    tags: tuple[str, ...]

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = RunCommand.checked(self)
        return replace(command, tags=check_tags(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRetention(RunCommand):
    """Declare how much of a run's history is kept."""

    policy: Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRun(RunCommand):
    """Delete a run and all that is scoped to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSelector:
    """Runs by id, or by a filter (already narrowed to what lists show)."""

    ids: tuple[str, ...] | None = None
    filter: RunFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand(Command):
    """A mutation of many runs. A malformed id is its entry's problem, not the call's."""

    runs: RunSelector

    def checked(self) -> Self:
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = Command.checked(self)
        if self.runs.ids is None:
            return command
        ids = tuple(find_run_id(text) or text for text in self.runs.ids)
        return replace(command, runs=RunSelector(ids=ids))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the ids that were given and could name a run."""
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
        """Return the command in stored form; raise RefusedError when the input's form is wrong."""
        command = BulkCommand.checked(self)
        check_error(self.error, self.to)
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRuns(BulkCommand):
    """Delete many runs, each on its own."""


AnyCommand: TypeAlias = (
    CreateRun
    | StartRun
    | TransitionRun
    | RenameRun
    | UpdateMetadata
    | AddTags
    | RemoveTags
    | SetRetention
    | DeleteRun
    | TransitionRuns
    | DeleteRuns
)


def _run_id(text: str, field: str = "id") -> str:
    run_id = find_run_id(text)
    if run_id is None:
        message = "an id is `default` or a UUID other than the nil one"
        raise invalid(message, field)
    return run_id


def _plain(value: object) -> jsontext.JsonValue:
    """Return an input as JSON. A field with its default is left out, so that a new one changes no old fingerprint."""
    if is_dataclass(value) and not isinstance(value, type):
        stated = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(content) for field, content in stated if content != field.default}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _check_json(value: jsontext.JsonValue, field: str) -> None:
    try:
        if jsontext.depth_of(value) > MAX_NESTING:
            message = f"nested more than {MAX_NESTING} levels deep"
            raise violation(ConstraintReason.LIMIT_EXCEEDED, message)
    except jsontext.JsonError as error:
        raise invalid(str(error), field) from error
