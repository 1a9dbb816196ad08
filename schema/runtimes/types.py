"""Agent runtimes and their inputs."""

from typing import Annotated

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.runtimes.enums import InputDurability, InputState, RuntimeState
from schema.runtimes.receipts import BoundaryReceipt, ReceiptConnection
from schema.typesystem.connections import ABSENT, After, First, given, page_arguments
from schema.typesystem.fields import column, relation, wrap
from schema.typesystem.scalars import Base64, DateTime, Json
from schema.typesystem.selection import page_selection, selection_of


@strawberry.type(description="An input of a runtime, as the driver last described it.")
class RuntimeInput:
    """An input as its storage row."""

    row: strawberry.Private[Row]

    input_id: strawberry.ID = column("input_id", description="The input's id, the driver's own.")
    state: InputState = column("state", description="What the driver says of it.")
    durability: InputDurability | None = column("durability", description="Whether it outlives the process.")
    idempotency_key: str | None = column("idempotency_key", description="The key that the input came with.")
    attempt_count: int = column("attempt_count", description="How often it was attempted.")
    recovery_count: int = column("recovery_count", description="How often it was recovered.")
    detail: Json | None = column(
        "detail",
        description="Policy, history, terminal outcome, reconstruction source and the persisted input, as given.",
    )
    last_run_id: strawberry.ID | None = column(
        "last_run_id", description="The run of the last committed boundary that updated it. It may dangle."
    )
    last_boundary_sequence: int | None = column(
        "last_boundary_sequence", description="The sequence of the last committed boundary that updated it."
    )
    created_at: DateTime = column("created_at", description="When it was first persisted.")
    updated_at: DateTime = column("updated_at", description="When it was last persisted.")


@strawberry.type(
    description=(
        "What a logical agent runtime left behind to be resumed from; keyed by a name that outlives processes."
    )
)
class AgentRuntime:
    """A runtime as its storage row."""

    row: strawberry.Private[Row]

    runtime_id: str = column("runtime_id", description="The name: 1 to 512 characters.")
    state: RuntimeState | None = column("state", description="What the driver says of it; null until it said so.")
    snapshot: Base64 | None = column("snapshot", description="Byte-identical to what was committed.")

    @relation("runtime_inputs", needs=("runtime_id",), description="In the order first persisted.")
    async def inputs(self, info: Info) -> list[RuntimeInput]:
        """Load all inputs."""
        columns = selection_of(info).columns("RuntimeInput")
        rows = await info.context.loaders.runtime_inputs(self.row["runtime_id"], columns)
        return [RuntimeInput(row=row) for row in rows]

    @relation("runtime_input", needs=("runtime_id",), description="One input; null when there is none.")
    async def input(
        self, info: Info, input_id: Annotated[strawberry.ID, strawberry.argument(description="The input.")]
    ) -> RuntimeInput | None:
        """Load one input."""
        columns = selection_of(info).columns("RuntimeInput")
        return wrap(RuntimeInput, await info.context.loaders.runtime_input(self.row["runtime_id"], input_id, columns))

    @relation("receipt", needs=("runtime_id",), description="One receipt; null when there is none.")
    async def receipt(
        self,
        info: Info,
        run_id: Annotated[strawberry.ID, strawberry.argument(description="The run.")],
        sequence: Annotated[int, strawberry.argument(description="The receipt's number.")],
    ) -> BoundaryReceipt | None:
        """Load one receipt."""
        columns = selection_of(info).columns("BoundaryReceipt")
        row = await info.context.loaders.receipt(self.row["runtime_id"], run_id, sequence, columns)
        return wrap(BoundaryReceipt, row)

    @relation("runtime_receipts", needs=("runtime_id",), description="Oldest first.")
    async def receipts(
        self,
        info: Info,
        run_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this run.")] = ABSENT,
        first: First = ABSENT,
        after: After = ABSENT,
    ) -> ReceiptConnection:
        """Load a page of the receipts."""
        runtime_id, run = self.row["runtime_id"], given(run_id)
        page, selected = page_arguments(first, after), page_selection(info, "BoundaryReceipt")
        return ReceiptConnection(page=await info.context.loaders.runtime_receipts(runtime_id, run, page, selected))
