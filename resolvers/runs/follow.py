"""The subscriptions to the change log, to one run, and to groups of runs.

A stream holds no connection and no transaction between two items: it is a cursor, and reads after a wake-up.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from resolvers.execution.context import Context
from resolvers.paging.filters import filter_of
from resolvers.runs.aggregates import grouped_filter
from resolvers.runs.change_rows import change_row
from runindex.domain.errors import LimitExceededError
from runindex.domain.ids import find_run_id
from runindex.domain.runs.filters import EVERYTHING, RunFilter, uses_ancestor
from runindex.ports.queries import INCARNATION, Columns, Row, RunGroupKey
from runindex.streams import progress
from runindex.streams import run as run_stream
from runindex.streams.changes import follow
from runindex.streams.cursors import log_cursor
from runindex.streams.groups import Groups, Pause, follow_groups
from runindex.streams.run import IDENTITY
from schema import filters
from schema.runs.aggregates import RunGroup
from schema.runs.changes import Bookmark, RunChange, StreamItem
from schema.runs.run import Run
from schema.typesystem.scalars import DateTime

# More are on no screen.
MAX_FOLLOWED: Final = 200


async def follow_changes(
    context: Context, run_filter: filters.RunFilter | None, after: str | None, *, bookmarks: bool
) -> AsyncGenerator[StreamItem, None]:
    """Yield each change that the filter matches, and bookmarks where nothing else is yielded."""
    position, lossless = context.position, context.position.lossless
    goes_on = lossless.goes_on
    start, given_by = lossless.after(after)
    if lossless.start is not None:
        start = log_cursor(position.history, lossless.start)
    batches = follow(
        context.index.tailer,
        filter_of(run_filter),
        start,
        given_by=given_by,
        idle_seconds=context.timings.idle,
        may_end=lossless.end,
    )
    async with aclosing(batches):
        async for batch in batches:
            position.history = batch.epoch
            for matched in batch.matched:
                cursor = log_cursor(batch.epoch, matched.change.seq)
                lossless.advance(matched.change.seq, cursor)
                yield RunChange(row=change_row(matched.change, matched.membership), cursor=cursor)
            lossless.reach(batch.position)
            if batch.silent and not goes_on:
                lossless.cursor = batch.cursor
                if bookmarks:
                    yield Bookmark(cursor=batch.cursor, at=DateTime(await context.index.store.now()))
                else:
                    lossless.begin(batch.cursor)
            goes_on = False


async def follow_run(context: Context, text: str, columns: Columns) -> AsyncGenerator[Run, None]:
    """Yield a run's state now and after its changes and results, until it is deleted; a slow reader skips states.

    Its records are loaded anew for each state.
    """
    run_id = find_run_id(text)
    if run_id is None:
        return

    async def find() -> Row | None:
        return await context.loaders.run(run_id, columns | IDENTITY)

    position = context.position
    rows = run_stream.follow_run(context.index.tailer, context.index.heads, run_id, find, position.refreshes)
    async with aclosing(rows):
        async for row in rows:
            history = f"run {row['incarnation']}"
            if position.history not in ("", history):
                return  # the run that the stream began with was deleted
            position.history = history
            yield Run(row=row)


async def follow_progress(context: Context, texts: Sequence[str], columns: Columns) -> AsyncGenerator[list[Run], None]:
    """Yield the runs that exist, again after new results of any, never more often than the context's timings allow."""
    if len(texts) > MAX_FOLLOWED:
        message = f"`ids` has {len(texts)} ids; at most {MAX_FOLLOWED} runs are followed at once"
        raise LimitExceededError(message, MAX_FOLLOWED, len(texts))
    ids = list(dict.fromkeys(run_id for text in texts if (run_id := find_run_id(text)) is not None))
    rows = await context.index.store.find_runs(ids, INCARNATION)
    owners = {run_id: rows[run_id]["incarnation"] for run_id in ids if run_id in rows}
    states = progress.follow_progress(
        context.index.heads, owners, context.position.refreshes, Pause(context.timings.counts)
    )
    async with aclosing(states):
        async for present in states:
            found = await asyncio.gather(*(context.loaders.run(run_id, columns) for run_id in present))
            yield [Run(row=row) for row in found if row is not None]


async def follow_counts(
    context: Context, run_filter: filters.RunFilter | None, key: RunGroupKey
) -> AsyncGenerator[list[RunGroup], None]:
    """Yield the groups now, and after they changed, never more often than the context's timings allow."""
    core_filter, index = grouped_filter(run_filter, key), context.index

    async def count() -> Groups:
        return await index.store.group_runs(core_filter, key, None)

    states = follow_groups(
        index.tailer, _moving(core_filter), count, context.position.refreshes, Pause(context.timings.counts)
    )
    async with aclosing(states):
        async for groups in states:
            yield [RunGroup(key=name, count=size) for name, size in groups]


def _moving(run_filter: RunFilter) -> RunFilter:
    """Return a filter that matches every change that can move the groups."""
    return EVERYTHING if uses_ancestor(run_filter) else replace(run_filter, include_archived=True)
