"""All checks of a storage."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from runindex.maintenance.verification.instants import check_instants
from runindex.maintenance.verification.log import check_histories, check_log
from runindex.maintenance.verification.records import check_records
from runindex.maintenance.verification.runs import check_runs, check_tag_counts, check_texts
from runindex.maintenance.verification.views import check_views
from runindex.ports.maintenance import Maintenance

_CHECKS: Final = (
    check_runs,
    check_texts,
    check_tag_counts,
    check_log,
    check_histories,
    check_records,
    check_instants,
    check_views,
)


async def verify(maintenance: Maintenance, progress: Callable[[int], None] = lambda _: None) -> AsyncIterator[str]:
    """Yield a line for each fault in one snapshot; `progress` is called with the number of rows just read."""
    async with maintenance.snapshot() as snapshot:
        for check in _CHECKS:
            async for fault in check(snapshot, progress):
                yield fault
        circle = await snapshot.find_cycle()
        if circle is not None:
            yield f"run {circle}: its own ancestor"
