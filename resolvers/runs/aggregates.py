"""Aggregates of runs: groups, the timeline, tags, and the preview of compaction."""

from collections.abc import Sequence

import strawberry

from resolvers.execution.context import Context
from resolvers.paging.filters import filter_of, listed_filter, plain
from resolvers.paging.pager import check_size
from resolvers.runs.queries import check_ids
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import find_run_id
from runindex.domain.runs.filters import EVERYTHING, RunFilter
from runindex.domain.runs.timeline import TimelineInterval, buckets
from runindex.ports.queries import RunGroupKey
from runindex.ports.statistics import TimelineRow
from schema import filters
from schema.runs.aggregates import RunGroup, TagCount, TimelineBucket
from schema.runs.retention import RetentionPreview
from schema.typesystem.scalars import DateTime


def grouped_filter(run_filter: filters.RunFilter | None, key: RunGroupKey) -> RunFilter:
    """Return the filter of groups: by status, archived runs are a group like any other."""
    if key is RunGroupKey.STATUS:
        return filter_of(run_filter) or EVERYTHING
    return listed_filter(run_filter)


async def group_runs(
    context: Context, run_filter: filters.RunFilter | None, key: RunGroupKey, first: int | None
) -> list[RunGroup]:
    """Return groups and their sizes, largest first, then by key; all of them unless `first` is given."""
    limit = None if first is None else check_size(first, "first")
    groups = await context.index.store.group_runs(grouped_filter(run_filter, key), key, limit)
    return [RunGroup(key=name, count=count) for name, count in groups]


async def timeline(
    context: Context,
    run_filter: filters.RunFilter | None,
    interval: TimelineInterval,
    bounds: filters.DateTimeRange,
) -> list[TimelineBucket]:
    """Return every bucket that the range touches."""
    if bounds.from_ is None or bounds.to is None:
        raise BadRequestError("`range` needs both its ends")
    starts = buckets(bounds.from_, bounds.to, interval)
    if not starts:
        return []
    listed = listed_filter(run_filter)
    counted = await context.index.store.count_timeline(listed, interval, bounds.from_, bounds.to)
    rows = {row.start: row for row in counted}
    return [_bucket(rows.get(start) or TimelineRow(start)) for start in starts]


def _bucket(row: TimelineRow) -> TimelineBucket:
    return TimelineBucket(
        start=DateTime(row.start),
        created=row.created,
        completed=row.completed,
        failed=row.failed,
        cancelled=row.cancelled,
    )


async def list_tags(context: Context, prefix: str, first: int | None) -> list[TagCount]:
    """Return tags with the number of runs that have them and are not archived."""
    limit = check_size(first, "first")
    found = await context.index.store.list_tags(plain(prefix, "prefix") or "", limit)
    return [TagCount(tag=tag, count=count) for tag, count in found]


async def retention_preview(context: Context, texts: Sequence[str]) -> list[RetentionPreview]:
    """Return what compaction would remove of each of these runs that exists, in the order of the ids."""
    check_ids(texts, "runIds")
    ids = [run_id for run_id in dict.fromkeys(map(find_run_id, texts)) if run_id is not None]
    removable = await context.index.store.count_removable(ids, await context.index.store.now())
    return [
        RetentionPreview(
            run_id=strawberry.ID(run_id),
            changes=removable[run_id].changes,
            events=removable[run_id].events,
            receipts=removable[run_id].receipts,
            value_versions=removable[run_id].value_versions,
        )
        for run_id in ids
        if run_id in removable
    ]
