"""The mutations of agent runtimes."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from resolvers.plans.outcomes import receipt_outcome, runtime_outcome
from resolvers.runtimes import commands as make
from schema.runtimes import inputs
from schema.runtimes.outcomes import ReceiptOutcome, RuntimeOutcome


@strawberry.type
class RuntimeMutations:
    """What can be changed of agent runtimes."""

    @mutation("Give a boundary of a run its receipt, replace the snapshot and update inputs, in one step.")
    async def commit_boundary(self, info: Info, input: inputs.CommitBoundaryInput) -> ReceiptOutcome:
        """Commit a boundary."""
        return await execute(info, make.commit_boundary, input, receipt_outcome)

    @mutation("Keep a receipt that the caller made, and what goes with it, in one step.")
    async def apply_boundary(self, info: Info, input: inputs.ApplyBoundaryInput) -> ReceiptOutcome:
        """Apply a boundary."""
        return await execute(info, make.apply_boundary, input, receipt_outcome)

    @mutation("Insert or update one input of a runtime.")
    async def persist_runtime_input(self, info: Info, input: inputs.PersistRuntimeInputInput) -> RuntimeOutcome:
        """Persist an input."""
        return await execute(info, make.persist_runtime_input, input, runtime_outcome)

    @mutation("Write a runtime's state and inputs in one step.")
    async def commit_runtime_lifecycle(self, info: Info, input: inputs.CommitRuntimeLifecycleInput) -> RuntimeOutcome:
        """Write a runtime's state and inputs."""
        return await execute(info, make.commit_runtime_lifecycle, input, runtime_outcome)
