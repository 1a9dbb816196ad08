"""The run whose records a subscription follows."""

from resolvers.execution.context import Context
from runindex.domain.errors import NotFoundError
from runindex.streams.records import Followed, find_followed


async def find_followed_run(context: Context, text: str) -> Followed | None:
    """Return the run; None when the subscription continues that of a run that was deleted meanwhile."""
    position = context.position
    try:
        run = await find_followed(context.index.store, text)
    except NotFoundError:
        if position.lossless.goes_on:
            return None
        raise
    history = f"run {run.owner}"
    if position.lossless.goes_on and position.history != history:
        return None
    position.history = history
    return run
