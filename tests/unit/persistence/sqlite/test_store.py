"""Many writers, many readers and several processes on one file."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from persistence.sql.statements import Statement
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from persistence.sqlite.store import SqliteStore
from runindex.bootstrap import migrate, open_runindex
from runindex.domain.errors import OperationTimeoutError, UnavailableError
from runindex.ports.clock import SystemClock
from runindex.settings.settings import Settings, StorageBackend
from tests.support.commands import A, create
from tests.support.stores import apply, find, listed, log_of, made

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
OTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from persistence.sqlite.store import SqliteStore
from runindex.ports.clock import SystemClock
from tests.support.commands import create
from tests.support.stores import apply

async def write():
    async with SqliteStore.open(Path(sys.argv[1]), SystemClock()) as store:
        for _ in range(100):
            await apply(store, create())

asyncio.run(write())
"""

# What ends in time on a busy machine too, and is soon over.
ENOUGH = 2.0

pytestmark = pytest.mark.asyncio


@pytest.fixture
def other_process(sqlite_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Let another process write without a pause."""
    with subprocess.Popen([sys.executable, "-c", OTHER_PROCESS, str(sqlite_path)]) as process:
        yield process
        process.kill()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the file's lock, as another process in the midst of its batch does."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


async def test_nobody_hears_that_the_database_is_locked(
    sqlite_path: Path, other_process: "subprocess.Popen[bytes]"
) -> None:
    """50 write and 10 read, while another process writes."""
    async with SqliteStore.open(sqlite_path, SystemClock()) as store, asyncio.TaskGroup() as group:

        async def write() -> None:
            for _ in range(5):
                await made(store, create())

        async def read() -> None:
            while other_process.poll() is None:
                await listed(store)

        for _ in range(50):
            group.create_task(write())
        for _ in range(10):
            group.create_task(read())
    assert other_process.returncode == 0
    async with SqliteStore.open(sqlite_path, SystemClock()) as store:
        assert [change.seq for change in await log_of(store)] == list(range(1, 1 + 1 + 250 + 100))


async def test_a_lock_held_for_too_long_is_unavailable_and_writes_nothing(sqlite_path: Path) -> None:
    async with SqliteStore.open(sqlite_path, SystemClock(), seconds=ENOUGH) as store:
        with held(sqlite_path):
            with pytest.raises(UnavailableError, match=r"^the storage is busy$"):
                await store.apply([create()])
            assert len(await listed(store)) == 1
        await made(store, create())


async def test_a_mutation_takes_no_longer_than_the_settings_say(sqlite_path: Path) -> None:
    settings = Settings(storage=StorageBackend.SQLITE, sqlite_path=sqlite_path, operation_seconds=1)
    async with open_runindex(settings) as index:
        with held(sqlite_path):
            begun = time.monotonic()
            with pytest.raises(UnavailableError):
                await index.submit(create(A))
            assert time.monotonic() - begun < 4  # without this setting it would be 5
        assert await find(index.store, A) is None


async def test_a_batch_that_takes_too_long_is_broken_off_and_writes_nothing(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SqliteStore.open(sqlite_path, SystemClock(), seconds=ENOUGH) as store:
        with monkeypatch.context() as patched:
            patched.setattr(SqliteDialect, "lock_head", lambda *_: Statement(ENDLESS))
            with pytest.raises(OperationTimeoutError):
                await store.apply([create()])
        assert len(await listed(store)) == 1
        await made(store, create())


@pytest.mark.parametrize("name", ["odd%20name?x=1.db", "a#b&c.db", "ünï @:.db"])
async def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    settings = Settings(storage=StorageBackend.SQLITE, sqlite_path=tmp_path / "new" / name)
    await asyncio.to_thread(migrate, settings)
    async with open_runindex(settings) as index:
        await index.submit(create(A))
        assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in (tmp_path / "new").iterdir()} == {name}


async def test_a_lock_held_for_a_while_is_waited_for(sqlite_path: Path) -> None:
    async with SqliteStore.open(sqlite_path, SystemClock()) as store, asyncio.TaskGroup() as group:
        with held(sqlite_path):
            task = group.create_task(apply(store, create()))
            # The writer tries for the lock while these go through.
            for _ in range(20):
                await store.ping()
            assert not task.done()


async def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"^the storage cannot be used$"):
        async with SqliteStore.open(tmp_path / "none.db", SystemClock()):
            pass


@pytest.fixture
def poem(tmp_path: Path) -> Path:
    """Write a file that is no database."""
    path = tmp_path / "poem.db"
    path.write_text("Whose woods these are I think I know. " * 100)
    return path


async def test_a_file_that_is_no_database_is_unavailable(poem: Path) -> None:
    with pytest.raises(UnavailableError, match=r"^the storage's file is damaged$"):
        async with SqliteStore.open(poem, SystemClock()):
            pass


async def test_a_statement_without_end_is_broken_off(sqlite_path: Path) -> None:
    connection = sqlite_connection.connect(sqlite_path, seconds=1, read_only=True)
    try:
        with (
            pytest.raises(OperationTimeoutError),
            sqlite_connection.translate_errors(),
            sqlite_connection.time_limit(connection, 0.05),
        ):
            connection.execute(ENDLESS).fetchall()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        connection.close()


async def test_commits_are_durable_and_readers_cannot_write(sqlite_path: Path) -> None:
    full = 2
    for read_only in (False, True):
        connection = sqlite_connection.connect(sqlite_path, seconds=1, read_only=read_only)
        try:
            assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        finally:
            connection.close()
    reader = sqlite_connection.connect(sqlite_path, seconds=1, read_only=True)
    try:
        with pytest.raises(sqlite3.OperationalError):
            reader.execute("DELETE FROM runs")
    finally:
        reader.close()
