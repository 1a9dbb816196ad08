"""The mutations of results."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from resolvers.results import commands as make
from resolvers.results.outcomes import result_deletion_outcome, result_outcome, results_outcome
from schema.results import inputs
from schema.results.outcomes import ResultDeletionOutcome, RunResultOutcome, RunResultsOutcome


@strawberry.type
class ResultMutations:
    """What can be changed of results."""

    @mutation("Record one attempt; the same one again is answered with what is stored.")
    async def record_result(self, info: Info, input: inputs.RecordResultInput) -> RunResultOutcome:
        """Record a result."""
        return await execute(info, make.record_result, input, result_outcome)

    @mutation("Record many attempts, each on its own.")
    async def record_results(self, info: Info, input: inputs.RecordResultsInput) -> RunResultsOutcome:
        """Record results."""
        return await execute(info, make.record_results, input, results_outcome)

    @mutation("Delete all results of a run; the run stays.")
    async def delete_results(self, info: Info, input: inputs.DeleteResultsInput) -> ResultDeletionOutcome:
        """Delete a run's results."""
        return await execute(info, make.delete_results, input, result_deletion_outcome)
