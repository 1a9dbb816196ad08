"""A file that was cut, overwritten or filled up takes no mutation that would be lost, and is called what it is."""

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from persistence.sqlite.connection import begin
from persistence.sqlite.file import DamagedError, inspect
from persistence.sqlite.store import SqliteStore
from runindex.domain.errors import UnavailableError
from tests.support.commands import A, B, create, rename
from tests.support.stores import get, made

pytestmark = pytest.mark.asyncio

CUT = "the storage's file was cut short"


def log_of(path: Path) -> Path:
    return Path(f"{path}-wal")


def cut(file: Path, size: int) -> None:
    os.truncate(file, size)


def size_of(file: Path) -> int:
    return file.stat().st_size


def copy_of(path: Path, size: int | None) -> Path:
    """Copy a file, and so much of its log, as a power cut leaves them."""
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    log_of(copy).write_bytes(log_of(path).read_bytes()[:size])
    return copy


def check_in(path: Path) -> None:
    """Write all of the log into the file."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


CUTS: dict[str, Callable[[Path], None]] = {
    "the file, to nothing": lambda path: cut(path, 0),
    "the file, to half": lambda path: cut(path, path.stat().st_size // 2),
    "the log, to nothing": lambda path: cut(log_of(path), 0),
    "the log, by a byte": lambda path: cut(log_of(path), log_of(path).stat().st_size - 1),
    "the log, by a frame": lambda path: cut(log_of(path), log_of(path).stat().st_size - 4120),
}


@pytest.mark.parametrize("harm", CUTS)
async def test_nothing_is_acknowledged_once_something_was_cut(
    store: SqliteStore, path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    await store.check_writable()
    CUTS[harm](path)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(UnavailableError, match=f"^{CUT}$"):
                await store.apply([create(B)])
            with pytest.raises(UnavailableError):
                await store.check_writable()
            with pytest.raises(UnavailableError):
                await get(store, A)
    assert len([record for record in caplog.records if str(path) in record.getMessage()]) == 1


async def test_what_other_processes_check_in_or_compact_is_no_cut(store: SqliteStore, path: Path) -> None:
    for name in ("x", "y"):
        check_in(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("CREATE TABLE IF NOT EXISTS ballast (b)")
            other.execute("INSERT INTO ballast VALUES (zeroblob(1000000))")
            check_in(path)
            await store.check_writable()
            other.execute("DROP TABLE ballast")
            other.execute("VACUUM")
            check_in(path)
        assert (await made(store, rename(A, name))).name == name
        await store.check_writable()


async def test_a_file_that_is_overwritten_is_called_damaged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with SqliteStore.open(path) as store:
        await made(store, create(A))
        check_in(path)
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(os.urandom(size_of(path) - 4096))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA user_version = 7")  # so that no connection goes by what it remembers
        for _ in range(2):
            with pytest.raises(UnavailableError, match=r"^the storage's file is damaged$"):
                await store.apply([create(B)])
            with pytest.raises(UnavailableError, match=r"^the storage's file is damaged$"):
                await get(store, A)
    assert "the storage's file is damaged: SQLITE_CORRUPT" in caplog.text


async def test_a_full_file_takes_nothing_until_there_is_room(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([1])  # pages for the next connection, which is what follows a failure

    def fill(connection: sqlite3.Connection, seconds: float) -> None:
        begin(connection, seconds)
        for pages in rooms:
            connection.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr("persistence.sqlite.store.begin", fill)
    with pytest.raises(UnavailableError, match=r"^the storage cannot be used$"):
        await store.apply([create(f"00000000-0000-4000-8000-{n:012}") for n in range(400)])
    assert (await made(store, rename(A, "z"))).name == "z"


async def test_tables_that_were_dropped_are_told_of(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("DROP TABLE changes")
    with pytest.raises(UnavailableError, match=r"^the storage's tables are not as they must be$"):
        await store.apply([create(B)])


async def test_a_file_that_was_cut_is_refused_before_it_is_opened(path: Path) -> None:
    check_in(path)
    inspect(path)
    cut(path, size_of(path) - 4096)
    with pytest.raises(DamagedError, match="a part of it is missing"):
        inspect(path)


async def test_a_log_that_was_cut_is_told_of_before_it_is_opened(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await made(store, create(B))
    for size, is_told in ((None, False), (-1, True), (-4120, True), (31, True), (0, False)):
        caplog.clear()
        inspect(copy_of(path, size))
        assert ("ends within a transaction" in caplog.text) is is_told, size
        assert caplog.text.count("\n") == is_told
