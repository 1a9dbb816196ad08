"""What a batch reads besides runs: records by key, totals, due jobs, ids that nodes have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from persistence.sql.batch.dialect import Dialect
from persistence.sql.statements import Flow
from persistence.sql.tables.records import record_of
from runindex.commands import AnyCommand, ClaimJobs, JobCommand
from runindex.commands.base import Need
from runindex.domain.instants import Micros
from runindex.domain.records.jobs import MOST_SPENT, Job
from runindex.domain.records.record import Record
from runindex.domain.records.results import Result
from runindex.domain.records.totals import Totals
from runindex.domain.runs.run import Run


@dataclass(slots=True)
class Reading:
    """What was read, in the shape that a workspace takes."""

    records: dict[type, dict[tuple[Any, ...], Any]] = field(default_factory=dict)
    taken: dict[str, bool] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    due_jobs: dict[str, Sequence[Job]] = field(default_factory=dict)


def read_records(
    batch: Sequence[AnyCommand], runs: Mapping[str, Run], shown: Iterable[Need], now: Micros, dialect: Dialect
) -> Flow[Reading]:
    """Read what the commands need and what kept answers show (`shown`), each kind in one statement."""
    reading = Reading()
    if runs and any(command.is_scoped for command in batch):
        yield from _read_kind(Totals, {(run.incarnation,) for run in runs.values()}, reading, dialect)
    yield from _read_needs(batch, runs, shown, reading, dialect)
    yield from _read_ids(batch, reading, dialect)
    yield from _read_due(batch, reading, now, dialect)
    return reading


def _read_needs(
    batch: Sequence[AnyCommand], runs: Mapping[str, Run], shown: Iterable[Need], reading: Reading, dialect: Dialect
) -> Flow[None]:
    totals = reading.records.get(Totals, {})

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
        yield from _read_kind(kind, keys[kind], reading, dialect)


def _read_kind(kind: type[Record], keys: set[tuple[Any, ...]], reading: Reading, dialect: Dialect) -> Flow[None]:
    rows = yield dialect.find_records(kind, sorted(keys))
    found = reading.records.setdefault(kind, {})
    for row in rows:
        record = record_of(kind, row)
        found[record.key] = record


def _read_ids(batch: Sequence[AnyCommand], reading: Reading, dialect: Dialect) -> Flow[None]:
    ids = {node_id for command in batch for node_id in command.node_ids}
    if not ids:
        return
    # Of those runs that the batch is about, it is known already whether they exist.
    others = ids.difference(run_id for command in batch for run_id in command.run_ids)
    runs = (yield dialect.find_runs(sorted(others))) if others else ()
    rows = yield dialect.find_nodes(sorted(ids))
    reading.taken = {row["id"]: True for row in (*runs, *rows)}
    rows = yield dialect.find_results(sorted(ids))
    for row in rows:
        if row["is_live"]:
            reading.results[row["id"]] = record_of(Result, row)


def _read_due(batch: Sequence[AnyCommand], reading: Reading, now: Micros, dialect: Dialect) -> Flow[None]:
    limits: dict[str, int] = defaultdict(int)
    for command in batch:
        if isinstance(command, ClaimJobs):
            limits[command.queue] += command.limit
    # A lapsed job is no longer due when the batch itself says what became of it.
    settled = sum(isinstance(command, JobCommand) for command in batch)
    for queue, limit in sorted(limits.items()):
        due = yield dialect.lock_due(queue, now, limit + settled)
        spent = yield dialect.lock_spent(queue, now, MOST_SPENT)
        jobs = [record_of(Job, row) for row in (*due, *spent)]
        reading.due_jobs[queue] = jobs
        reading.records.setdefault(Job, {}).update({job.key: job for job in jobs})
