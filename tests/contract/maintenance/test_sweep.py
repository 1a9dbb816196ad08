import asyncio

import pytest

from runindex.commands.outcomes import RunDeleted
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.results import Item, Result
from runindex.domain.records.totals import Totals
from runindex.domain.runs.run import Run
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.maintenance.transfer.export import OWNED_SCANS
from runindex.ports.maintenance import Scan, Storage
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, create, delete, delete_all, move
from tests.support.data.maintenance import export, faults, furnish, swept
from tests.support.records import (
    R1,
    append,
    delete_results,
    done,
    everything,
    gained,
    listed_of,
    put,
    record,
    recorded,
    result_counts,
    result_of,
)
from tests.support.stores import do, get, made

pytestmark = pytest.mark.asyncio


async def owners(storage: Storage) -> set[int]:
    """Return whose rows are stored; in memory, what waits to be swept away is no row any more."""
    async with storage.snapshot() as snapshot:
        walks = (*OWNED_SCANS.values(), Scan.by_key(Totals, 100))
        return {row["owner"] for walk in walks async for row in SnapshotReader(snapshot, walk)}


async def incarnations(storage: Storage) -> set[int]:
    async with storage.snapshot() as snapshot:
        return {row["incarnation"] async for row in SnapshotReader(snapshot, Scan(Run, ("id",), 100))}


async def test_sweeping_makes_no_difference_to_anybody(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    seen = await everything(storage), await export(storage)
    assert await swept(storage) > 0
    assert (await everything(storage), await export(storage)) == seen
    assert await faults(storage) == []


async def test_all_that_a_deleted_run_had_is_swept_away(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    deletion = await gained(storage, delete(A), RunDeleted)
    counts = (deletion.results, deletion.values, deletion.events, deletion.cells, deletion.documents, deletion.receipts)
    assert counts == (3, 1, 4, 1, 2, 4)
    await done(storage, create(A))
    await swept(storage)
    assert await owners(storage) <= await incarnations(storage)
    assert await swept(storage) == 0
    assert await faults(storage) == []


async def test_nothing_is_wrong_while_sweeping_is_under_way(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    await done(storage, delete(A), delete_results(B))
    assert await faults(storage) == []
    while await storage.sweep(5):
        assert await faults(storage) == []


async def test_nothing_is_swept_that_was_not_deleted(storage: Storage) -> None:
    assert await storage.sweep(100) == 0
    await done(storage, create(A), record(A), put(A), create(B), append(B, ("s", {})), move(A, RunStatus.ARCHIVED))
    before = await everything(storage)
    assert await storage.sweep(100) == 0
    assert await everything(storage) == before


async def test_a_run_without_anything_leaves_nothing(storage: Storage) -> None:
    await done(storage, create(A))
    await gained(storage, delete(A), RunDeleted)
    assert await storage.sweep(100) == 0


async def test_deleted_results_go_and_those_recorded_since_stay(storage: Storage) -> None:
    await done(storage, create(A), *(record(A, f"item-{number}") for number in range(20)))
    await do(storage, delete_results(A))
    await done(storage, record(A, "item-3", error="x"), record(A, "new"))
    await do(storage, delete_results(A))
    present = [(await recorded(storage, record(A, item))).result for item in ("item-3", "late")]
    await swept(storage)
    assert sorted(await listed_of(storage, A, Result), key=lambda result: result.seq) == present
    assert [item.item_id for item in await listed_of(storage, A, Item)] == ["item-3", "late"]
    assert await result_counts(storage, A) == (2, 2, 2, 0)
    assert await faults(storage) == []


async def test_an_id_is_free_before_its_old_result_is_swept_away(storage: Storage) -> None:
    await done(storage, create(A), create(B), record(A, id=R1))
    await do(storage, delete_results(A))
    result = (await recorded(storage, record(B, "elsewhere", id=R1))).result
    await swept(storage)
    assert await result_of(storage, R1) == result


async def test_a_chunk_is_no_larger_than_asked(storage: Storage) -> None:
    await done(storage, create(A), *(record(A, f"item-{number}") for number in range(30)), delete(A))
    chunks = []
    while number := await storage.sweep(8):
        chunks.append(number)
    assert max(chunks) <= 9
    assert sum(chunks) >= 61


async def test_several_may_sweep_while_others_write(storage: Storage) -> None:
    runs = [create() for _ in range(5)]
    ids = [(await made(storage, run)).id for run in runs]
    for run in ids:
        await done(storage, *(record(run, f"item-{number}") for number in range(10)), append(run, ("s", {})))
    await do(storage, delete_all(ids))

    async def sweep_all() -> None:
        while await storage.sweep(4):
            pass

    async def write() -> None:
        await done(storage, create(C), *(record(C, f"item-{number}") for number in range(10)))

    await asyncio.gather(sweep_all(), sweep_all(), write())
    await swept(storage)
    assert await owners(storage) == {(await get(storage, C)).incarnation}
    assert await faults(storage) == []
