"""What subscriptions deliver.

A stream holds no connection and no transaction between two items: it is a cursor, and reads when there is something.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from resolvers.execution.context import Context
from resolvers.paging.filters import filter_of, plain
from resolvers.paging.lists import RESULT_STREAM, event_cursor, read_event_cursor
from resolvers.runs.aggregates import grouped_filter
from resolvers.runs.change_rows import change_row
from runindex.domain.errors import NotFoundError
from runindex.domain.ids import find_run_id
from runindex.domain.runs.filters import EVERYTHING, RunFilter, uses_ancestor
from runindex.ports.queries import Columns, Row, RunGroupKey
from runindex.streams import records as record_streams
from runindex.streams import run as run_stream
from runindex.streams.changes import follow
from runindex.streams.cursors import binding_of, list_cursor, log_cursor, read_list_cursor
from runindex.streams.groups import Groups, follow_groups
from runindex.streams.records import Followed, find_followed
from runindex.streams.run import IDENTITY
from schema import filters
from schema.results.types import RunResult, RunResultEdge
from schema.run_data.events import RunEvent, RunEventEdge
from schema.runs.aggregates import RunGroup
from schema.runs.changes import Bookmark, RunChange, StreamItem
from schema.runs.run import Run
from schema.typesystem.scalars import DateTime


async def follow_changes(
    context: Context, run_filter: filters.RunFilter | None, after: str | None, *, bookmarks: bool
) -> AsyncGenerator[StreamItem, None]:
    """Yield every change that the filter sees, and bookmarks where nothing else is yielded."""
    asked, place = filter_of(run_filter), context.place
    goes_on, start = place.goes_on, after if place.start is None else log_cursor(place.history, place.start)
    stretches = follow(context.index.tail, asked, start, idle_seconds=context.pace.idle, may_end=place.end)
    async with aclosing(stretches):
        async for stretch in stretches:
            place.history = stretch.epoch
            for seen in stretch.seen:
                place.pass_by(seen.change.seq)
                yield RunChange(
                    row=change_row(seen.change, seen.membership),
                    cursor=log_cursor(stretch.epoch, seen.change.seq),
                )
            place.reach(stretch.position)
            if bookmarks and stretch.silent and not goes_on:
                yield Bookmark(cursor=stretch.cursor, at=DateTime(context.index.clock.now()))
            goes_on = False


async def follow_run(context: Context, text: str, columns: Columns) -> AsyncGenerator[Run, None]:
    """Yield a run as it is now and after each change and result, until it is deleted; older states give way to newer.

    Its records are loaded anew for each state.
    """
    run_id = find_run_id(text)
    if run_id is None:
        return

    async def find() -> Row | None:
        return await context.loaders.run(run_id, columns | IDENTITY)

    place = context.place
    rows = run_stream.follow_run(context.index.tail, context.index.records, run_id, find, place.looks)
    async with aclosing(rows):
        async for row in rows:
            history = f"run {row['incarnation']}"
            if place.history not in ("", history):
                return  # the run that the stream began with was deleted
            place.history = history
            yield Run(row=row)


async def follow_results(
    context: Context, text: str, after: str | None, columns: Columns
) -> AsyncGenerator[RunResultEdge, None]:
    """Yield each result of a run, in the order recorded, until the run is deleted."""
    run = await _find_followed(context, text)
    if run is None:
        return
    place, binding = context.place, binding_of(RESULT_STREAM, run.owner)
    (given,) = (0,) if after is None else read_list_cursor(binding, after, "after")
    start = given if place.start is None else place.start
    rows = record_streams.follow_results(context.index.records, run, start, columns | {"seq"}, place.end)
    async with aclosing(rows):
        async for row in rows:
            place.pass_by(row["seq"])
            yield RunResultEdge(cursor=list_cursor(binding, (row["seq"],)), node=RunResult(row=row))


async def follow_events(
    context: Context, text: str, stream: str | None, after: str | None, columns: Columns
) -> AsyncGenerator[RunEventEdge, None]:
    """Yield each event of a run, of one stream or of all, until the run is deleted."""
    plain(stream, "stream")
    run = await _find_followed(context, text)
    if run is None:
        return
    # A place among all events is one in each stream: the cursor of any list of this run's events will do.
    given = None if after is None else read_event_cursor(after, run.owner, "after")[0]
    place = context.place
    start = given if place.start is None else place.start
    followed = run._replace(stream=stream)
    rows = record_streams.follow_events(context.index.records, followed, start, columns, place.end)
    async with aclosing(rows):
        async for row in rows:
            place.pass_by(row["sequence"])
            yield RunEventEdge(cursor=event_cursor(run.owner, row["sequence"], stream), node=RunEvent(row=row))


async def follow_counts(
    context: Context, run_filter: filters.RunFilter | None, key: RunGroupKey
) -> AsyncGenerator[list[RunGroup], None]:
    """Yield the groups now, and when they have changed, but never more often than the context's pace."""
    asked, index = grouped_filter(run_filter, key), context.index

    async def count() -> Groups:
        return await index.store.group_runs(asked, key, None)

    states = follow_groups(index.tail, _stirring(asked), count, context.place.looks, context.pace.counts)
    async with aclosing(states):
        async for groups in states:
            yield [RunGroup(key=name, count=size) for name, size in groups]


async def _find_followed(context: Context, text: str) -> Followed | None:
    """Return the run whose records to follow; None where those go on of a run that was deleted meanwhile."""
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


def _stirring(asked: RunFilter) -> RunFilter:
    """Return a filter that sees every change that can move the groups."""
    return EVERYTHING if uses_ancestor(asked) else replace(asked, include_archived=True)
