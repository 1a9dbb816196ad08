"""Streams of changes: a subscriber is a cursor and a filter, and reads the log at its own pace.

There is no queue for each subscriber, so nothing can overflow: a slow subscriber reads from the ring, one that fell out
of the ring reads from the table, and memory does not grow with either.
"""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from runindex.domain.runs.filters import RunFilter
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.cursors import log_cursor, read_log_cursor
from runindex.streams.tailer import LogTailer

IDLE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class LogBatch:
    """The matching changes of consecutive log entries, complete up to `position`.

    `more` says that the log is known to go on: a batch without it is sure to follow. `silent` marks the batch that a
    stream begins with, and those that end a silence.
    """

    matched: Sequence[MatchedChange]
    epoch: str
    position: int
    more: bool = False
    silent: bool = False

    @property
    def cursor(self) -> str:
        """Return the cursor of the batch's end."""
        return log_cursor(self.epoch, self.position)


async def follow(  # noqa: PLR0913 - a cursor, its name, and the times of the stream
    tailer: LogTailer,
    run_filter: RunFilter | None,
    after: str | None,
    *,
    given_by: str = "after",
    idle_seconds: float = IDLE_SECONDS,
    may_end: Callable[[int], bool] = lambda _: False,
) -> AsyncGenerator[LogBatch, None]:
    """Yield the log from just behind the cursor `after`, or from now on, for ever; nothing is left out or repeated.

    The first batch is empty and says where the stream starts; an empty one follows after each `idle_seconds` without a
    match. Whenever everything known was yielded, `may_end` is asked whether the stream ends at that position.
    Raise BadRequestError or CursorExpiredError for a cursor that cannot be followed; `given_by` names what gave it.
    """
    async with tailer.watch(ChangeFilter(run_filter)) as (watch, state):
        position = state.head if after is None else read_log_cursor(after, state, given_by)
        yield LogBatch((), state.epoch, position, silent=True)
        owes_end, silent_until = False, time.monotonic() + idle_seconds
        while True:
            matched, reached = await tailer.read(watch, position, state)
            caught_up, position = reached == position, reached
            more = position < tailer.ring.end
            silent = not matched and time.monotonic() >= silent_until
            if matched or silent or (owes_end and not more):
                yield LogBatch(matched, state.epoch, position, more=more, silent=silent)
                owes_end, silent_until = more, time.monotonic() + idle_seconds
            elif caught_up and may_end(position):
                return
            elif caught_up:
                await watch.wake_up.wait(max(0.0, silent_until - time.monotonic()))
