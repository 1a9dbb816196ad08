"""Unions that the mutations of agent runtimes return: a payload, or a problem."""

from typing import Annotated, TypeAlias

import strawberry

from schema.problems import ConstraintViolation, IdempotencyConflict, InvalidInput, NotFound
from schema.runtimes.receipts import BoundaryReceipt
from schema.runtimes.types import AgentRuntime
from schema.typesystem.descriptions import REPLAYED


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
