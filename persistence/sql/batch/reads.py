"""What a batch reads besides runs: records by key, totals, due jobs, ids that nodes have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from persistence.sql.batch.dialect import Dialect
from persistence.sql.statements import Flow
from persistence.sql.tables.records import record_of
from runindex.commands import AnyCommand, ClaimJobs
from runindex.commands.base import Need
from runindex.domain.instants import Micros
from runindex.domain.records.jobs import MOST_SPENT, Job
from runindex.domain.records.record import Record
from runindex.domain.records.results import Result
from runindex.domain.records.totals import Totals
from runindex.domain.runs.run import Run


@dataclass(slots=True)
class BatchRows:
    """The rows that were read, as a workspace takes them."""

    records: dict[type, dict[tuple[Any, ...], Any]] = field(default_factory=dict)
    taken: dict[str, bool] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    due_jobs: dict[str, Sequence[Job]] = field(default_factory=dict)


def read_records(
    batch: Sequence[AnyCommand], runs: Mapping[str, Run], shown: Iterable[Need], now: Micros, dialect: Dialect
) -> Flow[BatchRows]:
    """Read the records that the commands need and that kept answers show (`shown`), one statement for each kind."""
    rows_read = BatchRows()
    if runs and any(command.is_scoped for command in batch):
        yield from _read_kind(Totals, {(run.incarnation,) for run in runs.values()}, rows_read, dialect)
    yield from _read_needs(batch, runs, shown, rows_read, dialect)
    yield from _read_ids(batch, rows_read, dialect)
    yield from _read_due(batch, rows_read, now, dialect)
    return rows_read


def _read_needs(
    batch: Sequence[AnyCommand], runs: Mapping[str, Run], shown: Iterable[Need], rows_read: BatchRows, dialect: Dialect
) -> Flow[None]:
    totals = rows_read.records.get(Totals, {})

    def totals_of(run_id: str) -> Totals | None:
        run = runs.get(run_id)
        if run is None:
            return None
        return totals.get((run.incarnation,)) or Totals(run.incarnation, run.id)

    keys: dict[type, set[tuple[Any, ...]]] = defaultdict(set)
    for command in batch:
        for kind, key in command.needs(totals_of):
            keys[kind].add(key)
    for kind, key in shown:
        keys[kind].add(key)
    for kind in sorted(keys, key=lambda kind: kind.__name__):
        yield from _read_kind(kind, keys[kind], rows_read, dialect)


def _read_kind(kind: type[Record], keys: set[tuple[Any, ...]], rows_read: BatchRows, dialect: Dialect) -> Flow[None]:
    rows = yield dialect.find_records(kind, sorted(keys))
    found = rows_read.records.setdefault(kind, {})
    for row in rows:
        record = record_of(kind, row)
        found[record.key] = record


def _read_ids(batch: Sequence[AnyCommand], rows_read: BatchRows, dialect: Dialect) -> Flow[None]:
    ids = {node_id for command in batch for node_id in command.node_ids}
    if not ids:
        return
    # Whether the runs that the batch is about exist is known already.
    others = ids.difference(run_id for command in batch for run_id in command.run_ids)
    runs = (yield dialect.find_runs(sorted(others))) if others else ()
    rows = yield dialect.find_nodes(sorted(ids))
    rows_read.taken = {row["id"]: True for row in (*runs, *rows)}
    rows = yield dialect.find_results(sorted(ids))
    for row in rows:
        if row["is_live"]:
            rows_read.results[row["id"]] = record_of(Result, row)


def _read_due(batch: Sequence[AnyCommand], rows_read: BatchRows, now: Micros, dialect: Dialect) -> Flow[None]:
    limits: dict[str, int] = defaultdict(int)
    for command in batch:
        if isinstance(command, ClaimJobs):
            limits[command.queue] += command.limit
    # The batch itself may finish or delete lapsed jobs, which are then no longer due.
    settled = sum(job.is_due(now) for job in rows_read.records.get(Job, {}).values())
    for queue, limit in sorted(limits.items()):
        due = yield dialect.lock_due(queue, now, limit + settled)
        spent = yield dialect.lock_spent(queue, now, MOST_SPENT)
        jobs = [record_of(Job, row) for row in (*due, *spent)]
        rows_read.due_jobs[queue] = jobs
        rows_read.records.setdefault(Job, {}).update({job.key: job for job in jobs})
