"""Unions that the mutations of agent runtimes return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound
from schema.runtimes.receipts import BoundaryReceipt
from schema.runtimes.types import AgentRuntime
from schema.typesystem.descriptions import OUTCOME_OF_EACH, REPLAYED


@strawberry.type(description="A boundary that was committed or applied.")
class ReceiptPayload:
    """A receipt and its runtime."""

    receipt: BoundaryReceipt = strawberry.field(description="The receipt.")
    runtime: AgentRuntime = strawberry.field(description="The runtime after it.")
    replayed: bool = strawberry.field(description=REPLAYED)


ReceiptOutcome: TypeAlias = Annotated[
    ReceiptPayload | NotFound | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("ReceiptOutcome", description="The receipt, or why there is none."),
]


@strawberry.type(description="A runtime that was written to.")
class RuntimePayload:
    """A runtime."""

    runtime: AgentRuntime = strawberry.field(description="The runtime.")
    replayed: bool = strawberry.field(description=REPLAYED)


RuntimeOutcome: TypeAlias = Annotated[
    RuntimePayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("RuntimeOutcome", description="The runtime, or why nothing was written."),
]


@strawberry.type(description="A runtime that is gone.")
class RuntimeDeletion:
    """A runtime that was deleted."""

    runtime_id: str = strawberry.field(description="The name that the runtime had.")
    replayed: bool = strawberry.field(description=REPLAYED)


RuntimeDeletionOutcome: TypeAlias = Annotated[
    RuntimeDeletion | NotFound | IdempotencyConflict | InvalidInput,
    strawberry.union("RuntimeDeletionOutcome", description="The deletion, or why there was none."),
]


@strawberry.type(description="What became of runtimes that were to be deleted.")
class BulkRuntimeDeletionPayload:
    """One outcome for each runtime."""

    deleted: int = strawberry.field(description="How many were deleted.")
    failed: int = strawberry.field(description="How many were not.")
    outcomes: list[RuntimeDeletionOutcome] = strawberry.field(description=OUTCOME_OF_EACH)
    replayed: bool = strawberry.field(description=REPLAYED)


BulkRuntimeDeletionOutcome: TypeAlias = Annotated[
    BulkRuntimeDeletionPayload | ConstraintViolation | IdempotencyConflict | InvalidInput,
    strawberry.union("BulkRuntimeDeletionOutcome", description="The outcomes, or why there are none."),
]
