"""Finding nodes by their ids: runs, results, plans, jobs, views."""

import asyncio
from collections.abc import Sequence

from resolvers.execution.context import Context
from resolvers.runs.queries import check_ids
from runindex.domain.ids import find_run_id
from schema.jobs.types import Job
from schema.plans.types import Plan
from schema.results.types import RunResult
from schema.runs.run import Run
from schema.runs.views.types import View
from schema.typesystem.fields import wrap
from schema.typesystem.interfaces import Node
from schema.typesystem.selection import Selection


async def find_node(context: Context, text: str, selection: Selection) -> Node | None:
    """Return the node of an id, None when there is none; a run before any other node."""
    run_id = find_run_id(text)
    run = None if run_id is None else wrap(Run, await context.loaders.run(run_id, selection.columns("Run")))
    if run is not None:
        return run
    others = await asyncio.gather(
        find_result(context, text, selection),
        find_plan(context, text, selection),
        find_job(context, text, selection),
        find_view(context, text, selection),
    )
    return next((node for node in others if node is not None), None)


async def find_nodes(context: Context, texts: Sequence[str], selection: Selection) -> Sequence[Node | None]:
    """Return the nodes of these ids, in their order."""
    check_ids(texts, "ids")
    return await asyncio.gather(*(find_node(context, text, selection) for text in texts))


async def find_result(context: Context, text: str, selection: Selection) -> RunResult | None:
    """Return a result, None when there is none or when the text is no id."""
    result_id = find_run_id(text)
    columns = selection.columns("RunResult")
    return None if result_id is None else wrap(RunResult, await context.loaders.result(result_id, columns))


async def find_plan(context: Context, text: str, selection: Selection) -> Plan | None:
    """Return a plan, None when there is none or when the text is no id."""
    plan_id = find_run_id(text)
    return None if plan_id is None else wrap(Plan, await context.loaders.plan(plan_id, selection.columns("Plan")))


async def find_job(context: Context, text: str, selection: Selection) -> Job | None:
    """Return a job, None when there is none or when the text is no id."""
    job_id = find_run_id(text)
    return None if job_id is None else wrap(Job, await context.loaders.job(job_id, selection.columns("Job")))


async def find_view(context: Context, text: str, selection: Selection) -> View | None:
    """Return a view, None when there is none or when the text is no id."""
    view_id = find_run_id(text)
    return None if view_id is None else wrap(View, await context.loaders.view(view_id, selection.columns("View")))
