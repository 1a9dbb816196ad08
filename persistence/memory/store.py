"""The store in the process's own memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final
from uuid import uuid4

from persistence.memory.maintenance.maintenance import MemoryMaintenance
from persistence.memory.reads import counts, hierarchy, lists
from persistence.memory.reads.children import MemoryChildReads
from persistence.memory.reads.pages import Order, ordered_row, page_of
from persistence.memory.reads.records import MemoryRecordReads
from persistence.memory.reads.search import SearchTexts
from persistence.memory.reads.selection import CHUNK
from persistence.memory.tables.kept_answers import KeptAnswers
from persistence.memory.tables.log import ChangeLog
from persistence.memory.tables.records import RecordTables
from persistence.memory.tables.runs import RunTable
from persistence.memory.tables.tokens import MemoryTokens
from runindex.commands import (
    MAX_BULK,
    AnyCommand,
    BulkCommand,
    ClaimJobs,
    CreateRun,
    DeleteRecords,
    RunSelector,
)
from runindex.commands.outcomes import Outcome
from runindex.decisions.batch import decide
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import Micros
from runindex.domain.records.totals import Totals
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import Predicate, RunFilter, predicate
from runindex.domain.runs.sort_keys import metadata_key
from runindex.domain.runs.timeline import TimelineInterval
from runindex.ports.clock import Clock, SteadyClock
from runindex.ports.maintenance import Storage
from runindex.ports.queries import SORT_KEY, Columns, DistinctField, Row, RunGroupKey, RunQuery, Window
from runindex.ports.record_filters import selection_of
from runindex.ports.rows import row_of
from runindex.ports.statistics import TimelineRow
from runindex.ports.store import Applied, ChangeQuery, DescendantQuery

_BY_SEQ: Final[Order[Change]] = Order(lambda change: (change.seq,), lambda position: position, descending=False)


class MemoryStore(MemoryChildReads, MemoryRecordReads, MemoryMaintenance, MemoryTokens, Storage):
    """Keeps runs in tables of plain Python values; each command is written without an await, so in one step.

    Rows always hold all columns.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with the default run only, under a new epoch."""
        self._clock = clock
        self._epoch = uuid4().hex
        self._records = RecordTables()
        self._runs = RunTable(self._records.by_kind[Totals])
        self._log = ChangeLog()
        self._kept = KeptAnswers()
        self._texts = SearchTexts(self._runs.by_id)
        self._turn = asyncio.Lock()
        self._tokens = {}
        self._apply_one(CreateRun(mutation="createRun", id=DEFAULT_RUN), clock.now())

    @classmethod
    @asynccontextmanager
    async def open(cls, clock: Clock) -> AsyncIterator["MemoryStore"]:
        """Open a new store for as long as the context lasts."""
        yield cls(clock)

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write each command in turn, all with the same time."""
        async with self._turn:
            if isinstance(self._clock, SteadyClock):
                self._clock.catch_up(self._records.has_lease)
            now = self._clock.now()
            self._kept.drop_expired(now)
            before = self._log.head
            outcomes = [self._apply_one(command, now) for command in batch]
            return Applied(outcomes, self._log.after(before, self._log.head - before))

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        """Return log entries in log order."""
        if query.filter is None:
            return self._log.after(query.after, query.limit)
        matches = predicate(query.filter)
        found: list[Change] = []
        position = query.after
        while len(found) < query.limit:
            entries = self._log.after(position, CHUNK)
            if not entries:
                break
            found += [entry for entry in entries if _touches(entry, matches)]
            position = entries[-1].seq
            await asyncio.sleep(0)
        return found[: query.limit]

    async def list_history(self, run_ids: Sequence[str], window: Window) -> Mapping[str, Sequence[Change]]:
        """Return the log of each run's present incarnation, oldest first."""
        return {run_id: page_of(self._log.history_of(run_id), window, _BY_SEQ) for run_id in run_ids}

    async def find_as_of(self, run_ids: Sequence[str], at: Micros) -> Mapping[str, Change]:
        """Return the newest entry of each run's present incarnation that is not younger than `at`."""
        found = ((run_id, self._log.find_as_of(run_id, at)) for run_id in run_ids)
        return {run_id: entry for run_id, entry in found if entry is not None}

    async def find_runs(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the runs of those ids that exist."""
        del columns
        return {run_id: row_of(self._runs.by_id[run_id]) for run_id in run_ids if run_id in self._runs.by_id}

    async def list_runs(self, query: RunQuery) -> Sequence[Row]:
        """Return a window of a list of runs."""
        rows = [(run, ordered_row(run, query.order)) for run in await lists.list_runs(self._runs, query)]
        path = query.path
        return [row if path is None else {**row, SORT_KEY: metadata_key(run.metadata, path)} for run, row in rows]

    async def count_runs(self, run_filter: RunFilter, at_most: int | None = None) -> int:
        """Return how many runs the filter matches."""
        return await counts.count_runs(self._runs, run_filter, at_most)

    async def group_runs(self, run_filter: RunFilter, key: RunGroupKey, limit: int | None) -> Sequence[tuple[str, int]]:
        """Return groups and their sizes, largest first, then by key."""
        return (await counts.group_runs(self._runs, run_filter, key))[:limit]

    async def count_timeline(
        self, run_filter: RunFilter, interval: TimelineInterval, start: Micros, end: Micros
    ) -> Sequence[TimelineRow]:
        """Return the buckets that are not empty, oldest first."""
        return await counts.count_timeline(self._runs, run_filter, interval, start, end)

    async def search_runs(
        self, tokens: Sequence[str], run_filter: RunFilter, limit: int, columns: Columns
    ) -> Sequence[tuple[Row, float]]:
        """Return the best matches and their scores."""
        del columns
        hits = await lists.search_runs(self._runs, self._texts, tokens, run_filter, limit)
        return [(row_of(run), score) for run, score in hits]

    async def list_tags(self, prefix: str, limit: int) -> Sequence[tuple[str, int]]:
        """Return tags of runs that are not archived, with how many have them."""
        return list(islice(self._runs.tags.starting_with(prefix), limit))

    async def list_values(self, field: DistinctField, prefix: str, limit: int) -> Sequence[str]:
        """Return the distinct values of a field of all runs; without an index, all are looked at."""
        values = {value for run in self._runs.by_id.values() if (value := row_of(run)[field]) is not None}
        return sorted(value for value in values if value.startswith(prefix))[:limit]

    async def list_ancestors(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
        """Return each run's ancestors, nearest first, up to a root or a dangling parent."""
        del columns
        return {run_id: [row_of(run) for run in self._runs.ancestors_of(run_id)] for run_id in run_ids}

    async def find_roots(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return each run's topmost existing ancestor, the run itself if it has none."""
        del columns
        found = ((run_id, hierarchy.find_root(self._runs, run_id)) for run_id in run_ids)
        return {run_id: row_of(root) for run_id, root in found if root is not None}

    async def list_descendants(self, run_ids: Sequence[str], query: DescendantQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each run a window of its descendants."""
        return {
            run_id: [found.row() for found in hierarchy.list_descendants(self._runs, run_id, query)]
            for run_id in run_ids
        }

    async def count_descendants(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return for each run the statuses of all its descendants, with how many have them."""
        return {run_id: hierarchy.count_descendants(self._runs, run_id) for run_id in run_ids}

    async def now(self) -> Micros:
        """Return the instant of the store's clock."""
        return self._clock.now()

    async def check_writable(self) -> None:
        """Return: memory can always be written."""

    async def write_nothing(self) -> None:
        """Return: memory can always be written."""

    async def ping(self) -> None:
        """Return at once."""

    def _apply_one(self, command: AnyCommand, now: Micros) -> Outcome | Exception:
        try:
            workspace = self._workspace(command, now)
            outcomes = decide(workspace, [command])
        except Exception as error:  # noqa: BLE001 - the other commands of the batch must not suffer
            return error
        self._runs.write(workspace.runs, workspace.counters())
        self._log.append(workspace.changes)
        self._kept.write(workspace.kept)
        self._records.drop_inputs(workspace.dropped_runtimes)
        self._records.write(workspace.written_records)
        for run_id, _, _ in workspace.runs.written():
            self._texts.forget(run_id)
        return outcomes[0]

    def _workspace(self, command: AnyCommand, now: Micros) -> Workspace:
        selections: dict[int, Sequence[str]] = {}
        looping: set[tuple[str, str]] = set()
        match command:
            case BulkCommand(runs=RunSelector(filter=RunFilter() as run_filter)):
                selections[0] = lists.select_runs(self._runs, run_filter, MAX_BULK + 1)
            case DeleteRecords() if (listing := selection_of(command)) is not None:
                selections[0] = self._select_records(listing, MAX_BULK + 1)
        if command.parentage is not None and self._runs.closes_cycle(*command.parentage):
            looping.add(command.parentage)
        return Workspace(
            now=now,
            head=self._log.head,
            runs=self._runs.by_id,
            kept=self._kept.by_scope,
            selections=selections,
            looping=frozenset(looping),
            records=self._records.by_kind,
            taken={node_id: True for node_id in command.node_ids if self._records.is_taken(node_id)},
            due_jobs=(
                {command.queue: self._records.due_jobs(command.queue, now)} if isinstance(command, ClaimJobs) else {}
            ),
        )


def _touches(entry: Change, matches: Predicate) -> bool:
    return any(run is not None and matches(run) for run in (entry.after, entry.before))
