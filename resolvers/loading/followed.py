"""The run whose records a subscription follows."""

from resolvers.execution.context import Context
from runindex.domain.errors import NotFoundError
from runindex.streams.records import Followed, find_followed


async def find_followed_run(context: Context, text: str) -> Followed | None:
    """Return the run; None when the subscription continues that of a run that was deleted meanwhile."""
    place = context.place
    try:
        run = await find_followed(context.index.store, text)
    except NotFoundError:
        if place.goes_on:
            return None
        raise
    history = f"run {run.owner}"
    if place.goes_on and place.history != history:
        return None
    place.history = history
    return run
