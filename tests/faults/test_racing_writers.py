"""Many writers at once, whose transactions take a random while and fail at random, under the eyes of subscribers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.store import PostgresStore
from runindex.index import open_index
from runindex.ports.clock import SystemClock
from tests.faults.checker import Flaw, check
from tests.faults.doors import IndexDoor
from tests.faults.hindrances import faltering_commits, file_locked_at_times, rollbacks
from tests.faults.history import History, Recording, View
from tests.faults.naive import CREATE, TABLE, NaiveDoor, NaiveSubscriber, naive_log
from tests.faults.subscribers import Watch, subscribed
from tests.faults.truth import PostgresStorage, SqliteStorage
from tests.faults.workload import Workload
from tests.faults.world import mark_end, open_world

WRITERS = 32
CHANGES = 1500
SECONDS = 8.0
RESTLESS = 200

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]


@asynccontextmanager
async def indexes(url: str, count: int) -> AsyncIterator[list[IndexDoor]]:
    """Open so many indexes in this process; each has a writer, and so transactions, of its own."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        doors = []
        for _ in range(count):
            store = await stack.enter_async_context(PostgresStore.open(url, clock, pool_size=2))
            feed = await stack.enter_async_context(PostgresFeed(url))
            index = await stack.enter_async_context(open_index(store, feed))
            doors.append(IndexDoor(index, (await store.log_state()).epoch))
        yield doors


async def test_racing_writers_of_several_processes_lose_nothing_on_postgres(
    postgres_storage: PostgresStorage, tmp_path: Path
) -> None:
    """Half of the writers share the two servers' writers, the others have transactions of their own."""
    async with (
        open_world(postgres_storage, tmp_path, servers=2) as world,
        indexes(postgres_storage.url, WRITERS // 2) as own,
        subscribed(world.subscribers(RESTLESS)),
    ):
        world.workload.doors = [door for other in own for door in (other, world.doors[own.index(other) % 2])]
        async with (
            faltering_commits(postgres_storage.url),
            rollbacks(postgres_storage.url, 4),
            world.workload.writers(WRITERS),
        ):
            await world.workload.volume(CHANGES, SECONDS)
        await world.conclude()


async def test_racing_writers_of_two_processes_lose_nothing_on_sqlite(
    sqlite_storage: SqliteStorage, tmp_path: Path
) -> None:
    async with (
        open_world(sqlite_storage, tmp_path, servers=2) as world,
        subscribed(world.subscribers(RESTLESS)),
    ):
        with file_locked_at_times(sqlite_storage.path):
            async with world.workload.writers(WRITERS):
                await world.workload.volume(CHANGES, SECONDS)
        await world.conclude()


async def test_a_naive_cursor_is_found_out(postgres_url: str) -> None:
    """The same writers, hindrances and checker, on a log that is numbered without care."""
    history = History()
    watch = Watch(Recording("naive", View()))
    history.recordings.append(watch.recording)
    async with asyncpg.create_pool(postgres_url, min_size=WRITERS + 1, max_size=WRITERS + 1) as pool:
        await pool.execute(CREATE)
        workload = Workload(history, [NaiveDoor(pool)], mix={"createRun": 1})
        async with subscribed([NaiveSubscriber(watch, pool)]):
            async with faltering_commits(postgres_url, TABLE), workload.writers(WRITERS):
                await workload.volume(CHANGES, SECONDS)
            await watch.saw(await mark_end(workload), 2)
        history.log = await naive_log(pool, 0)
    flaws = [finding.flaw for finding in check(history)]
    print(f"lost: {flaws.count(Flaw.LOST)} of {len(history.log)} changes")
    assert Flaw.LOST in flaws
    # A sequence does not take numbers back when a transaction aborts. Beyond that the log itself is sound.
    assert set(flaws) <= {Flaw.LOST, Flaw.GAP}
