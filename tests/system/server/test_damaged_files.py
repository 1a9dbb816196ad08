"""What a server says in one line of a SQLite file that it cannot use, or that lacks something."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.support.servers.served import COMMAND, PATIENCE, serving

CREATE: Final = "mutation { createRun(input: {}) { __typename } }"


def serve(directory: Path, path: str | bytes) -> tuple[int, str]:
    """Start a server that must not start; return its exit code and what it says."""
    environment = {b"PATH": os.defpath.encode(), b"HOME": bytes(directory), b"SQLITE_PATH": os.fsencode(path)}
    ended = subprocess.run(
        [COMMAND, "serve", "--port", "0"],
        check=False,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return ended.returncode, ended.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make an index with a run in it, all in its file."""
    path = tmp_path / "index.db"
    with serving(tmp_path, SQLITE_PATH=str(path)) as server:
        server.execute(CREATE)
        server.stop()
    assert not Path(f"{path}-wal").exists()
    return path


def overwrite_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all" * 10)


def overwrite_tables(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(path.stat().st_size - 100))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_to_a_few_bytes(path: Path) -> None:
    os.truncate(path, 50)


@pytest.mark.parametrize("harm", [overwrite_head, overwrite_tables, cut, cut_to_a_few_bytes])
def test_a_damaged_file_is_called_so(path: Path, harm: Callable[[Path], None]) -> None:
    harm(path)
    code, said = serve(path.parent, str(path))
    assert said.startswith("runindex: SQLITE_PATH cannot be used: the file is damaged")
    assert said.count("\n") == 1
    assert code == 2


def test_a_log_that_was_cut_is_told_of_and_the_server_starts(tmp_path: Path) -> None:
    path, log = tmp_path / "index.db", tmp_path / "index.db-wal"
    with serving(tmp_path, SQLITE_PATH=str(path)) as server:
        server.execute(CREATE)
        server.kill()
        os.truncate(log, log.stat().st_size - 1)
        server.start()
        told = [line for line in server.log.splitlines() if "ends within a transaction" in line]
        assert len(told) == 1
        assert str(log) in told[0]
        server.execute(CREATE)


def test_a_log_that_is_whole_is_not_told_of(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with serving(tmp_path, SQLITE_PATH=str(path)) as server:
        server.execute(CREATE)
        server.kill()
        server.start()
        assert "ends within" not in server.log
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_paths_that_no_file_can_have_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    (tmp_path / "afolder").mkdir()
    for path, reason in (
        (f"{tmp_path}/afile/index.db", "is no folder"),
        (f"{tmp_path}/afile/deep/index.db", "is no folder"),
        (f"{tmp_path}/afolder", "it is a folder"),
        ("/proc/none/index.db", "/proc/none: No such file or directory"),
        (f"{tmp_path}/".encode() + b"\xff.db", "it is not UTF-8"),
        (f"{tmp_path}/{'x' * 300}.db", "File name too long"),
    ):
        code, said = serve(tmp_path, path)
        assert said.startswith("runindex: SQLITE_PATH cannot be used: ")
        assert reason in said
        assert said.count("\n") == 1
        assert code == 2


def test_a_copy_of_a_whole_file_is_served(path: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    with serving(path.parent, SQLITE_PATH=str(copy)) as server:
        assert server.execute("{ runCount }") == {"runCount": 2}
