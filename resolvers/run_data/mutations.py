"""The mutations of a run's own data."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from resolvers.results.outcomes import (
    cell_outcome,
    document_outcome,
    events_outcome,
    value_deletion_outcome,
    values_outcome,
)
from resolvers.run_data import commands as make
from schema.run_data import inputs
from schema.run_data.outcomes import (
    RunCellOutcome,
    RunDocumentOutcome,
    RunEventsOutcome,
    RunValueDeletionOutcome,
    RunValuesOutcome,
)


@strawberry.type
class ScopedMutations:
    """What can be changed of a run's own data."""

    @mutation("Put values, all or none; their old versions stay as history.")
    async def put_run_values(self, info: Info, input: inputs.PutRunValuesInput) -> RunValuesOutcome:
        """Put values."""
        return await execute(info, make.put_run_values, input, values_outcome)

    @mutation("Delete values; their history stays.")
    async def delete_run_values(self, info: Info, input: inputs.DeleteRunValuesInput) -> RunValueDeletionOutcome:
        """Delete values."""
        return await execute(info, make.delete_run_values, input, value_deletion_outcome)

    @mutation("Append events with consecutive sequences, all or none.")
    async def append_run_events(self, info: Info, input: inputs.AppendRunEventsInput) -> RunEventsOutcome:
        """Append events."""
        return await execute(info, make.append_run_events, input, events_outcome)

    @mutation("Set a cell.")
    async def set_run_cell(self, info: Info, input: inputs.SetRunCellInput) -> RunCellOutcome:
        """Set a cell."""
        return await execute(info, make.set_run_cell, input, cell_outcome)

    @mutation("Replace or patch a document.")
    async def write_run_document(self, info: Info, input: inputs.WriteRunDocumentInput) -> RunDocumentOutcome:
        """Write a document."""
        return await execute(info, make.write_run_document, input, document_outcome)
