import os
import stat
import threading
from pathlib import Path

import pytest

from runindex.cli.output import open_output
from runindex.settings.settings import SettingsError


def write(path: Path) -> None:
    with open_output(path) as file:
        file.write(b"all")


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with open_output(path) as file:
        file.write(b"all")
        assert not path.exists()
    assert path.read_bytes() == b"all"
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), open_output(path) as file:
        file.writelines([b"half", "a text"])  # type: ignore[list-item]  # which cannot be written
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_two_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with open_output(path) as file:
        write(path)
        file.write(b"later")
    assert path.read_bytes() == b"later"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_one(tmp_path: Path, is_there: bool) -> None:  # noqa: FBT001 - a parameter
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    if is_there:
        target.write_bytes(b"before")
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"all"
    assert list(target.parent.iterdir()) == [target]


def test_a_pipe_stays_one(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join(30)
    assert read == [b"all"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written: No such file or directory"):
        write(tmp_path / "missing" / "out")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    write(loop)
    assert loop.read_bytes() == b"all"
