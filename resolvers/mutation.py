"""All mutations."""

import strawberry

from resolvers.result_mutations import ResultMutations
from resolvers.run_mutations import RunMutations
from resolvers.runtime_mutations import RuntimeMutations
from resolvers.scoped_mutations import ScopedMutations
from resolvers.work_mutations import WorkMutations


@strawberry.type(description="What can be changed.")
class Mutation(RunMutations, ResultMutations, ScopedMutations, WorkMutations, RuntimeMutations):
    """What can be changed."""
