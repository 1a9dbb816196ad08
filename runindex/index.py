"""The index: a store, its writer, and the tailers that serve its streams."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, cast

from runindex.commands import (
    Attempt,
    Command,
    DeleteResults,
    DeleteRun,
    DeleteRuns,
    ReviewCommand,
)
from runindex.commands.base import S
from runindex.domain.problems import Problem, ProblemError
from runindex.domain.runs.changes import Change
from runindex.maintenance.sweeper import Sweeper, open_sweeper
from runindex.ports.feed import ChangeFeed
from runindex.ports.maintenance import Maintenance
from runindex.ports.queries import Columns
from runindex.ports.store import LogState, Store
from runindex.ports.tokens import Tokens
from runindex.streams.cursors import log_cursor
from runindex.streams.heads import HeadTailer
from runindex.streams.tailer import LogTailer
from runindex.writer import Writer, open_writer

_ATTEMPT: Final[Columns] = frozenset({"run_id", "item_id", "retry_count"})


@dataclass(frozen=True, slots=True)
class RunIndex:
    """An open index; `open_index` makes one. `heads` serves the streams of results and events."""

    store: Store
    writer: Writer
    tailer: LogTailer
    heads: HeadTailer
    sweeper: Sweeper | None = None
    tokens: Tokens | None = None

    async def submit(self, command: Command[S]) -> S | Problem:
        """Check a command's form, apply it, and return its outcome.

        Problems are returned, not raised. Raise UnavailableError, OperationTimeoutError or OutcomeUnknownError.
        """
        try:
            checked = command.checked()
        except ProblemError as refusal:
            return refusal.problem
        if isinstance(checked, ReviewCommand) and checked.result_id is not None:
            checked = replace(checked, found=await self._find_attempt(checked.result_id))
        outcome = await self.writer.submit(checked)
        if self.sweeper is not None and isinstance(checked, DeleteRun | DeleteRuns | DeleteResults):
            self.sweeper.wake()
        return cast("S | Problem", outcome)

    async def _find_attempt(self, result_id: str) -> Attempt | None:
        """Return the attempt that a result's id names now: its run must be locked before it is read for good."""
        row = (await self.store.find_results([result_id], _ATTEMPT)).get(result_id)
        return None if row is None else Attempt(row["run_id"], row["item_id"], row["retry_count"])

    async def log_state(self) -> LogState:
        """Return the head, floor and epoch of the change log."""
        return await self.store.log_state()

    async def change_cursor(self) -> str:
        """Return the cursor of the change log's end."""
        state = await self.store.log_state()
        return log_cursor(state.epoch, state.head)


@asynccontextmanager
async def open_index(
    store: Store,
    feed: ChangeFeed,
    *,
    maintenance: Maintenance | None = None,
    tokens: Tokens | None = None,
    operation_seconds: float = 10.0,
) -> AsyncIterator[RunIndex]:
    """Open an index on an open store and feed, for as long as the context lasts.

    With `maintenance`, which is the same storage, the rows of deleted runs are swept away meanwhile.
    """
    async with (
        LogTailer(store, feed).running() as tailer,
        HeadTailer(store, feed).running() as heads,
        _sweeping(maintenance) as sweeper,
        open_writer(store, partial(_publish, tailer, feed), operation_seconds=operation_seconds) as writer,
    ):
        yield RunIndex(store, writer, tailer, heads, sweeper, tokens)


def _publish(tailer: LogTailer, feed: ChangeFeed, changes: Sequence[Change]) -> None:
    """Wake subscribers after a commit of this process; the changes that the tailer accepts need not be read back."""
    tailer.accept(changes)
    feed.wake(changes[-1].seq if changes else 0)


def _sweeping(maintenance: Maintenance | None) -> AbstractAsyncContextManager[Sweeper | None]:
    return nullcontext() if maintenance is None else open_sweeper(maintenance)
