"""The subscription to a run's events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from resolvers.execution.context import Context
from resolvers.loading.followed import find_followed_run
from resolvers.paging.filters import plain
from resolvers.paging.lists import event_cursor, read_event_cursor
from runindex.ports.queries import Columns
from runindex.streams import records
from schema.run_data.events import RunEvent, RunEventEdge


async def follow_events(
    context: Context, text: str, stream: str | None, after: str | None, columns: Columns
) -> AsyncGenerator[RunEventEdge, None]:
    """Yield each event of a run, of one stream or of all, until the run is deleted."""
    plain(stream, "stream")
    run = await find_followed_run(context, text)
    if run is None:
        return
    # Sequences count over all streams of a run: the cursor of any list of its events will do.
    position = context.position.lossless
    asked, given_by = position.after(after)
    given = None if asked is None else read_event_cursor(asked, run.owner, given_by)[0]
    start = given if position.start is None else position.start
    followed = run._replace(stream=stream)
    rows = records.follow_events(context.index.heads, followed, start, columns, position.end)
    async with aclosing(rows):
        async for row in rows:
            cursor = event_cursor(run.owner, row["sequence"], stream)
            position.advance(row["sequence"], cursor)
            yield RunEventEdge(cursor=cursor, node=RunEvent(row=row))
