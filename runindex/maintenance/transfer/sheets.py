"""Lists of runs and of results as CSV, for spreadsheets and data frames.

A text that a spreadsheet would take for a formula begins with an apostrophe, as is usual: then it is shown, not run.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from runindex.domain import json_text
from runindex.domain.instants import Micros, format_instant
from runindex.domain.records.results import Result
from runindex.domain.records.totals import Totals
from runindex.domain.runs.filters import EVERYTHING, RunFilter
from runindex.domain.runs.run import Run, duration_of
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.maintenance import Maintenance, Scan, Snapshot
from runindex.ports.queries import Row

Cell = str | int | float | None
Progress = Callable[[int], None]

RUN_COLUMNS: Final = (
    *("id", "name", "status", "outcome", "error", "parentId", "tags", "metadata"),
    *("createdAt", "startedAt", "finishedAt", "updatedAt", "durationMs", "version", "traceId", "planId"),
    *("datasetId", "datasetVersion", "targetType", "targetId", "totalItems", "results", "succeeded", "failed"),
)
RESULT_COLUMNS: Final = (
    *("runId", "runName", "itemId", "retryCount", "id", "latency", "error", "startedAt", "completedAt"),
    *("input", "output", "expectedOutput", "scores", "labels", "late", "traceId", "itemVersion", "recordedAt"),
)
_MILLISECOND: Final = 1000
_PAGE: Final = 50
_RESULTS: Final = Scan.by_owner(Result, 100)
# What a spreadsheet reads as the start of a formula, in full width too, or passes over before one.
_FORMULA: Final = re.compile(r"[\s]*[=+\-@＝＋－＠]|[\t\r\n]")  # noqa: RUF001 - they are meant
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


async def csv_of_runs(
    maintenance: Maintenance, run_filter: RunFilter | None = None, progress: Progress = lambda _: None
) -> AsyncIterator[bytes]:
    """Yield the runs that a filter, which hides nothing by itself, matches, newest first, below a line of names."""
    yield _lines([RUN_COLUMNS])
    async with maintenance.snapshot() as snapshot:
        async for runs, totals in _pages(snapshot, run_filter or EVERYTHING):
            yield _lines(_run_cells(run, totals.get(run["incarnation"])) for run in runs)
            progress(len(runs))


async def csv_of_results(
    maintenance: Maintenance,
    run_filter: RunFilter | None = None,
    progress: Progress = lambda _: None,
    *,
    failed: bool = False,
) -> AsyncIterator[bytes]:
    """Yield the results of those runs, run by run, in the order of their items; if `failed`, those with an error."""
    yield _lines([RESULT_COLUMNS])
    async with maintenance.snapshot() as snapshot:
        async for runs, totals in _pages(snapshot, run_filter or EVERYTHING):
            for run in runs:
                counted = totals.get(run["incarnation"])
                if counted is not None and counted["result_count"]:
                    async for results in _results(snapshot, counted):
                        yield _lines(
                            _result_cells(run, result)
                            for result in results
                            if not failed or result["error"] is not None
                        )
            progress(len(runs))


def safe(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


async def _pages(snapshot: Snapshot, run_filter: RunFilter) -> AsyncIterator[tuple[Sequence[Row], Mapping[int, Row]]]:
    """Yield runs, newest first as lists have them, with the totals of their records by incarnation."""
    ids = await snapshot.list_ids(run_filter)
    ages: list[tuple[Micros, str]] = []
    for some in _some(ids):
        rows = await snapshot.find(Run, [(run_id,) for run_id in some], frozenset({"created_at"}))
        ages += [(row["created_at"], row["id"]) for row in rows]
    ages.sort(reverse=True)
    for some_ages in _some(ages):
        found = await snapshot.find(Run, [(run_id,) for _, run_id in some_ages])
        totals = await snapshot.find(Totals, [(run["incarnation"],) for run in found])
        newest_first = sorted(found, key=lambda run: (run["created_at"], run["id"]), reverse=True)
        yield newest_first, {row["owner"]: row for row in totals}


async def _results(snapshot: Snapshot, totals: Row) -> AsyncIterator[Sequence[Row]]:
    first = _RESULTS.before(owner=totals["owner"], generation=totals["generation"])
    async for rows in SnapshotReader(snapshot, _RESULTS, first, within=True).pages():
        yield rows


def _run_cells(run: Row, totals: Row | None) -> Iterable[Cell]:
    counts = totals or {"result_count": 0, "succeeded": 0, "failed": 0}
    duration = duration_of(run["created_at"], run["started_at"], run["finished_at"])
    return (
        *(run[name] for name in ("id", "name", "status", "outcome", "error", "parent_id")),
        *("; ".join(json_text.loads(run["tags"])), run["metadata"]),
        *(_time(run[name]) for name in ("created_at", "started_at", "finished_at", "updated_at")),
        *(None if duration is None else duration / _MILLISECOND, run["version"], run["trace_id"], run["plan_id"]),
        *(run["dataset_id"], _time(run["dataset_version"])),
        *(run[name] for name in ("target_type", "target_id", "total_items")),
        *(counts[name] for name in ("result_count", "succeeded", "failed")),
    )


def _result_cells(run: Row, result: Row) -> Iterable[Cell]:
    return (
        *(run["id"], run["name"]),
        *(result[name] for name in ("item_id", "retry_count", "id", "latency", "error")),
        *(_time(result["started_at"]), _time(result["completed_at"])),
        *(result[name] for name in ("input", "output", "expected_output", "scores", "labels", "late", "trace_id")),
        *(_time(result["item_version"]), _time(result["created_at"])),
    )


def _time(instant: Micros | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Return rows as lines of CSV (RFC 4180) in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode()


def _some(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _PAGE] for start in range(0, len(items), _PAGE))
