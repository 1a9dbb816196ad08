"""A batch in one transaction: read under lock, decide, write.

The flow does no I/O: a driver opens a transaction, runs what the flow yields, and commits. Rows of runs are locked
before the log's head, each kind in one statement, and nothing is locked after it: two processes cannot deadlock.
Runs selected by a filter are found before they can be locked, so the filter is evaluated again under the locks.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Select, select

from persistence.sql.batch.cycles import ParentCycles
from persistence.sql.batch.dialect import Dialect
from persistence.sql.batch.reads import read_records
from persistence.sql.batch.writes import writes_of
from persistence.sql.queries.records import bare, condition_values, selection
from persistence.sql.queries.where import where
from persistence.sql.statements import Flow, Rows, Statement
from persistence.sql.tables.runs import runs as run_table
from runindex.commands import MAX_BULK, AnyCommand, BulkCommand, NewRun
from runindex.commands.base import Need
from runindex.commands.outcomes import Outcome, Success
from runindex.decisions.batch import decide
from runindex.decisions.replay import references
from runindex.decisions.workspace import Workspace
from runindex.domain.errors import OperationTimeoutError
from runindex.domain.idempotency import KeptAnswer, KeyScope
from runindex.domain.instants import Micros
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import Run
from runindex.ports.record_filters import selection_of
from runindex.ports.rows import run_of
from runindex.ports.store import Applied


@dataclass(frozen=True, slots=True)
class AppliedBatch:
    """The result of a batch that is not committed yet; one that wrote nothing needs no commit."""

    applied: Applied
    wrote: bool


@dataclass(frozen=True, slots=True)
class _Moment:
    """The instant of a batch, the log's head, and instants of runs' records that are later, by owner."""

    now: Micros
    head: int = 0
    later: Mapping[int, Micros] = field(default_factory=dict)


def apply_batch(
    batch: Sequence[AnyCommand], clock: Micros | Statement, dialect: Dialect, *, wait: bool = True
) -> Flow[AppliedBatch]:
    """Decide on a batch, yielding the statements that read and write its rows.

    All of it is decided at one instant: the one given, or the storage's. That comes with the locks; only a batch that
    needs none executes the statement given, which selects it as `now`. Without `wait`, a command on a run that another
    transaction has locked times out by itself; the others go on.
    """
    selections = yield from _select(_filters(batch), dialect)
    wanted = [_runs_of(command, selections.get(index, ())) for index, command in enumerate(batch)]
    runs, told = yield from _lock(set().union(*wanted), dialect, wait=wait)
    if told is not None and isinstance(clock, Statement):
        clock = told
    locked = set() if wait else (yield from _find(set().union(*wanted) - runs.keys(), dialect)).keys()
    unlocked = [index for index, run_ids in enumerate(wanted) if run_ids.isdisjoint(locked)]
    selected = {index: selections[origin] for index, origin in enumerate(unlocked) if origin in selections}
    result = yield from _decide([batch[index] for index in unlocked], clock, runs, selected, dialect)
    if len(unlocked) == len(batch):
        return result
    outcomes: list[Outcome | Exception] = [OperationTimeoutError("the run stayed locked for too long") for _ in batch]
    for index, outcome in zip(unlocked, result.applied.outcomes, strict=True):
        outcomes[index] = outcome
    return replace(result, applied=replace(result.applied, outcomes=outcomes))


def _decide(
    batch: Sequence[AnyCommand],
    clock: Micros | Statement,
    runs: dict[str, Run],
    selections: Mapping[int, Sequence[str]],
    dialect: Dialect,
) -> Flow[AppliedBatch]:
    """Decide on commands whose runs are locked, and write what they change."""
    moment = yield from _settle(batch, clock, runs, dialect)
    narrowed = {
        index: RunFilter(ids=tuple(run_id for run_id in selections[index] if run_id in runs), and_=(run_filter,))
        for index, run_filter in _filters(batch).items()
        if len(selections[index]) <= MAX_BULK
    }
    selections = {**selections, **(yield from _select(narrowed, dialect))}
    selected_records, found = yield from _select_records(batch, dialect)
    selections = {**selections, **selected_records}
    kept, shown = yield from _kept(batch, runs, dialect)
    rows = yield from read_records(batch, runs, shown | found, moment.now, dialect)
    workspace = Workspace(
        now=moment.now,
        head=moment.head,
        runs=runs,
        kept=kept,
        selections=selections,
        records=rows.records,
        taken=rows.taken,
        results=rows.results,
        due_jobs=rows.due_jobs,
        later=moment.later,
    )
    lineage = yield from _lineage(batch, dialect)
    # The batch's own runs are in the workspace, where it may meanwhile have deleted them.
    workspace.looping = ParentCycles(workspace.runs, {key: lineage[key] for key in lineage.keys() - runs.keys()})
    outcomes = decide(workspace, batch)
    writes = writes_of(workspace)
    if writes:
        yield from dialect.write(writes)
    return AppliedBatch(Applied(outcomes, workspace.changes), bool(writes))


def _settle(
    batch: Sequence[AnyCommand], clock: Micros | Statement, runs: Mapping[str, Run], dialect: Dialect
) -> Flow[_Moment]:
    """Lock the head, if the batch needs it, and settle the batch's instant."""
    if any(_takes_head(command, runs) for command in batch):
        given = None if isinstance(clock, Statement) else clock
        row = (yield dialect.lock_head([run.incarnation for run in runs.values()], given))[0]
        later = json.loads(row["later"]) if row["later"] else {}
        return _Moment(row["now"], row["n"], {int(owner): at for owner, at in later.items()})
    return _Moment((yield clock)[0]["now"] if isinstance(clock, Statement) else clock)


def _takes_head(command: AnyCommand, runs: Mapping[str, Run]) -> bool:
    """Tell whether the command needs the head's lock: it may add to the log, or its new ids must be unique.

    A command on a run's data adds to the log when it is the first report on the run.
    """
    if command.touches_log or any(command.node_ids):
        return True
    return command.is_scoped and any(run_id in runs and runs[run_id].started_at is None for run_id in command.run_ids)


def _filters(batch: Sequence[AnyCommand]) -> dict[int, RunFilter]:
    """Return the filters of bulk commands, by the command's index in the batch."""
    return {
        index: command.runs.filter
        for index, command in enumerate(batch)
        if isinstance(command, BulkCommand) and command.runs.filter is not None
    }


def _select(filters: Mapping[int, RunFilter], dialect: Dialect) -> Flow[dict[int, Sequence[str]]]:
    """Find the runs that the filters match, by the same indexes."""
    selections: dict[int, Sequence[str]] = {}
    for index, run_filter in filters.items():
        rows = yield from dialect.choose(_newest(run_filter))
        selections[index] = [row["id"] for row in rows]
    return selections


def _select_records(batch: Sequence[AnyCommand], dialect: Dialect) -> Flow[tuple[dict[int, Sequence[str]], set[Need]]]:
    """Find the records that commands select by filter, by the command's index, and name those to read and lock.

    A command that selects too many is refused without reading any.
    """
    selections: dict[int, Sequence[str]] = {}
    found: set[Need] = set()
    for index, command in enumerate(batch):
        listing = selection_of(command)
        if listing is not None:
            values = condition_values(listing.conditions)
            rows = yield from dialect.choose(selection(bare(listing), MAX_BULK + 1), values)
            selections[index] = [row["key"] for row in rows]
            if len(rows) <= MAX_BULK:
                found.update((listing.kind, (row["key"],)) for row in rows)
    return selections, found


def _newest(run_filter: RunFilter) -> Select[tuple[str]]:
    """Select the ids of the newest runs that match: one more than the limit shows that there are too many."""
    newest_first = (run_table.c.created_at.desc(), run_table.c.id.desc())
    return select(run_table.c.id).where(where(run_filter)).order_by(*newest_first).limit(MAX_BULK + 1)


def _runs_of(command: AnyCommand, selected: Sequence[str]) -> set[str]:
    """Return the runs that a decision reads; a bulk command with too many is refused without reading any."""
    run_ids = {*command.run_ids, *selected}
    return set() if isinstance(command, BulkCommand) and len(run_ids) > MAX_BULK else run_ids


def _lock(run_ids: set[str], dialect: Dialect, *, wait: bool) -> Flow[tuple[dict[str, Run], Micros | None]]:
    """Lock runs, and return them with the storage's instant when the last was locked, if that was told."""
    if not run_ids:
        return {}, None
    rows = yield dialect.lock_runs(sorted(run_ids), wait=wait)
    return {row["id"]: run_of(row) for row in rows}, _instant_told(rows)


def _instant_told(rows: Rows) -> Micros | None:
    return rows[-1]["now"] if rows and "now" in set(rows[-1].keys()) else None


def _find(run_ids: set[str], dialect: Dialect) -> Flow[dict[str, Run]]:
    if not run_ids:
        return {}
    rows = yield dialect.find_runs(sorted(run_ids))
    return {row["id"]: run_of(row) for row in rows}


def _kept(
    batch: Sequence[AnyCommand], runs: dict[str, Run], dialect: Dialect
) -> Flow[tuple[dict[KeyScope, KeptAnswer], set[Need]]]:
    """Find the answers kept under the batch's idempotency keys, add the runs they show, and name their records.

    Read after locking: of two concurrent commands with one key the second has waited, and finds the first's answer.
    """
    scopes = {scope for command in batch for scope in command.scopes}
    if not scopes:
        return {}, set()
    kept = {}
    for row in (yield dialect.find_kept(scopes)):
        scope = KeyScope(row["actor"], row["mutation"], row["key"])
        kept[scope] = KeptAnswer(scope, row["fingerprint"], row["answer"], row["created_at"])
    found = [references(answer.answer) for answer in kept.values()]
    shown = {run_id for reference in found for run_id in reference.run_ids} - runs.keys()
    runs.update((yield from _find(shown, dialect)))
    return kept, {need for reference in found for need in reference.needs}


def _lineage(batch: Sequence[AnyCommand], dialect: Dialect) -> Flow[dict[str, str | None]]:
    """Return the parent of each run that the batch creates children of, and of each of their ancestors.

    They are read only where a new run may close a cycle: where others already name its id as their parent.
    """
    children = [command for command in batch if isinstance(command, NewRun) and command.parent_id is not None]
    named = {command.id for command in children if command.id is not None}
    if not named or not (yield dialect.find_parents(sorted(named))):
        return {}
    rows = yield dialect.find_lineage(_parents(children))
    return {row["id"]: row["parent_id"] for row in rows}


def _parents(children: Iterable[NewRun[Success]]) -> list[str]:
    return sorted({command.parent_id for command in children if command.parent_id is not None})
