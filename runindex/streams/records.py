"""Streams of a run's results and events: from the first one or from a cursor, none lost, none twice.

A subscriber is a position in the run's own sequence. It reads behind that position when the head tailer has seen the
run's head move, so that idle subscribers ask the storage nothing.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from runindex.domain.errors import CursorExpiredError, NotFoundError
from runindex.domain.ids import find_run_id
from runindex.domain.records.events import Event
from runindex.domain.records.results import Result
from runindex.domain.records.totals import Totals
from runindex.ports.queries import INCARNATION, Columns, Row, Window
from runindex.ports.record_lists import Equals, ListQuery, RecordList
from runindex.ports.store import Store
from runindex.streams.heads import HeadTailer, HeadWatch

MayEnd: TypeAlias = Callable[[int], bool]
BATCH: Final = 100
IDLE_SECONDS: Final = 60.0
RESULTS: Final = RecordList(Result, ("seq",), owner_field="owner")
_FLOOR: Final[Columns] = frozenset({"event_floor"})


def events_of(stream: str | None) -> RecordList:
    """Return the list of a run's events, of one stream or of all."""
    conditions = () if stream is None else (Equals("stream", stream),)
    return RecordList(Event, ("sequence",), conditions=conditions, owner_field="owner")


class Followed(NamedTuple):
    """The incarnation of a run whose records are followed; of its events those of one stream, or all."""

    run_id: str
    owner: int
    stream: str | None = None


async def find_followed(store: Store, text: str) -> Followed:
    """Return the incarnation of a run to follow; raise NotFoundError when there is no such run."""
    run_id = find_run_id(text)
    found = {} if run_id is None else await store.find_runs([run_id], INCARNATION)
    if run_id is None or run_id not in found:
        raise NotFoundError("there is no such run" if run_id is None else f"run {run_id} does not exist")
    return Followed(run_id, found[run_id]["incarnation"])


def _never(position: int) -> bool:
    del position
    return False


async def follow_results(
    tailer: HeadTailer, run: Followed, after: int | None, columns: Columns, may_end: MayEnd = _never
) -> AsyncGenerator[Row, None]:
    """Yield each result behind the number `after`, in the order recorded, until the run is deleted.

    When everything known was yielded, `may_end` decides whether the stream ends at that position.
    Raise CursorExpiredError for a number that the run has not reached: the cursor is of another history.
    """
    async with tailer.watch(run.run_id, run.owner) as watch:
        position = after or 0
        _check_reached(position, watch.heads.results)
        while True:
            head = await _head_behind(watch, position, "results", may_end)
            if head is None:
                return
            rows = await _read(tailer.store, RESULTS, run.owner, position, columns)
            for row in rows:
                yield row
            position = _reached(rows, "seq", head)


async def follow_events(
    tailer: HeadTailer, run: Followed, after: int | None, columns: Columns, may_end: MayEnd = _never
) -> AsyncGenerator[Row, None]:
    """Yield each event behind the sequence `after`, until the run is deleted; `may_end` is as for results.

    Raise CursorExpiredError for a sequence that the run has not reached, and when compaction removed events that were
    still to come.
    """
    events = events_of(run.stream)
    async with tailer.watch(run.run_id, run.owner) as watch:
        position = -1 if after is None else after
        _check_reached(position, watch.heads.events)
        is_first = after is None
        while True:
            head = await _head_behind(watch, position, "events", may_end)
            if head is None:
                return
            rows = await _read(tailer.store, events, run.owner, position, columns)
            # Only a gap can hide removed events; without a cursor the stream begins with what is left.
            if not is_first and not (rows and rows[0]["sequence"] == position + 1):
                await _check_floor(tailer.store, run.owner, position)
            for row in rows:
                yield row
            position, is_first = _reached(rows, "sequence", head), False


async def _head_behind(watch: HeadWatch, position: int, stream: str, may_end: MayEnd) -> int | None:
    """Wait until the run's stream goes on behind the position and return its head; None when the stream has ended."""
    while not watch.is_gone:
        head: int = getattr(watch.heads, stream)
        if head > position:
            return head
        if may_end(position):
            return None
        await watch.wake_up.wait(IDLE_SECONDS)
    return None


async def _read(store: Store, record_list: RecordList, owner: int, position: int, columns: Columns) -> Sequence[Row]:
    query = ListQuery(record_list, Window(BATCH, after=(position,)))
    return (await store.list_records(query, [owner], columns)).get(owner, ())


def _reached(rows: Sequence[Row], field: str, head: int) -> int:
    """Return the position up to which all was read: a batch that is not full reaches the head known before it."""
    last: int = rows[-1][field] if rows else -1
    return last if len(rows) == BATCH else max(last, head)


def _check_reached(position: int, head: int) -> None:
    if position > head:
        raise CursorExpiredError("the run's stream has not come to this cursor: it is of another history")


async def _check_floor(store: Store, owner: int, position: int) -> None:
    for row in await store.find_records(Totals, [(owner,)], _FLOOR):
        if row["event_floor"] > position + 1:
            raise CursorExpiredError("compaction removed events behind this cursor: read what is left, from the first")
