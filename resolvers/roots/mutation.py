"""The mutations."""

import strawberry

from resolvers.jobs.mutations import JobMutations
from resolvers.plans.mutations import PlanMutations
from resolvers.results.mutations import ResultMutations
from resolvers.run_data.mutations import RunDataMutations
from resolvers.runs.mutations import RunMutations
from resolvers.runs.views.mutations import ViewMutations
from resolvers.runtimes.mutations import RuntimeMutations


@strawberry.type(description="What can be changed. The mutations of one document are not one transaction.")
class Mutation(
    RunMutations, ResultMutations, RunDataMutations, PlanMutations, JobMutations, RuntimeMutations, ViewMutations
):
    """The mutations of all nouns."""
