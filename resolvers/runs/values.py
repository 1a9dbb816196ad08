"""Distinct values of runs, to be offered while somebody types."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from resolvers.execution.context import Context
from resolvers.paging.filters import path_of, plain
from resolvers.paging.pager import check_size
from runindex.domain import json_text
from runindex.domain.json_text import JsonValue
from runindex.domain.runs.filters import UNARCHIVED
from runindex.domain.runs.sort_keys import value_of_key
from runindex.ports.queries import SORT_KEY, Columns, DistinctField, RunQuery, Window
from schema.runs.values import MetadataPathCount, MetadataValueCount
from schema.typesystem.scalars import Json

# What is looked at to answer: so many of the newest runs, and of their metadata so many characters.
LOOKED_AT: Final = 1000
MOST_CHARACTERS: Final = 4 * 1024 * 1024
_PAGE: Final = 50
_METADATA: Final[Columns] = frozenset({"metadata", "created_at"})
_AGE: Final[Columns] = frozenset({"created_at"})


async def list_values(context: Context, field: DistinctField, prefix: str | None, first: int | None) -> list[str]:
    """Return the distinct values of a field that start with the prefix, in code-point order."""
    limit = check_size(first, "first")
    return list(await context.index.store.list_values(field, plain(prefix, "prefix") or "", limit))


async def list_paths(context: Context, prefix: str | None, first: int | None) -> list[MetadataPathCount]:
    """Return the paths to values in the metadata of the newest runs, the most frequent first."""
    limit, start = check_size(first, "first"), plain(prefix, "prefix") or ""
    counts: Counter[str] = Counter()
    async for text in _newest_metadata(context):
        counts.update({path for path in _paths_in(json_text.loads(text)) if path.startswith(start)})
    return [MetadataPathCount(path=path, count=count) for path, count in _most_frequent(counts, limit)]


async def list_metadata_values(
    context: Context, path: str, prefix: str | None, first: int | None
) -> list[MetadataValueCount]:
    """Return the values at a path in the metadata of the newest runs, the most frequent first."""
    limit, start, keys = check_size(first, "first"), plain(prefix, "prefix") or "", path_of(path, "path")
    query = RunQuery(UNARCHIVED, Window(LOOKED_AT), _AGE, path=keys)
    rows = await context.index.store.list_runs(query)
    counts = Counter(row[SORT_KEY] for row in rows if row[SORT_KEY] is not None)
    found = [(value_of_key(key), count) for key, count in _most_frequent(counts, len(counts))]
    shown = [(value, count) for value, count in found if _text_of(value).startswith(start)]
    return [MetadataValueCount(value=Json(json_text.dumps(value)), count=count) for value, count in shown[:limit]]


def _most_frequent(counts: Counter[str], limit: int) -> Sequence[tuple[str, int]]:
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:limit]


def _text_of(value: JsonValue) -> str:
    return value if isinstance(value, str) else json_text.dumps(value)


async def _newest_metadata(context: Context) -> AsyncIterator[str]:
    """Yield the metadata of the newest runs until there is enough."""
    number, characters = 0, 0
    last: tuple[int, str] | None = None
    while number < LOOKED_AT and characters < MOST_CHARACTERS:
        query = RunQuery(UNARCHIVED, Window(_PAGE, after=last), _METADATA)
        rows = await context.index.store.list_runs(query)
        for row in rows:
            if row["metadata"] is not None:
                characters += len(row["metadata"])
                yield row["metadata"]
        number += len(rows)
        if len(rows) < _PAGE:
            return
        last = rows[-1]["created_at"], rows[-1]["id"]
        await asyncio.sleep(0)


def _paths_in(value: JsonValue, above: str | None = None) -> Iterator[str]:
    """Yield the path to each value that is no object, spelled as filters take it."""
    for key, below in value.items():
        spelled = key.replace("\\", "\\\\").replace(".", "\\.")
        path = spelled if above is None else f"{above}.{spelled}"
        if isinstance(below, dict):
            yield from _paths_in(below, path)
        else:
            yield path
