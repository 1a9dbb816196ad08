"""The stream of the progress of some runs: those that are there, whenever one of them has new results."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from runindex.ports.wakeups import WakeUp
from runindex.streams.changes import IDLE_SECONDS
from runindex.streams.groups import Pause
from runindex.streams.heads import HeadTailer
from runindex.streams.refresh import RefreshRequests


async def follow_progress(
    heads: HeadTailer, owners: Mapping[str, int], refreshes: RefreshRequests, pause: Pause
) -> AsyncGenerator[Sequence[str], None]:
    """Yield the ids of the runs now, then after new results of any, with a pause between two items.

    `owners` are the runs' incarnations by their ids. A run that is deleted is left out; without any the stream ends.
    They are yielded at a requested refresh, too.
    """
    wake_up = WakeUp()
    refreshes.wake_by(wake_up)
    async with heads.watch_all(owners, wake_up) as watches:
        told: Mapping[str, int] = {}
        while present := [watch for watch in watches if not watch.is_gone]:
            results = {watch.run_id: watch.heads.results for watch in present}
            if refreshes.is_requested or results != told:
                await pause.over()
                refreshes.start()
                told = results
                pause.begin()
                yield list(told)
            else:
                await wake_up.wait(IDLE_SECONDS)
