"""The index as Python sees it: a store, a writer and a tail, one method for each operation."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import cast

from runindex.commands import (
    AddTags,
    Command,
    CreateRun,
    DeleteResults,
    DeleteRun,
    DeleteRuns,
    RemoveTags,
    TransitionRun,
)
from runindex.commands.base import S
from runindex.commands.outcomes import Outcome
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import Problem, ProblemError
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter, visible
from runindex.domain.runs.run import Run
from runindex.maintenance.sweeper import Sweeper, open_sweeper
from runindex.ports.clock import Clock, SystemClock
from runindex.ports.feed import ChangeFeed
from runindex.ports.maintenance import Maintenance
from runindex.ports.queries import ALL_COLUMNS, NEWEST_FIRST, RunOrder, RunQuery, Window
from runindex.ports.rows import run_of
from runindex.ports.store import LogState, Store
from runindex.streams.changes import LogBatch, follow
from runindex.streams.cursors import log_cursor
from runindex.streams.heads import HeadTailer, open_head_tailer
from runindex.streams.tailer import LogTailer, open_log_tailer
from runindex.writer import Writer, open_writer


@dataclass(frozen=True, slots=True)
class RunIndex:
    """An open index. `epoch` marks this log's cursors; `open_index` makes one."""

    store: Store
    writer: Writer
    tail: LogTailer
    records: HeadTailer
    clock: Clock
    sweeper: Sweeper | None = None

    async def submit(self, command: Command[S]) -> S | Problem:
        """Check a command's form, write it, and return its outcome.

        Problems are returned, not raised. Raise UnavailableError, OperationTimeoutError or OutcomeUnknownError.
        """
        try:
            checked = command.checked()
        except ProblemError as refusal:
            return refusal.problem
        outcome = await self.writer.submit(checked)
        if self.sweeper is not None and isinstance(checked, DeleteRun | DeleteRuns | DeleteResults):
            self.sweeper.wake()
        return cast("S | Problem", outcome)

    async def create_run(
        self,
        run_id: str | None = None,
        *,
        name: str | None = None,
        metadata: JsonValue = None,
        tags: tuple[str, ...] = (),
        parent_id: str | None = None,
    ) -> Outcome:
        """Create a run; without an id it gets a new one."""
        return await self.submit(
            CreateRun(mutation="createRun", id=run_id, name=name, metadata=metadata, tags=tags, parent_id=parent_id)
        )

    async def transition_run(self, run_id: str, to: RunStatus, error: str | None = None) -> Outcome:
        """Move a run to another status, as the table allows."""
        return await self.submit(TransitionRun(mutation="transitionRun", id=run_id, to=to, error=error))

    async def add_tags(self, run_id: str, *tags: str) -> Outcome:
        """Add tags to a run."""
        return await self.submit(AddTags(mutation="addRunTags", id=run_id, tags=tags))

    async def remove_tags(self, run_id: str, *tags: str) -> Outcome:
        """Remove tags from a run."""
        return await self.submit(RemoveTags(mutation="removeRunTags", id=run_id, tags=tags))

    async def delete_run(self, run_id: str) -> Outcome:
        """Delete a run."""
        return await self.submit(DeleteRun(mutation="deleteRun", id=run_id))

    async def find_run(self, run_id: str) -> Run | None:
        """Return a run, archived ones too, or None."""
        row = (await self.store.find_runs([run_id], ALL_COLUMNS)).get(run_id)
        return None if row is None else run_of(row)

    async def list_runs(
        self, run_filter: RunFilter | None = None, *, order: RunOrder = NEWEST_FIRST, limit: int = 50
    ) -> list[Run]:
        """Return the first runs that the filter lists."""
        query = RunQuery(visible(run_filter), Window(limit), ALL_COLUMNS, order)
        return [run_of(row) for row in await self.store.list_runs(query)]

    async def log_state(self) -> LogState:
        """Return where the change log stands."""
        return await self.store.log_state()

    async def change_cursor(self) -> str:
        """Return the cursor of the change log's end."""
        state = await self.store.log_state()
        return log_cursor(state.epoch, state.head)

    def follow(self, run_filter: RunFilter | None = None, after: str | None = None) -> AsyncGenerator[LogBatch, None]:
        """Yield changes from just behind a cursor, or from now on (`runindex.streams.changes.follow`)."""
        return follow(self.tail, run_filter, after)


@asynccontextmanager
async def open_index(
    store: Store,
    feed: ChangeFeed,
    *,
    maintenance: Maintenance | None = None,
    clock: Clock | None = None,
    operation_seconds: float = 10.0,
) -> AsyncIterator[RunIndex]:
    """Open an index on an open store and feed, for as long as the context lasts.

    With `maintenance`, which is the same storage, what deletions leave behind is swept away meanwhile.
    """
    async with (
        open_log_tailer(store, feed) as tail,
        open_head_tailer(store, feed) as records,
        _sweeping(maintenance) as sweeper,
        open_writer(store, partial(_tell, tail, feed), operation_seconds=operation_seconds) as writer,
    ):
        yield RunIndex(store, writer, tail, records, clock or SystemClock(), sweeper)


def _tell(tail: LogTailer, feed: ChangeFeed, changes: Sequence[Change]) -> None:
    """Spread the news of a batch that this process has committed; what the tail takes over, nobody has to read."""
    tail.hand(changes)
    feed.wake(changes[-1].seq if changes else 0)


def _sweeping(maintenance: Maintenance | None) -> AbstractAsyncContextManager[Sweeper | None]:
    return nullcontext() if maintenance is None else open_sweeper(maintenance)
