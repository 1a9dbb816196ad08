"""Runs side by side."""

from collections.abc import Sequence
from typing import Final

from resolvers.execution.context import Context
from runindex.domain.errors import BadRequestError, NotFoundError
from runindex.domain.ids import find_run_id
from runindex.ports.queries import INCARNATION, Columns
from schema.results.comparison import RunComparison
from schema.runs.run import Run

FEWEST: Final = 2
MOST: Final = 20


async def compare_runs(context: Context, texts: Sequence[str], columns: Columns) -> RunComparison:
    """Return a comparison of runs that exist; raise BadRequestError for too few, too many, or one run twice."""
    if not FEWEST <= len(texts) <= MOST:
        raise BadRequestError(f"`ids` has {FEWEST} to {MOST} entries")
    ids = [find_run_id(text) for text in texts]
    known = [run_id for run_id in ids if run_id is not None]
    if len(set(known)) < len(known):
        raise BadRequestError("`ids` names a run twice")
    rows = await context.index.store.find_runs(known, columns | INCARNATION)
    for run_id in ids:
        if run_id is None or run_id not in rows:
            raise NotFoundError("one of the runs does not exist" if run_id is None else f"run {run_id} does not exist")
    return RunComparison(compared=[Run(row=rows[run_id]) for run_id in known])
