"""Sources of runs in memory, and shorthands that load them as the command does."""

import io
import json
from collections.abc import Sequence
from typing import Any

from runindex.maintenance.sources.jsonl import JsonLines
from runindex.maintenance.sources.load import Loaded, check_source, load
from runindex.maintenance.sources.order import parents_first
from runindex.maintenance.sources.source import RunSource
from runindex.ports.store import Store

NAME = "runs.jsonl"


def json_lines(*runs: dict[str, Any] | str) -> JsonLines:
    """Return a file of lines; a text is a line as it stands."""
    lines = [run if isinstance(run, str) else json.dumps(run) for run in runs]
    return JsonLines([(NAME, io.BytesIO("".join(f"{line}\n" for line in lines).encode()))])


async def loaded(store: Store, source: RunSource) -> Loaded:
    """Read all of a source, then load it."""
    entries = parents_first(source.index())
    read: list[int] = []
    check_source(source, entries, read.append)
    written: list[int] = []
    found = await load(store, source, entries, written.append)
    assert sum(read) == sum(written) == len(entries)
    return found


async def load_runs(store: Store, *runs: dict[str, Any] | str) -> Loaded:
    """Load lines."""
    return await loaded(store, json_lines(*runs))


def counts_of(found: Loaded) -> Sequence[int]:
    """Return how many runs were added, changed, there already, refused."""
    return found.added, found.changed, found.there, len(found.refused)
