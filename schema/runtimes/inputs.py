"""Inputs of the mutations of agent runtimes."""

from typing import Final

import strawberry

from schema.runtimes.enums import InputDurability, InputState, RunBoundary, RuntimeState
from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, OPEN_RUN
from schema.typesystem.directives import OneOf
from schema.typesystem.scalars import Base64, Json

_RUNTIME: Final = "The runtime: 1 to 512 characters; it need not exist."
_UPDATES: Final = "Inputs to insert or update."


@strawberry.input(description="What is said of an input; fields that are not given keep their values.")
class RuntimeInputUpdate:
    """An input; a field that was not given is ABSENT."""

    input_id: strawberry.ID = strawberry.field(description="The input: 1 to 512 characters.")
    state: InputState = strawberry.field(description="Its state.")
    durability: InputDurability | None = strawberry.field(
        default=ABSENT, description="Whether it outlives the process."
    )
    idempotency_key: str | None = strawberry.field(default=ABSENT, description="The key that the input came with.")
    attempt_count: int | None = strawberry.field(
        default=ABSENT, description="How often it was attempted; null keeps the value."
    )
    recovery_count: int | None = strawberry.field(
        default=ABSENT, description="How often it was recovered; null keeps the value."
    )
    detail: Json | None = strawberry.field(default=ABSENT, description="Whatever else is to be kept of it.")


@strawberry.input(description="A boundary of a run, to be given a receipt.")
class CommitBoundaryInput:
    """A boundary."""

    runtime_id: str = strawberry.field(description=_RUNTIME)
    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    boundary: RunBoundary = strawberry.field(description="Which kind of boundary it is.")
    snapshot: Base64 = strawberry.field(description="JSON with a list `messages`; replaces the runtime's.")
    contributing_input_ids: list[strawberry.ID] = strawberry.field(description="The inputs that the boundary takes in.")
    input_updates: list[RuntimeInputUpdate] = strawberry.field(description=_UPDATES)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A receipt that the caller made.")
class BoundaryReceiptInput:
    """A receipt."""

    run_id: strawberry.ID = strawberry.field(description=OPEN_RUN)
    sequence: int = strawberry.field(description="Its number, 0 to 1073741824; a taken one is DUPLICATE_RECEIPT.")
    boundary: RunBoundary = strawberry.field(description="Which kind of boundary it was.")
    contributing_input_ids: list[strawberry.ID] = strawberry.field(description="The inputs that the boundary took in.")
    conversation_digest: str | None = strawberry.field(description="The digest of the session's messages.")
    message_count: int = strawberry.field(description="How many messages the session has, 0 or more.")


@strawberry.input(description="A boundary of an open run that the caller has a receipt for.")
class ApplyBoundaryInput:
    """A boundary and its receipt."""

    runtime_id: str = strawberry.field(description=_RUNTIME)
    receipt: BoundaryReceiptInput = strawberry.field(description="The receipt, stored as it is.")
    snapshot: Base64 | None = strawberry.field(description="Any bytes; null keeps the snapshot that there is.")
    input_updates: list[RuntimeInputUpdate] = strawberry.field(description=_UPDATES)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="One input of a runtime, to insert or update.")
class PersistRuntimeInputInput:
    """An input of a runtime."""

    runtime_id: str = strawberry.field(description=_RUNTIME)
    input: RuntimeInputUpdate = strawberry.field(description="The input.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A runtime's state and inputs, written in one step.")
class CommitRuntimeLifecycleInput:
    """A runtime's state and inputs."""

    runtime_id: str = strawberry.field(description=_RUNTIME)
    state: RuntimeState = strawberry.field(description="Its state.")
    inputs: list[RuntimeInputUpdate] = strawberry.field(description=_UPDATES)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="A runtime to be deleted, with its snapshot and inputs; its receipts stay with their runs."
)
class DeleteRuntimeInput:
    """A runtime."""

    runtime_id: str = strawberry.field(description="The runtime.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Conditions on runtimes; all that are given hold together.")
class RuntimeFilter:
    """Conditions on runtimes."""

    state: list[RuntimeState] | None = strawberry.field(description="Has one of these states.")
    prefix: str | None = strawberry.field(description="Has a name that starts with this.")


@strawberry.input(
    directives=[OneOf()],
    description=(
        "At most 1000 runtimes in one call; "
        "a filter that matches more is a LIMIT_EXCEEDED problem that changed nothing."
    ),
)
class RuntimeSelector:
    """Runtimes by name or by filter; the other is None."""

    ids: list[strawberry.ID] | None = strawberry.field(description="These runtimes.")
    filter: RuntimeFilter | None = strawberry.field(description="The runtimes that pass this.")


@strawberry.input(description="Runtimes to be deleted.")
class DeleteRuntimesInput:
    """Runtimes."""

    runtimes: RuntimeSelector = strawberry.field(description="Which runtimes.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)
