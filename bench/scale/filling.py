"""Fills an index as an import does, by which whatever is kept beside the runs is right; and through the writer."""

import time
from typing import Final

from bench.scale.drawing import Drawing, Landmarks
from runindex.commands import AnyCommand, CreateRun
from runindex.domain import json_text
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store

# Runs in a transaction.
_RUNS: Final = 20_000
_BATCH: Final = 500


async def fill(storage: Storage, size: int) -> Landmarks:
    """Insert so many runs into an index that has none but its default run."""
    async with storage.restoration() as restoration:
        drawing = Drawing(size, (await restoration.log_state()).head)
    chunks = drawing.chunks()
    rest = size
    while rest > 0:
        async with storage.restoration() as restoration:
            state = await restoration.log_state()
            written = 0
            while written < min(rest, _RUNS):
                rows = next(chunks)
                await restoration.write(rows)
                written += len(rows.runs)
            await restoration.set_log(drawing.head, state.floor)
            rest -= written
    return drawing.landmarks


async def write(store: Store, number: int) -> float:
    """Create so many runs through the writer, and return how many a second."""
    runs = [change.run for rows in Drawing(number).chunks() for change in rows.changes if change.former is None]
    commands: list[AnyCommand] = [
        CreateRun(id=run.id, name=run.name, tags=run.tags, metadata=json_text.loads(run.metadata or "null")).checked()
        for run in runs
    ]
    begin = time.perf_counter()
    for start in range(0, number, _BATCH):
        await store.apply(commands[start : start + _BATCH])
    return number / (time.perf_counter() - begin)
