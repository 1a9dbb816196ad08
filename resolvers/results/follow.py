"""The subscription to a run's results."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from resolvers.execution.context import Context
from resolvers.loading.followed import find_followed_run
from resolvers.paging.lists import RESULT_STREAM
from runindex.ports.queries import Columns
from runindex.streams import records
from runindex.streams.cursors import binding_of, list_cursor, read_list_cursor
from schema.results.types import RunResult, RunResultEdge


async def follow_results(
    context: Context, text: str, after: str | None, columns: Columns
) -> AsyncGenerator[RunResultEdge, None]:
    """Yield each result of a run, in the order recorded, until the run is deleted."""
    run = await find_followed_run(context, text)
    if run is None:
        return
    position, binding = context.position.lossless, binding_of(RESULT_STREAM, run.owner)
    asked, given_by = position.after(after)
    (given,) = (0,) if asked is None else read_list_cursor(binding, asked, given_by)
    start = given if position.start is None else position.start
    rows = records.follow_results(context.index.heads, run, start, columns | {"seq"}, position.end)
    async with aclosing(rows):
        async for row in rows:
            cursor = list_cursor(binding, (row["seq"],))
            position.advance(row["seq"], cursor)
            yield RunResultEdge(cursor=cursor, node=RunResult(row=row))
