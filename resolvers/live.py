"""What subscriptions deliver.

A stream holds no connection and no transaction between two items: it is a cursor, and reads when there is something.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from resolvers.changes import change_row
from resolvers.context import Context
from resolvers.figures import grouped
from resolvers.filters import filter_of
from runindex.cursors import log_cursor
from runindex.domain.changes import Change, RunChangeKind
from runindex.domain.filters import EVERYTHING, RunFilter, uses_ancestor
from runindex.domain.identity import find_run_id
from runindex.domain.runs import Run as CoreRun
from runindex.queries import Columns, RunGroupKey
from runindex.rows import row_of
from runindex.streams import follow
from schema import filters
from schema.changes import Bookmark, RunChange, StreamItem
from schema.counts import RunGroup
from schema.run import Run
from schema.scalars import DateTime

_IDENTITY: Final[Columns] = frozenset({"incarnation", "version"})


async def follow_changes(
    context: Context, run_filter: filters.RunFilter | None, after: str | None, *, bookmarks: bool
) -> AsyncGenerator[StreamItem, None]:
    """Yield every change that the filter sees, and bookmarks where nothing else is yielded."""
    asked = filter_of(run_filter)
    stretches = follow(context.index.tail, asked, after, idle_seconds=context.pace.idle)
    async with aclosing(stretches):
        async for stretch in stretches:
            for seen in stretch.seen:
                yield RunChange(
                    row=change_row(seen.change, seen.membership),
                    cursor=log_cursor(stretch.epoch, seen.change.seq),
                    membership=seen.membership,
                )
            if bookmarks and stretch.silent:
                yield Bookmark(cursor=stretch.cursor, at=DateTime(context.index.clock.now()))


async def follow_run(context: Context, text: str, columns: Columns) -> AsyncGenerator[Run, None]:
    """Yield a run as it is now and after each change, until it is deleted; older states give way to newer ones."""
    run_id = find_run_id(text)
    if run_id is None:
        return
    stretches = follow(context.index.tail, RunFilter(ids=(run_id,), include_archived=True), None)
    async with aclosing(stretches):
        await anext(stretches)  # fixes the position before the run is read: nothing falls in between
        run = await context.loads.run(run_id, columns | _IDENTITY)
        if run is None:
            return
        yield run
        reached = run.row["incarnation"], run.row["version"]
        newest: CoreRun | None = None
        async for stretch in stretches:
            newer = [seen.change for seen in stretch.seen if _place(seen.change) > reached]
            if any(change.kind is RunChangeKind.DELETED for change in newer):
                return
            if newer:
                reached, newest = _place(newer[-1]), newer[-1].run
            if newest is not None and not stretch.more:
                yield Run(row=row_of(newest))
                newest = None


def _place(change: Change) -> tuple[int, int]:
    return change.run.incarnation, change.run.version


async def follow_counts(
    context: Context, run_filter: filters.RunFilter | None, key: RunGroupKey
) -> AsyncGenerator[list[RunGroup], None]:
    """Yield the groups now, and when they have changed, but never more often than the context's pace."""
    asked = grouped(run_filter, key)
    shown: Sequence[tuple[str, int]] | None = None
    stirred, due = True, 0.0
    stretches = follow(context.index.tail, _stirring(asked), None)
    async with aclosing(stretches):
        async for stretch in stretches:
            stirred = stirred or bool(stretch.seen)
            if stretch.more or not stirred:
                continue
            await asyncio.sleep(due - time.monotonic())
            groups = await context.index.store.group_runs(asked, key, None)
            stirred, due = False, time.monotonic() + context.pace.counts
            if groups != shown:
                shown = groups
                yield [RunGroup(key=name, count=count) for name, count in groups]


def _stirring(asked: RunFilter) -> RunFilter:
    """Return a filter that sees every change that can move the groups."""
    return EVERYTHING if uses_ancestor(asked) else replace(asked, include_archived=True)
