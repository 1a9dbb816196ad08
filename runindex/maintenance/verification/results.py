"""Checks of results: items and counts are recomputed from the attempts."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from runindex.domain.records.results import Item
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.queries import Row
from runindex.ports.rows import record_row


@dataclass(slots=True)
class Recount:
    """The recomputed counts of a run; `orphans` counts rows of generations that are neither present nor deleted."""

    owner: int
    run_id: str
    generation: int
    deleted: Collection[int]
    result_count: int = 0
    item_count: int = 0
    succeeded: int = 0
    failed: int = 0
    last_seq: int = 0
    orphans: int = 0

    async def take(self, items: SnapshotReader, results: SnapshotReader) -> AsyncIterator[str]:
        """Take the owner's rows from both readers, which have the same order, and yield their faults."""
        while (key := await self._next_key(items, results)) is not None:
            counted, rows = Item(self.owner, *key), 0
            async for row in _rows_of(results, self.owner, key):
                counted = counted.attempted(row["retry_count"], failed=row["error"] is not None)
                if row["run_id"] != self.run_id:
                    yield f"result {row['retry_count']} of item {key[1]!r}: says that its run is {row['run_id']!r}"
                self.last_seq = max(self.last_seq, row["seq"])
                rows += 1
            kept = [row async for row in _rows_of(items, self.owner, key)]
            if key[0] == self.generation:
                self._add(counted)
                if kept != [record_row(counted)]:
                    yield f"item {key[1]!r}: {_describe(kept)} instead of {_describe([record_row(counted)])}"
            elif key[0] not in self.deleted:
                self.orphans += rows + len(kept)

    def _add(self, item: Item) -> None:
        self.result_count += item.attempts
        self.item_count += item.attempts > 0
        self.succeeded += item.succeeded
        self.failed += item.attempts > 0 and not item.succeeded

    async def _next_key(self, items: SnapshotReader, results: SnapshotReader) -> tuple[int, str] | None:
        heads = [await items.peek(), await results.peek()]
        keys = [_key(row) for row in heads if row is not None and row["owner"] == self.owner]
        return min(keys, default=None)


def _key(row: Row) -> tuple[int, str]:
    return row["generation"], row["item_id"]


async def _rows_of(reader: SnapshotReader, owner: int, key: tuple[int, str]) -> AsyncIterator[Row]:
    while (row := await reader.peek()) is not None and row["owner"] == owner and _key(row) == key:
        await reader.take()
        yield row


def _describe(rows: list[Row]) -> str:
    if not rows or not rows[0]["attempts"]:
        return "nothing"
    (row,) = rows
    outcome = "succeeded" if row["succeeded"] else "failed"
    return f"{outcome} after {row['attempts']} attempts, the last with retry count {row['last_retry']}"
