"""Streams of changes: a subscriber is a cursor and a filter, and reads the log at its own pace.

There is no queue for each subscriber, so nothing can overflow: who is slow reads from the ring, who fell out of the
ring reads from the table, and memory does not grow with either.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from runindex.cursors import log_cursor, read_log_cursor
from runindex.domain.changes import Change, Membership, membership, unfiltered_membership
from runindex.domain.faults import BadRequestError, CursorExpiredError
from runindex.domain.filters import Predicate, RunFilter, predicate, uses_ancestor, visible
from runindex.ports import ChangeQuery, LogState
from runindex.tail import Tail

BATCH: Final = 256
IDLE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A change as it looks through a subscriber's filter."""

    change: Change
    membership: Membership


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the log: what of it the subscriber sees, and up to which position that is all.

    `more` says that the log is known to go on already: who wants the newest alone may wait for the stretch without it,
    which is sure to follow. `silent` marks the stretch that a stream begins with, and those that break a silence.
    """

    seen: Sequence[Seen]
    epoch: str
    position: int
    more: bool = False
    silent: bool = False

    @property
    def cursor(self) -> str:
        """Return the cursor of the stretch's end."""
        return log_cursor(self.epoch, self.position)


class Lens:
    """How a reader looks at changes: through a filter, or at everything."""

    def __init__(self, run_filter: RunFilter | None) -> None:
        """Refuse a filter that cannot be judged from one run alone."""
        if run_filter is not None and uses_ancestor(run_filter):
            message = "`ancestorId` cannot be streamed on, nor asked of the change log"
            raise BadRequestError(message)
        self.filter = None if run_filter is None else visible(run_filter)
        self._matches: Predicate | None = None if self.filter is None else predicate(self.filter)

    def look(self, changes: Sequence[Change]) -> list[Seen]:
        """Return the changes that are seen."""
        if self._matches is None:
            return [Seen(change, unfiltered_membership(change.kind)) for change in changes]
        seen = []
        for change in changes:
            found = self.membership(change)
            if found is not None:
                seen.append(Seen(change, found))
        return seen

    def membership(self, change: Change) -> Membership | None:
        """Return how one change looks, None when it is not seen."""
        if self._matches is None:
            return unfiltered_membership(change.kind)
        before, after = change.before, change.after
        return membership(
            before=before is not None and self._matches(before),
            after=after is not None and self._matches(after),
        )


async def follow(
    tail: Tail, run_filter: RunFilter | None, after: str | None, *, idle_seconds: float = IDLE_SECONDS
) -> AsyncGenerator[Stretch, None]:
    """Yield the log from just behind the cursor `after`, or from now on, for ever; nothing is left out or repeated.

    The first stretch is empty and says where the stream starts; an empty one follows after each `idle_seconds` in
    which nothing was seen. Raise BadRequestError or CursorExpiredError for a cursor that cannot be followed.
    """
    lens = Lens(run_filter)
    async with tail.listen() as (flag, state):
        position = state.head if after is None else read_log_cursor(after, state)
        yield Stretch((), state.epoch, position, silent=True)
        owes_end, silent_until = False, time.monotonic() + idle_seconds
        while True:
            seen, reached = await read_on(tail, lens, position, state)
            caught_up, position = reached == position, reached
            more = position < tail.ring.end
            silent = not seen and time.monotonic() >= silent_until
            if seen or silent or (owes_end and not more):
                yield Stretch(seen, state.epoch, position, more=more, silent=silent)
                owes_end, silent_until = more, time.monotonic() + idle_seconds
            elif caught_up:
                await flag.wait(max(0.0, silent_until - time.monotonic()))


async def read_on(tail: Tail, lens: Lens, position: int, opened: LogState) -> tuple[Sequence[Seen], int]:
    """Return what is seen behind the position, and up to where that was looked; raise as `follow` does."""
    changes = tail.ring.after(position, BATCH)
    if changes is not None:
        return lens.look(changes), changes[-1].seq if changes else position
    head = (await tail.store.log_state()).head
    found = await tail.store.list_changes(ChangeQuery(position, BATCH, lens.filter))
    # Asked last: what compaction took away while this was read is below the floor.
    state = await tail.store.log_state()
    if state.epoch != opened.epoch or state.floor > position:
        message = "the change log no longer reaches back to this reader: read the present state, then start anew"
        raise CursorExpiredError(message)
    reached = found[-1].seq if len(found) == BATCH else max(head, found[-1].seq if found else 0)
    return lens.look(found), reached
