"""A file that was deleted or replaced while it is open takes no mutation, and tells of it."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from persistence.sqlite.file import IndexFile
from persistence.sqlite.store import SqliteStore
from runindex.domain.errors import OutcomeUnknownError, UnavailableError
from tests.support.commands import A, B, create, rename
from tests.support.stores import get, made

pytestmark = pytest.mark.asyncio


def delete(path: Path) -> None:
    path.unlink()


def move_away(path: Path) -> None:
    path.rename(path.with_suffix(".away"))


def replace(path: Path) -> None:
    copy = path.with_suffix(".copy")
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    copy.replace(path)


def replace_by_nothing(path: Path) -> None:
    path.with_suffix(".new").write_bytes(b"")
    path.with_suffix(".new").replace(path)


def delete_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_suffix(".away"))


def delete_log(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def replace_log(path: Path) -> None:
    log = Path(f"{path}-wal")
    shutil.copy(log, log.with_suffix(".copy"))
    log.with_suffix(".copy").replace(log)


HARMS = (delete, move_away, replace, replace_by_nothing, delete_folder, delete_log, replace_log)


@pytest.mark.parametrize("harm", HARMS)
async def test_nothing_is_acknowledged_that_would_be_lost(
    store: SqliteStore, path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    harm(path)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(UnavailableError, match=r"^the storage's file was deleted or replaced$"):
                await store.apply([create(B)])
            with pytest.raises(UnavailableError):
                await store.check_writable()
            with pytest.raises(UnavailableError):
                await get(store, A)
    assert len([record for record in caplog.records if str(path) in record.getMessage()]) == 1


async def test_a_file_that_comes_back_is_written_again(store: SqliteStore, path: Path) -> None:
    move_away(path)
    with pytest.raises(UnavailableError):
        await store.apply([create(B)])
    path.with_suffix(".away").rename(path)
    await store.check_writable()
    assert (await made(store, rename(A, "x"))).name == "x"


async def test_a_file_that_is_lost_in_the_commit_leaves_the_outcome_unknown(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IndexFile, "know_log", lambda _: path.unlink())
    with pytest.raises(OutcomeUnknownError):
        await store.apply([create(B)])


async def test_other_processes_may_check_the_log_in(store: SqliteStore, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("SELECT 1 FROM runs")
    other.close()
    assert (await made(store, rename(A, "y"))).name == "y"
    await store.check_writable()
