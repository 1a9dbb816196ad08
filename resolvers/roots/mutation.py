"""All mutations."""

import strawberry

from resolvers.plans.mutations import WorkMutations
from resolvers.results.mutations import ResultMutations
from resolvers.run_data.mutations import ScopedMutations
from resolvers.runs.mutations import RunMutations
from resolvers.runtimes.mutations import RuntimeMutations


@strawberry.type(description="What can be changed.")
class Mutation(RunMutations, ResultMutations, ScopedMutations, WorkMutations, RuntimeMutations):
    """What can be changed."""
