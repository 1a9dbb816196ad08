"""Inputs of the mutations of agent runtimes, made into commands (see `resolvers.runs.commands`)."""

from collections.abc import Sequence
from typing import Any, Final

from runindex import commands
from schema.runtimes import inputs
from schema.typesystem.connections import ABSENT

# What an update may leave out, and which of that cannot be null: there null is as good as nothing.
_OPTIONAL: Final = ("durability", "idempotency_key", "attempt_count", "recovery_count", "detail")
_NEVER_NULL: Final = frozenset({"attempt_count", "recovery_count"})


def commit_boundary(mutation: str, asked: inputs.CommitBoundaryInput, actor: str | None) -> commands.CommitBoundary:
    """Return the commit of a boundary."""
    return commands.CommitBoundary(
        mutation=mutation,
        runtime_id=asked.runtime_id,
        run_id=asked.run_id,
        boundary=asked.boundary,
        snapshot=asked.snapshot,
        contributing_input_ids=tuple(asked.contributing_input_ids),
        updates=_updates(asked.input_updates),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def apply_boundary(mutation: str, asked: inputs.ApplyBoundaryInput, actor: str | None) -> commands.ApplyBoundary:
    """Return the keeping of a receipt that the caller made."""
    receipt = asked.receipt
    return commands.ApplyBoundary(
        mutation=mutation,
        runtime_id=asked.runtime_id,
        run_id=receipt.run_id,
        sequence=receipt.sequence,
        boundary=receipt.boundary,
        contributing_input_ids=tuple(receipt.contributing_input_ids),
        conversation_digest=receipt.conversation_digest,
        message_count=receipt.message_count,
        snapshot=asked.snapshot,
        updates=_updates(asked.input_updates),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def persist_runtime_input(
    mutation: str, asked: inputs.PersistRuntimeInputInput, actor: str | None
) -> commands.PersistInput:
    """Return the keeping of one input."""
    return commands.PersistInput(
        mutation=mutation,
        runtime_id=asked.runtime_id,
        updates=_updates([asked.input]),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def commit_runtime_lifecycle(
    mutation: str, asked: inputs.CommitRuntimeLifecycleInput, actor: str | None
) -> commands.CommitLifecycle:
    """Return a runtime's state and inputs."""
    return commands.CommitLifecycle(
        mutation=mutation,
        runtime_id=asked.runtime_id,
        state=asked.state,
        updates=_updates(asked.inputs),
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def _updates(asked: Sequence[inputs.RuntimeInputUpdate]) -> tuple[commands.InputUpdate, ...]:
    return tuple(_update(update) for update in asked)


def _update(asked: inputs.RuntimeInputUpdate) -> commands.InputUpdate:
    values: dict[str, Any] = {name: getattr(asked, name) for name in _OPTIONAL}
    given = {
        name: value
        for name, value in values.items()
        if value is not ABSENT and not (value is None and name in _NEVER_NULL)
    }
    return commands.InputUpdate(input_id=asked.input_id, state=asked.state, **given, given=frozenset(given))
