"""The mutations of plans and jobs."""

import strawberry

from resolvers.execution.context import Info
from resolvers.execution.fields import mutation
from resolvers.execution.mutate import execute
from resolvers.plans import commands as make
from resolvers.plans.outcomes import claim_outcome, job_outcome, plan_deletion_outcome, plan_outcome, plan_run_outcome
from schema.plans import inputs
from schema.plans.outcomes import ClaimOutcome, JobOutcome, PlanDeletionOutcome, PlanOutcome, PlanRunOutcome


@strawberry.type
class WorkMutations:
    """What can be changed of plans and jobs."""

    @mutation("Keep a plan.")
    async def create_plan(self, info: Info, input: inputs.CreatePlanInput) -> PlanOutcome:
        """Create a plan."""
        return await execute(info, make.create_plan, input, plan_outcome)

    @mutation("Replace what is given of a plan.")
    async def update_plan(self, info: Info, input: inputs.UpdatePlanInput) -> PlanOutcome:
        """Change a plan."""
        return await execute(info, make.update_plan, input, plan_outcome)

    @mutation("Delete a plan; its runs stay.")
    async def delete_plan(self, info: Info, input: inputs.DeletePlanInput) -> PlanDeletionOutcome:
        """Delete a plan."""
        return await execute(info, make.delete_plan, input, plan_deletion_outcome)

    @mutation("Create a run of the plan and the job that offers it, both or neither.")
    async def start_plan(self, info: Info, input: inputs.StartPlanInput) -> PlanRunOutcome:
        """Start a plan."""
        return await execute(info, make.start_plan, input, plan_run_outcome)

    @mutation("Offer a job to executors.")
    async def enqueue_job(self, info: Info, input: inputs.EnqueueJobInput) -> JobOutcome:
        """Enqueue a job."""
        return await execute(info, make.enqueue_job, input, job_outcome)

    @mutation("Due jobs by priority, then runAt, then age; each goes to one claimer. Empty when nothing is due.")
    async def claim_jobs(self, info: Info, input: inputs.ClaimJobsInput) -> ClaimOutcome:
        """Claim jobs."""
        return await execute(info, make.claim_jobs, input, claim_outcome)

    @mutation("Say that a claimed job is done; saying it twice is the same as once.")
    async def acknowledge_job(self, info: Info, input: inputs.AcknowledgeJobInput) -> JobOutcome:
        """Acknowledge a job."""
        return await execute(info, make.acknowledge_job, input, job_outcome)

    @mutation("Say that a claimed job failed; it is offered again after a growing pause, or is over.")
    async def fail_job(self, info: Info, input: inputs.FailJobInput) -> JobOutcome:
        """Fail a job."""
        return await execute(info, make.fail_job, input, job_outcome)
