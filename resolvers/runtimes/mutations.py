"""The mutations of agent runtimes."""

from collections.abc import Sequence
from typing import Any, Final, cast

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute, member
from resolvers.paging.filters import plain
from runindex import commands
from runindex.commands.outcomes import BoundaryApplied, RecordsDeleted, RuntimeDeleted, RuntimeSaved
from runindex.domain.problems import Problem
from runindex.domain.records.runtimes import RuntimeFilter
from runindex.ports.rows import record_row
from schema.runtimes import inputs
from schema.runtimes.outcomes import (
    BulkRuntimeDeletionOutcome,
    BulkRuntimeDeletionPayload,
    ReceiptOutcome,
    ReceiptPayload,
    RuntimeDeletion,
    RuntimeDeletionOutcome,
    RuntimeOutcome,
    RuntimePayload,
)
from schema.runtimes.receipts import BoundaryReceipt
from schema.runtimes.types import AgentRuntime
from schema.typesystem.connections import ABSENT

# The fields that an update may leave out; null means the same for those that are never null.
_OPTIONAL: Final = ("durability", "idempotency_key", "attempt_count", "recovery_count", "detail")
_NEVER_NULL: Final = frozenset({"attempt_count", "recovery_count"})


def _commit_boundary(input: inputs.CommitBoundaryInput) -> commands.CommitBoundary:
    return commands.CommitBoundary(
        runtime_id=input.runtime_id,
        run_id=input.run_id,
        boundary=input.boundary,
        snapshot=input.snapshot,
        contributing_input_ids=tuple(input.contributing_input_ids),
        updates=_updates(input.input_updates),
    )


def _apply_boundary(input: inputs.ApplyBoundaryInput) -> commands.ApplyBoundary:
    receipt = input.receipt
    return commands.ApplyBoundary(
        runtime_id=input.runtime_id,
        run_id=receipt.run_id,
        sequence=receipt.sequence,
        boundary=receipt.boundary,
        contributing_input_ids=tuple(receipt.contributing_input_ids),
        conversation_digest=receipt.conversation_digest,
        message_count=receipt.message_count,
        snapshot=input.snapshot,
        updates=_updates(input.input_updates),
    )


def _persist_input(input: inputs.PersistRuntimeInputInput) -> commands.PersistInput:
    return commands.PersistInput(runtime_id=input.runtime_id, updates=_updates([input.input]))


def _commit_lifecycle(input: inputs.CommitRuntimeLifecycleInput) -> commands.CommitLifecycle:
    return commands.CommitLifecycle(runtime_id=input.runtime_id, state=input.state, updates=_updates(input.inputs))


def _updates(updates: Sequence[inputs.RuntimeInputUpdate]) -> tuple[commands.InputUpdate, ...]:
    return tuple(_update(update) for update in updates)


def _update(update: inputs.RuntimeInputUpdate) -> commands.InputUpdate:
    values: dict[str, Any] = {name: getattr(update, name) for name in _OPTIONAL}
    given = {
        name: value
        for name, value in values.items()
        if value is not ABSENT and not (value is None and name in _NEVER_NULL)
    }
    return commands.InputUpdate(input_id=update.input_id, state=update.state, **given, given=frozenset(given))


def _receipt_payload(applied: BoundaryApplied) -> ReceiptPayload:
    return ReceiptPayload(
        receipt=BoundaryReceipt(row=record_row(applied.receipt)),
        runtime=AgentRuntime(row=record_row(applied.runtime)),
        replayed=applied.replayed,
    )


def _runtime_payload(saved: RuntimeSaved) -> RuntimePayload:
    return RuntimePayload(runtime=AgentRuntime(row=record_row(saved.runtime)), replayed=saved.replayed)


def _delete(input: inputs.DeleteRuntimeInput) -> commands.DeleteRuntime:
    return commands.DeleteRuntime(runtime_id=input.runtime_id)


def _delete_many(input: inputs.DeleteRuntimesInput) -> commands.DeleteRuntimes:
    if input.runtimes.ids is not None:
        return commands.DeleteRuntimes(ids=tuple(input.runtimes.ids))
    return commands.DeleteRuntimes(filter=_filter_of(input.runtimes.filter))


def _filter_of(runtime_filter: inputs.RuntimeFilter | None) -> RuntimeFilter:
    if runtime_filter is None:
        return RuntimeFilter()
    return RuntimeFilter(
        state=None if runtime_filter.state is None else tuple(runtime_filter.state),
        prefix=plain(runtime_filter.prefix, "runtimes.filter.prefix"),
    )


def _deletion(deleted: RuntimeDeleted) -> RuntimeDeletion:
    return RuntimeDeletion(runtime_id=deleted.runtime_id, replayed=deleted.replayed)


def _bulk_deletion(applied: RecordsDeleted) -> BulkRuntimeDeletionPayload:
    outcomes = cast("tuple[RuntimeDeleted | Problem, ...]", applied.outcomes)
    return BulkRuntimeDeletionPayload(
        deleted=applied.deleted,
        failed=len(outcomes) - applied.deleted,
        outcomes=[member(outcome, _deletion) for outcome in outcomes],
        replayed=applied.replayed,
    )


@strawberry.type
class RuntimeMutations:
    """The fields of `Mutation` that change agent runtimes."""

    @mutation("Give a boundary of a run its receipt, replace the snapshot and update inputs, in one step.")
    async def commit_boundary(self, info: Info, input: inputs.CommitBoundaryInput) -> ReceiptOutcome:
        """Commit a boundary."""
        return await execute(info, _commit_boundary, input, _receipt_payload)

    @mutation("Keep a receipt that the caller made, and what goes with it, in one step.")
    async def apply_boundary(self, info: Info, input: inputs.ApplyBoundaryInput) -> ReceiptOutcome:
        """Apply a boundary."""
        return await execute(info, _apply_boundary, input, _receipt_payload)

    @mutation("Insert or update one input of a runtime.")
    async def persist_runtime_input(self, info: Info, input: inputs.PersistRuntimeInputInput) -> RuntimeOutcome:
        """Persist an input."""
        return await execute(info, _persist_input, input, _runtime_payload)

    @mutation("Write a runtime's state and inputs in one step.")
    async def commit_runtime_lifecycle(self, info: Info, input: inputs.CommitRuntimeLifecycleInput) -> RuntimeOutcome:
        """Write a runtime's state and inputs."""
        return await execute(info, _commit_lifecycle, input, _runtime_payload)

    @mutation("Delete a runtime with its snapshot and inputs; its receipts stay with their runs.")
    async def delete_runtime(self, info: Info, input: inputs.DeleteRuntimeInput) -> RuntimeDeletionOutcome:
        """Delete a runtime."""
        return await execute(info, _delete, input, _deletion)

    @mutation("Each on its own.")
    async def delete_runtimes(self, info: Info, input: inputs.DeleteRuntimesInput) -> BulkRuntimeDeletionOutcome:
        """Delete many runtimes."""
        return await execute(info, _delete_many, input, _bulk_deletion)
