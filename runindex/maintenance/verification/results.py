"""Checks of results: items and counts are recomputed from the attempts."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from runindex.domain.json_text import JsonText
from runindex.domain.records.results import Item, Score, decode_score, decode_scores, rescored
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.queries import Row
from runindex.ports.rows import record_row

_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


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

    async def take(self, items: SnapshotReader, results: SnapshotReader, scores: SnapshotReader) -> AsyncIterator[str]:
        """Take the owner's rows from all readers, which have the same order, and yield their faults."""
        while (key := await self._next_key(items, results, scores)) is not None:
            counted, rows = Item(self.owner, *key), 0
            revisions = Revisions([row async for row in _rows_of(scores, self.owner, key)])
            async for row in _rows_of(results, self.owner, key):
                fault = revisions.fault_of(row)
                if fault is not None:
                    yield f"result {row['retry_count']} of item {key[1]!r}: {fault}"
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
                if revisions.left:
                    yield f"item {key[1]!r}: {revisions.left} revisions of scores of results that are not there"
            elif key[0] not in self.deleted:
                self.orphans += rows + len(kept) + revisions.number

    def _add(self, item: Item) -> None:
        self.result_count += item.attempts
        self.item_count += item.attempts > 0
        self.succeeded += item.succeeded
        self.failed += item.attempts > 0 and not item.succeeded

    async def _next_key(self, *readers: SnapshotReader) -> tuple[int, str] | None:
        heads = [await reader.peek() for reader in readers]
        keys = [_key(row) for row in heads if row is not None and row["owner"] == self.owner]
        return min(keys, default=None)


class Revisions:
    """The revisions of scores of one item's results; `left` counts those that no result has asked for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take them in the order of their keys."""
        self.number = self.left = len(rows)
        self._rows = rows

    def fault_of(self, result: Row) -> str | None:
        """Return how a result's scores disagree with their revisions, None if they do not."""
        rows = [row for row in self._rows if row["retry_count"] == result["retry_count"]]
        self.left -= len(rows)
        try:
            scores = set(decode_scores(result["scores"]))
            agree = _current(rows, result["recorded_scores"] or result["scores"]) == scores
        except _UNREADABLE:
            return "its scores cannot be read"
        if bool(rows) == (result["recorded_scores"] is not None) and agree:
            return None
        return "its scores are not those of their newest revisions"


def _current(rows: Sequence[Row], recorded: JsonText) -> set[Score] | None:
    """Return the scores that a result must have.

    Return None when the revisions of a scorer are not numbered from 1, or do not begin with what was recorded.
    """
    scores = first = decode_scores(recorded)
    by_scorer: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_scorer[row["scorer_id"]].append(row)
    for scorer_id, own in by_scorer.items():
        before = [score for score in first if score.scorer_id == scorer_id]
        revisions = [decode_score(row["score"], row["revision"]) for row in own]
        if [score.revision for score in revisions] != list(range(1, len(own) + 1)):
            return None
        if len(own) <= len(before) or revisions[: len(before)] != before:
            return None
        scores = rescored(scores, revisions[-1])
    return set(scores)


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
