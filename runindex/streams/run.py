"""The stream of one run: its newest state after each of its changes and results."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final

from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import Columns, Row
from runindex.ports.rows import row_of
from runindex.streams.change_filter import ChangeFilter, MatchedChange
from runindex.streams.changes import IDLE_SECONDS
from runindex.streams.heads import HeadTailer
from runindex.streams.refresh import RefreshRequests
from runindex.streams.tailer import LogTailer

# The columns that `find` has to answer at least.
IDENTITY: Final[Columns] = frozenset({"incarnation", "version"})


async def follow_run(
    tailer: LogTailer,
    heads: HeadTailer,
    run_id: str,
    find: Callable[[], Awaitable[Row | None]],
    refreshes: RefreshRequests,
) -> AsyncGenerator[Row, None]:
    """Yield a run as `find` answers it, then after each change and result, until it is deleted.

    A slow subscriber gets the newest state alone. Nothing is yielded when there is no such run. At a requested refresh
    the run is found again.
    """
    change_filter = ChangeFilter(RunFilter(ids=(run_id,), include_archived=True))
    async with tailer.watch(change_filter) as (changes, state):
        refreshes.wake_by(changes.wake_up)
        refreshes.start()
        # The position is fixed before the run is read: nothing falls in between.
        position, row = state.head, await find()
        if row is None:
            return
        async with heads.watch(run_id, row["incarnation"], changes.wake_up) as watch:
            yielded = row["incarnation"], row["version"]
            results, is_stale = watch.heads.results, False
            yield row
            while not watch.is_gone:
                # Before the log is read on: it may grow during the refresh, and a state is yielded at its end only.
                if refreshes.is_requested:
                    refreshes.start()
                    row = await find()
                    if row is None or row["incarnation"] != yielded[0]:
                        return
                    yielded, is_stale = (row["incarnation"], row["version"]), True
                matched, reached = await tailer.read(changes, position, state)
                caught_up, position = reached == position, reached
                newer = _newer(matched, yielded)
                if any(change.kind is RunChangeKind.DELETED for change in newer):
                    return
                if newer:
                    row, yielded, is_stale = row_of(newer[-1].run), _version_of(newer[-1]), True
                if (is_stale or watch.heads.results > results) and position >= tailer.ring.end:
                    results, is_stale = watch.heads.results, False
                    yield row
                elif caught_up:
                    await changes.wake_up.wait(IDLE_SECONDS)


def _newer(matched: Sequence[MatchedChange], yielded: tuple[int, int]) -> list[Change]:
    return [found.change for found in matched if _version_of(found.change) > yielded]


def _version_of(change: Change) -> tuple[int, int]:
    return change.run.incarnation, change.run.version
