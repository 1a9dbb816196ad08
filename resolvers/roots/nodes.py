"""Finding anything that has an id: runs, results, plans, jobs."""

import asyncio
from collections.abc import Sequence

from resolvers.execution.context import Context
from resolvers.runs.queries import check_ids, find_run
from runindex.domain.ids import find_run_id
from schema.jobs.types import Job
from schema.plans.types import Plan
from schema.results.types import RunResult
from schema.typesystem.interfaces import Node
from schema.typesystem.selection import Selection


async def find_node(context: Context, text: str, selection: Selection) -> Node | None:
    """Return what has the id, None when nothing has it: a run, and only if there is none, something else."""
    run = await find_run(context, text, selection.columns("Run"))
    if run is not None:
        return run
    others = await asyncio.gather(
        find_result(context, text, selection), find_plan(context, text, selection), find_job(context, text, selection)
    )
    return next((node for node in others if node is not None), None)


async def find_nodes(context: Context, texts: Sequence[str], selection: Selection) -> Sequence[Node | None]:
    """Return what has these ids, in the order asked."""
    check_ids(texts, "ids")
    return await asyncio.gather(*(find_node(context, text, selection) for text in texts))


async def find_result(context: Context, text: str, selection: Selection) -> RunResult | None:
    """Return a result, None when there is none or when the text is no id."""
    result_id = find_run_id(text)
    return None if result_id is None else await context.loads.result(result_id, selection.columns("RunResult"))


async def find_plan(context: Context, text: str, selection: Selection) -> Plan | None:
    """Return a plan, None when there is none or when the text is no id."""
    plan_id = find_run_id(text)
    return None if plan_id is None else await context.loads.plan(plan_id, selection.columns("Plan"))


async def find_job(context: Context, text: str, selection: Selection) -> Job | None:
    """Return a job, None when there is none or when the text is no id."""
    job_id = find_run_id(text)
    return None if job_id is None else await context.loads.job(job_id, selection.columns("Job"))
