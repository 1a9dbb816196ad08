"""Group commit: while one batch is being committed, the commands that arrive form the next.

There is no timer. A lone command is committed at once.
"""

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from runindex.commands import AnyCommand, BulkCommand, DeleteRecords, RunSelector
from runindex.commands.outcomes import Outcome
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, RunIndexError, UnavailableError
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.ports.store import Store

MAX_BATCH: Final = 512  # the weight of its commands, about as many rows
MAX_WAITING: Final = 20_000
log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    """A command that waits for its batch, until `deadline` (monotonic seconds)."""

    command: AnyCommand
    deadline: float
    answer: asyncio.Future[Outcome]

    def settle(self, outcome: Outcome | BaseException) -> None:
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


def _selects(command: AnyCommand) -> bool:
    """Tell whether a command selects by filter: it starts a batch, to see the effects of all before it."""
    match command:
        case BulkCommand(runs=RunSelector(filter=RunFilter())) | DeleteRecords(ids=None):
            return True
    return False


def _is_ending() -> bool:
    """Tell whether the exception that is handled ends the writer's task, rather than one call that it waited for."""
    task = asyncio.current_task()
    is_cancelled = isinstance(sys.exception(), asyncio.CancelledError)
    return not is_cancelled or (task is not None and task.cancelling() > 0)


@dataclass(slots=True)
class WriterStatistics:
    """Counts since the writer was opened."""

    batches: int = 0
    commands: int = 0
    largest_batch: int = 0


@dataclass(slots=True)
class Writer:
    """Takes commands and applies them in batches, one batch at a time; open it with `open_writer`.

    `committed` is called with the log entries of each batch, before its outcomes are returned.
    """

    store: Store
    committed: Callable[[Sequence[Change]], None]
    operation_seconds: float = 10.0
    statistics: WriterStatistics = field(default_factory=WriterStatistics)
    failed_at: float | None = None
    """When (monotonic seconds) the storage last failed a batch, None once it has taken one since."""
    _waiting: deque[_Entry] = field(default_factory=deque)
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    async def submit(self, command: AnyCommand) -> Outcome:
        """Return the committed outcome of a checked command.

        Raise UnavailableError or OperationTimeoutError when nothing was written, OutcomeUnknownError when it is unknown
        whether anything was.
        """
        if self._closing:
            raise UnavailableError("the server is stopping")
        if len(self._waiting) >= MAX_WAITING:
            raise UnavailableError("too many mutations are waiting")
        entry = _Entry(
            command,
            time.monotonic() + self.operation_seconds,
            asyncio.get_running_loop().create_future(),
        )
        self._waiting.append(entry)
        self._arrival.set()
        return await entry.answer

    async def run(self) -> None:
        """Apply batches until the writer is closed and no command waits."""
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._arrival.clear()
                await self._arrival.wait()
                continue
            batch = self._take()
            if batch:
                await self._apply(batch)

    def close(self) -> None:
        """Take no more commands; those that wait are still applied."""
        self._closing = True
        self._arrival.set()

    def _take(self) -> list[_Entry]:
        batch: list[_Entry] = []
        weight = 0
        now = time.monotonic()
        while self._waiting and weight < MAX_BATCH:
            if batch and _selects(self._waiting[0].command):
                break
            entry = self._waiting.popleft()
            if entry.answer.done():  # cancelled: its caller is gone
                continue
            if entry.deadline < now:
                entry.settle(OperationTimeoutError("the operation's time was over before it could be written"))
                continue
            batch.append(entry)
            weight += entry.command.weight
        return batch

    async def _apply(self, batch: Sequence[_Entry]) -> None:
        try:
            applied = await self.store.apply([entry.command for entry in batch])
        except RunIndexError as error:
            self.failed_at = time.monotonic()
            for entry in batch:
                entry.settle(type(error)(error.message))
        except Exception as error:  # noqa: BLE001 - one command's failure must not be the others'
            await self._apply_singly(batch, error)
        except BaseException:
            # Whoever waits would wait for ever.
            for entry in batch:
                entry.settle(OutcomeUnknownError("the mutation was broken off, and may have been carried out"))
            if _is_ending():
                raise
            log.exception("a batch was broken off")
        else:
            self.failed_at = None
            self._count(batch)
            self._publish(applied.changes)
            for entry, outcome in zip(batch, applied.outcomes, strict=True):
                entry.settle(outcome)

    def _publish(self, changes: Sequence[Change]) -> None:
        """Tell of what was committed; should that fail, subscribers find it in the log."""
        try:
            self.committed(changes)
        except Exception:
            log.exception("what was committed could not be told")

    async def _apply_singly(self, batch: Sequence[_Entry], error: Exception) -> None:
        # Memory may have run out behind the commit: what is applied again could be done twice.
        if len(batch) == 1 or isinstance(error, MemoryError):
            for entry in batch:
                entry.settle(error)
            return
        for entry in batch:
            await self._apply([entry])

    def _count(self, batch: Sequence[_Entry]) -> None:
        self.statistics.batches += 1
        self.statistics.commands += len(batch)
        self.statistics.largest_batch = max(self.statistics.largest_batch, len(batch))


@asynccontextmanager
async def open_writer(
    store: Store, committed: Callable[[Sequence[Change]], None], *, operation_seconds: float = 10.0
) -> AsyncIterator[Writer]:
    """Run a writer for as long as the context lasts; submitted commands are applied before it ends."""
    writer = Writer(store, committed, operation_seconds)
    async with asyncio.TaskGroup() as group:
        group.create_task(writer.run(), name="writer")
        try:
            yield writer
        finally:
            writer.close()
