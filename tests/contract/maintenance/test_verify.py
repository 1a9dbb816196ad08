import pytest

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.retention import Retention, keep_duration, keep_latest
from runindex.domain.runs.run import Run
from runindex.maintenance.compaction import compact
from runindex.maintenance.snapshot_reader import SnapshotReader
from runindex.maintenance.verification.verify import verify
from runindex.ports.maintenance import Scan, Storage
from tests.support.clock import StandingClock
from tests.support.commands import A, B, D, create, delete, move, remove_tags, retain
from tests.support.data.maintenance import by_run, faults, furnish, swept
from tests.support.data.population import populate
from tests.support.records import append, apply_receipt, commit, delete_results, delete_values, done, put, record

pytestmark = pytest.mark.asyncio


async def test_a_new_index_has_no_faults(storage: Storage) -> None:
    assert await faults(storage) == []


async def test_an_index_with_everything_has_no_faults(storage: Storage, clock: StandingClock) -> None:
    await populate(storage, clock)
    await furnish(storage, clock)
    assert await faults(storage) == []


async def test_there_are_no_faults_after_deletions(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    await done(storage, remove_tags(B, "a"), move(A, RunStatus.ARCHIVED), delete(D), delete(A), delete_results(B))
    assert await faults(storage) == []
    await swept(storage)
    assert await faults(storage) == []


@pytest.mark.parametrize("policy", [keep_latest(1), keep_latest(2), keep_duration(1), keep_duration(3)])
async def test_there_are_no_faults_after_compaction(storage: Storage, clock: StandingClock, policy: Retention) -> None:
    await furnish(storage, clock)
    await done(storage, retain(A, policy))
    assert await by_run(compact(storage, clock.now()))
    assert await faults(storage) == []
    await done(
        storage,
        append(A, ("s", {"more": 1})),
        put(A, "a", 7),
        delete_values(A, "a"),
        commit("agent", A),
        apply_receipt("other", A, 99),
        record(A, "more"),
    )
    assert await faults(storage) == []


async def test_rows_are_counted_as_they_are_read(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    read: list[int] = []
    assert [fault async for fault in verify(storage, read.append)] == []
    assert sum(read) > 60


async def test_a_snapshot_is_one_moment(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    async with storage.snapshot() as snapshot:
        before = await snapshot.log_state()
        await done(storage, create(), record(A, "later"), append(A, ("s", {})), delete(B), put(A, "a", 9))
        ids = [row["id"] async for row in SnapshotReader(snapshot, Scan(Run, ("id",), 2))]
        assert (len(ids), B in ids) == (6, True)
        assert await snapshot.log_state() == before
