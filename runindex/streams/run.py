"""One run, followed: its newest state after each of its changes and results."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final

from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import Columns, Row
from runindex.ports.rows import row_of
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.changes import IDLE_SECONDS, read_on
from runindex.streams.heads import HeadTailer
from runindex.streams.refresh import RefreshRequests
from runindex.streams.tailer import LogTailer

# What `find` has to answer of the run.
IDENTITY: Final[Columns] = frozenset({"incarnation", "version"})


async def follow_run(
    tail: LogTailer, records: HeadTailer, run_id: str, find: Callable[[], Awaitable[Row | None]], looks: RefreshRequests
) -> AsyncGenerator[Row, None]:
    """Yield a run as `find` answers it, then after each change and result, until it is deleted.

    Older states give way to newer ones. Nothing is yielded when there is no such run. When a look is wanted, the run is
    found anew.
    """
    lens = ChangeFilter(RunFilter(ids=(run_id,), include_archived=True))
    async with tail.watch(lens) as (changes, state):
        looks.wake_by(changes.flag)
        looks.begin()
        # The position is fixed before the run is read: nothing falls in between.
        position, row = state.head, await find()
        if row is None:
            return
        async with records.watch(run_id, row["incarnation"], changes.flag) as watch:
            shown = row["incarnation"], row["version"]
            results, stale = watch.heads.results, False
            yield row
            while not watch.is_gone:
                # Before the log is read on: the log may grow meanwhile, and only who has read all of it may yield.
                if looks.is_wanted:
                    looks.begin()
                    row = await find()
                    if row is None or row["incarnation"] != shown[0]:
                        return
                    shown, stale = (row["incarnation"], row["version"]), True
                seen, reached = await read_on(tail, changes, position, state)
                caught_up, position = reached == position, reached
                newer = _newer(seen, shown)
                if any(change.kind is RunChangeKind.DELETED for change in newer):
                    return
                if newer:
                    row, shown, stale = row_of(newer[-1].run), _place(newer[-1]), True
                if (stale or watch.heads.results > results) and position >= tail.ring.end:
                    results, stale = watch.heads.results, False
                    yield row
                elif caught_up:
                    await changes.flag.wait(IDLE_SECONDS)


def _newer(seen: Sequence[MatchedChange], shown: tuple[int, int]) -> list[Change]:
    return [found.change for found in seen if _place(found.change) > shown]


def _place(change: Change) -> tuple[int, int]:
    return change.run.incarnation, change.run.version
