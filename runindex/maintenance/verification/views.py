"""Checks of views: each can be read, and the default is one of them."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from runindex.domain import json_text
from runindex.domain.problems import ProblemError
from runindex.domain.records.views import DefaultView, View, check_columns, decode_columns, encode_columns
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.ports.maintenance import Scan, Snapshot
from runindex.ports.queries import Row

_VIEWS: Final = Scan.by_key(View, 100)
_DEFAULTS: Final = Scan.by_key(DefaultView, 2)


async def check_views(snapshot: Snapshot, progress: Callable[[int], None]) -> AsyncIterator[str]:
    """Yield views that cannot be read, and a default that is none of them."""
    async for row in SnapshotReader(snapshot, _VIEWS, progress=progress):
        if not _is_readable(row):
            yield f"view {row['id']}: its filter, its order or its columns cannot be read"
    async for row in SnapshotReader(snapshot, _DEFAULTS, progress=progress):
        if not await snapshot.find(View, [(row["view_id"],)], frozenset({"id"})):
            yield f"the default view is {row['view_id']}, which does not exist"


def _is_readable(row: Row) -> bool:
    try:
        for text in (row["run_filter"], row["run_order"]):
            if text is not None and not isinstance(json_text.loads(text), dict):
                return False
        columns = decode_columns(row["run_columns"])
        check_columns(columns)
    except (ProblemError, ValueError, TypeError, KeyError):
        return False
    return bool(encode_columns(columns) == row["run_columns"])
