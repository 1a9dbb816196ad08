"""Mutations of agent runtimes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Self

from runindex.commands.base import Command, Need, S_co, TotalsOf, check_form, run_id_of
from runindex.commands.bulk import DeleteRecords
from runindex.commands.outcomes import BoundaryApplied, RuntimeDeleted, RuntimeSaved
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import ProblemError, invalid
from runindex.domain.records.record import Record
from runindex.domain.records.runtimes import (
    MAX_SNAPSHOT,
    InputDurability,
    InputState,
    Receipt,
    ReceiptHead,
    RunBoundary,
    Runtime,
    RuntimeFilter,
    RuntimeInput,
    RuntimeState,
    check_reference,
)
from runindex.domain.texts import check_plain

LARGEST_INT: Final = 2**31 - 1
# Leaves room for later commits, whose sequence numbers must stay within LARGEST_INT.
MAX_SEQUENCE: Final = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class InputUpdate:
    """An update of an input: only the fields in `given` replace stored ones."""

    input_id: str
    state: InputState
    durability: InputDurability | None = None
    idempotency_key: str | None = None
    attempt_count: int | None = None
    recovery_count: int | None = None
    detail: JsonValue = None
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeCommand(Command[S_co]):
    """A mutation of a runtime, which need not exist."""

    touches_log: ClassVar[bool] = False
    runtime_id: str
    updates: tuple[InputUpdate, ...] = ()
    # The path of an update, for problems.
    updates_path: ClassVar[str] = "input_updates.{position}."

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_reference(self.runtime_id, "runtime_id")
        for position, update in enumerate(self.updates):
            _check_update(update, self.updates_path.format(position=position))
        return Command.checked(self)

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the runtime and its inputs."""
        del totals_of
        yield Runtime, (self.runtime_id,)
        yield from ((RuntimeInput, (self.runtime_id, update.input_id)) for update in self.updates)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitBoundary(RuntimeCommand[BoundaryApplied]):
    """Commit a boundary of a run: a receipt, the snapshot and the inputs in one step."""

    is_scoped: ClassVar[bool] = True
    run_id: str
    boundary: RunBoundary
    snapshot: bytes
    contributing_input_ids: tuple[str, ...] = ()

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RuntimeCommand.checked(self)
        check_snapshot(self.snapshot)
        for position, input_id in enumerate(self.contributing_input_ids):
            check_reference(input_id, f"contributing_input_ids.{position}")
        return replace(command, run_id=run_id_of(self.run_id, "run_id"))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.run_id

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the runtime, its inputs and the next sequence."""
        yield from RuntimeCommand.needs(self, totals_of)
        totals = totals_of(self.run_id)
        if totals is not None:
            yield ReceiptHead, (self.runtime_id, totals.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyBoundary(RuntimeCommand[BoundaryApplied]):
    """Store the caller's receipt, the snapshot and the inputs in one step; None leaves the snapshot as it is."""

    is_scoped: ClassVar[bool] = True
    run_id: str
    sequence: int
    boundary: RunBoundary
    contributing_input_ids: tuple[str, ...]
    conversation_digest: str | None
    message_count: int
    snapshot: bytes | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = RuntimeCommand.checked(self)
        check_snapshot(self.snapshot)
        for name, count, most in (
            ("sequence", self.sequence, MAX_SEQUENCE),
            ("message_count", self.message_count, LARGEST_INT),
        ):
            if not 0 <= count <= most:
                raise invalid(f"must be from 0 to {most}", f"receipt.{name}")
        for position, input_id in enumerate(self.contributing_input_ids):
            check_reference(input_id, f"receipt.contributing_input_ids.{position}")
        check_plain(self.conversation_digest, "receipt.conversation_digest")
        return replace(command, run_id=run_id_of(self.run_id, "receipt.run_id"))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id."""
        yield self.run_id

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the runtime, its inputs, the next sequence, and the receipt, which may be stored already."""
        yield from RuntimeCommand.needs(self, totals_of)
        totals = totals_of(self.run_id)
        if totals is not None:
            yield ReceiptHead, (self.runtime_id, totals.owner)
            yield Receipt, (self.runtime_id, totals.owner, self.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersistInput(RuntimeCommand[RuntimeSaved]):
    """Insert or update one input."""

    updates_path: ClassVar[str] = "input."


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitLifecycle(RuntimeCommand[RuntimeSaved]):
    """Write a runtime's state and inputs in one step."""

    updates_path: ClassVar[str] = "inputs.{position}."
    state: RuntimeState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRuntime(Command[RuntimeDeleted]):
    """Delete a runtime with its snapshot and its inputs; its receipts stay with their runs."""

    touches_log: ClassVar[bool] = False
    runtime_id: str

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_reference(self.runtime_id, "runtime_id")
        return Command.checked(self)

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the runtime."""
        del totals_of
        yield Runtime, (self.runtime_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRuntimes(DeleteRecords):
    """Delete runtimes, each on its own."""

    kind: ClassVar[type[Record]] = Runtime
    filter: RuntimeFilter | None = None

    @staticmethod
    def is_formed(record_id: str) -> bool:
        """Tell whether a runtime may have the id."""
        try:
            check_reference(record_id, "")
        except ProblemError:
            return False
        return True


def check_snapshot(snapshot: bytes | None) -> None:
    """Raise ProblemError for a snapshot that is too large."""
    if snapshot is not None and len(snapshot) > MAX_SNAPSHOT:
        raise invalid(f"more than {MAX_SNAPSHOT} bytes", "snapshot")


def _check_update(update: InputUpdate, prefix: str) -> None:
    check_reference(update.input_id, f"{prefix}input_id")
    check_form(update.detail, f"{prefix}detail")
    check_plain(update.idempotency_key, f"{prefix}idempotency_key")
    for name, count in (("attempt_count", update.attempt_count), ("recovery_count", update.recovery_count)):
        if count is not None and count < 0:
            raise invalid("must be 0 or more", f"{prefix}{name}")
