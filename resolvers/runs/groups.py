"""Groups of the newest runs, with their figures."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from resolvers.execution.context import Context
from resolvers.paging.filters import listed_filter, path_of
from resolvers.paging.pager import check_size
from runindex.domain import json_text
from runindex.domain.instants import SECOND
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.figures import GroupFigures, Grouping
from runindex.domain.runs.run import duration_of
from runindex.domain.runs.sort_keys import value_of_key
from runindex.ports.queries import SORT_KEY, Columns, Row, RunGroupField, RunQuery, Window
from runindex.ports.rows import tags_of
from schema.filters import RunFilter
from schema.runs.aggregates import StatusCount
from schema.runs.groups import RunGroupFigures, RunGrouping, RunGroups
from schema.typesystem.scalars import Json

MOST_RUNS: Final = 10_000
# The event loop runs after so many of them.
_CHUNK: Final = 1000
_FIGURES: Final[Columns] = frozenset({"status", "created_at", "started_at", "finished_at"})
_COLUMNS: Final[Mapping[RunGroupField, str]] = {
    RunGroupField.TAG: "tags",
    RunGroupField.DATASET: "dataset_id",
    RunGroupField.TARGET: "target_id",
    RunGroupField.NAME: "name",
}


async def group_runs(
    context: Context, grouping: RunGrouping, run_filter: RunFilter | None, first: int | None
) -> RunGroups:
    """Return groups of the newest runs that the filter lists."""
    limit, listed = check_size(first, "first"), listed_filter(run_filter)
    path = None if grouping.path is None else path_of(grouping.path, "groupBy.path")
    column = SORT_KEY if grouping.field is None else _COLUMNS[grouping.field]
    columns = _FIGURES if path is not None else _FIGURES | {column}
    rows = await context.index.store.list_runs(RunQuery(listed, Window(MOST_RUNS + 1), columns, path=path))
    gathered = Grouping()
    for place, row in enumerate(rows[:MOST_RUNS], start=1):
        duration = duration_of(row["created_at"], row["started_at"], row["finished_at"])
        gathered.add(_keys_in(row, column), RunStatus(row["status"]), duration)
        if place % _CHUNK == 0:
            await asyncio.sleep(0)
    value_of: Callable[[str], JsonValue] = value_of_key if path is not None else str
    return RunGroups(
        groups=[_shown(figures, value_of(figures.key)) for figures in gathered.figures(limit)],
        counted=min(len(rows), MOST_RUNS),
        stopped=len(rows) > MOST_RUNS,
    )


def _keys_in(row: Row, column: str) -> Iterable[str]:
    if column == _COLUMNS[RunGroupField.TAG]:
        return tags_of(row[column])
    return () if row[column] is None else (row[column],)


def _shown(figures: GroupFigures, value: JsonValue) -> RunGroupFigures:
    text = json_text.dumps(value)
    return RunGroupFigures(
        key=value if isinstance(value, str) else text,
        value=Json(text),
        count=figures.count,
        by_status=[StatusCount(status=status, count=count) for status, count in figures.by_status.items()],
        duration_mean=_seconds(figures.duration_mean),
        duration_p50=_seconds(figures.duration_p50),
        duration_p95=_seconds(figures.duration_p95),
    )


def _seconds(micros: float | None) -> float | None:
    return None if micros is None else micros / SECOND
