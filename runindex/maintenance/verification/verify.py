"""The whole verification of a storage."""

from collections.abc import AsyncIterator, Callable

from runindex.maintenance.verification.log import check_histories, check_log
from runindex.maintenance.verification.records import check_records
from runindex.maintenance.verification.runs import check_runs, check_tag_counts, check_texts
from runindex.ports.maintenance import Maintenance


async def verify(maintenance: Maintenance, seen: Callable[[int], None] = lambda _: None) -> AsyncIterator[str]:
    """Yield each fault of what is stored as a line; `seen` is told of rows as they are read.

    It is one moment that is looked at, whoever writes meanwhile.
    """
    async with maintenance.snapshot() as snapshot:
        for check in (check_runs, check_texts, check_tag_counts, check_log, check_histories, check_records):
            async for fault in check(snapshot, seen):
                yield fault
        circle = await snapshot.find_circle()
        if circle is not None:
            yield f"run {circle}: its own ancestor"
