"""Streams of changes: a subscriber is a cursor and a filter, and reads the log at its own pace.

There is no queue for each subscriber, so nothing can overflow: who is slow reads from the ring, who fell out of the
ring reads from the table, and memory does not grow with either.
"""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from runindex.domain.errors import CursorExpiredError
from runindex.domain.runs.filters import RunFilter
from runindex.ports.store import ChangeQuery, LogState
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.cursors import log_cursor, read_log_cursor
from runindex.streams.tailer import LogTailer
from runindex.streams.watches import Watch

BATCH: Final = 256
IDLE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class LogBatch:
    """A stretch of the log: what of it the subscriber sees, and up to which position that is all.

    `more` says that the log is known to go on already: who wants the newest alone may wait for the stretch without it,
    which is sure to follow. `silent` marks the stretch that a stream begins with, and those that break a silence.
    """

    seen: Sequence[MatchedChange]
    epoch: str
    position: int
    more: bool = False
    silent: bool = False

    @property
    def cursor(self) -> str:
        """Return the cursor of the stretch's end."""
        return log_cursor(self.epoch, self.position)


async def follow(
    tail: LogTailer,
    run_filter: RunFilter | None,
    after: str | None,
    *,
    idle_seconds: float = IDLE_SECONDS,
    may_end: Callable[[int], bool] = lambda _: False,
) -> AsyncGenerator[LogBatch, None]:
    """Yield the log from just behind the cursor `after`, or from now on, for ever; nothing is left out or repeated.

    The first stretch is empty and says where the stream starts; an empty one follows after each `idle_seconds` in
    which nothing was seen. When everything up to a position was yielded that is the newest known here, `may_end` is
    asked whether the stream may end there. Raise BadRequestError or CursorExpiredError for a cursor that cannot be
    followed.
    """
    async with tail.watch(ChangeFilter(run_filter)) as (watch, state):
        position = state.head if after is None else read_log_cursor(after, state)
        yield LogBatch((), state.epoch, position, silent=True)
        owes_end, silent_until = False, time.monotonic() + idle_seconds
        while True:
            seen, reached = await read_on(tail, watch, position, state)
            caught_up, position = reached == position, reached
            more = position < tail.ring.end
            silent = not seen and time.monotonic() >= silent_until
            if seen or silent or (owes_end and not more):
                yield LogBatch(seen, state.epoch, position, more=more, silent=silent)
                owes_end, silent_until = more, time.monotonic() + idle_seconds
            elif caught_up and may_end(position):
                return
            elif caught_up:
                await watch.flag.wait(max(0.0, silent_until - time.monotonic()))


async def read_on(
    tail: LogTailer, watch: Watch, position: int, opened: LogState
) -> tuple[Sequence[MatchedChange], int]:
    """Return what is seen behind the position, and up to where that was looked; raise as `follow` does."""
    lens, awaited = watch.lens, watch.take(position, tail.ring.end)
    if awaited is not None:
        tail.ring_hits += 1
        return awaited
    changes = tail.ring.after(position, BATCH)
    if changes is not None:
        tail.ring_hits += 1
        return lens.look(changes), changes[-1].seq if changes else position
    tail.ring_misses += 1
    head = (await tail.store.log_state()).head
    found = await tail.store.list_changes(ChangeQuery(position, BATCH, lens.filter))
    # Asked last: what compaction took away while this was read is below the floor.
    state = await tail.store.log_state()
    if state.epoch != opened.epoch or state.floor > position:
        message = "the change log no longer reaches back to this reader: read the present state, then start anew"
        raise CursorExpiredError(message)
    reached = found[-1].seq if len(found) == BATCH else max(head, found[-1].seq if found else 0)
    return lens.look(found), reached
