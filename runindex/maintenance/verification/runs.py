"""Checks of what is derived from runs: the tag index, search texts, counts by status and tag."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Final

from runindex.domain import json_text
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import ProblemError
from runindex.domain.runs.derived import RunTag, RunTexts, StatusCount, TagCount, texts_of
from runindex.domain.runs.run import Run
from runindex.domain.runs.tags import check_tags
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.maintenance import Scan, Snapshot
from runindex.ports.rows import record_row, run_of

_RUNS: Final = Scan(Run, ("id",), 500, frozenset({"status", "created_at", "tags"}))
_WHOLE_RUNS: Final = Scan(Run, ("id",), 50)
_TEXTS: Final = Scan(RunTexts, ("run_id",), 50)
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_TAGS_BY_RUN: Final = Scan(RunTag, ("run_id", "tag", "created_at"), 1000)
_TAGS: Final = Scan(RunTag, ("tag", "created_at", "run_id"), 250)
_TAG_COUNTS: Final = Scan(TagCount, ("tag",), 1000)
_STATUS_COUNTS: Final = Scan(StatusCount, ("status",), 100)
_STATUS: Final = frozenset({"status"})


async def check_runs(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield faults of the tag index and of the counts by status."""
    indexed, statuses = SnapshotReader(snapshot, _TAGS_BY_RUN), Counter[str]()
    async for run in SnapshotReader(snapshot, _RUNS, progress=progress):
        statuses[run["status"]] += 1
        async for fault in _orphans(indexed, run["id"]):
            yield fault
        indexed_tags = {(row["tag"], row["created_at"]) async for row in indexed.group(run["id"])}
        own_tags = {(tag, run["created_at"]) for tag in _readable_tags(run["tags"])}
        for tag, _ in sorted(own_tags - indexed_tags):
            yield f"run {run['id']}: not found by its tag {tag!r}"
        for tag, _ in sorted(indexed_tags - own_tags):
            yield f"run {run['id']}: found by the tag {tag!r}, which it has not"
    async for fault in _orphans(indexed, None):
        yield fault
    counted = {row["status"]: row["n"] async for row in SnapshotReader(snapshot, _STATUS_COUNTS)}
    for status in RunStatus:
        if counted.get(status, 0) != statuses[status]:
            yield f"count of {status} runs: {counted.get(status, 0)} instead of {statuses[status]}"


def _readable_tags(text: str) -> tuple[str, ...]:
    """Return a run's tags; none when they cannot be read, which `check_texts` reports."""
    try:
        return check_tags(json_text.loads(text))
    except (ProblemError, *_UNREADABLE):
        return ()


async def check_texts(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield runs that cannot be read, and those whose search text is not theirs."""
    texts = SnapshotReader(snapshot, _TEXTS)
    async for row in SnapshotReader(snapshot, _WHOLE_RUNS, progress=progress):
        kept = await texts.take()
        try:
            run = run_of(row)
            check_tags(run.tags)
            expected = record_row(texts_of(run))
        except (ProblemError, *_UNREADABLE):
            yield f"run {row['id']}: its tags, or something else of it, cannot be read"
        else:
            different = [name for name in expected if kept is None or not _agree(name, kept[name], expected[name])]
            if different:
                yield f"run {row['id']}: found by another text than its own: {', '.join(different)}"


def _agree(name: str, kept: object, expected: object) -> bool:
    if name != "words" or kept is None:
        return kept == expected
    # Entries have no order, and a run that is read besides is found whatever they are.
    return not kept or set(str(kept).split(" ")) == set(str(expected).split(" "))


async def _orphans(indexed: SnapshotReader, until: str | None) -> AsyncIterator[str]:
    while (row := await indexed.peek()) is not None and (until is None or row["run_id"] < until):
        await indexed.take()
        yield f"tag {row['tag']!r} of run {row['run_id']}, which does not exist"


async def check_tag_counts(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield wrong counts by tag."""
    counts = SnapshotReader(snapshot, _TAG_COUNTS)
    async for tag, number in _counted(snapshot, progress):
        while (row := await counts.peek()) is not None and row["tag"] < tag:
            await counts.take()
            if row["n"]:
                yield _wrong(row["tag"], row["n"], 0)
        kept = [row["n"] async for row in counts.group(tag)]
        if sum(kept) != number:
            yield _wrong(tag, sum(kept), number)
    async for row in counts:
        if row["n"]:
            yield _wrong(row["tag"], row["n"], 0)


def _wrong(tag: str, kept: int, counted: int) -> str:
    return f"count of the tag {tag!r}: {kept} instead of {counted}"


async def _counted(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[tuple[str, int]]:
    """Yield each tag, in order, with the number of unarchived runs that have it."""
    current, number = None, 0
    async for rows in SnapshotReader(snapshot, _TAGS, progress=progress).pages():
        ids = [(run_id,) for run_id in dict.fromkeys(row["run_id"] for row in rows)]
        statuses = {row["id"]: row["status"] for row in await snapshot.find(Run, ids, _STATUS)}
        for row in rows:
            if row["tag"] != current:
                if current is not None:
                    yield current, number
                current, number = row["tag"], 0
            number += statuses.get(row["run_id"], RunStatus.ARCHIVED) != RunStatus.ARCHIVED
    if current is not None:
        yield current, number
