from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.settings.sqlite_path import PathError, prepare_file, read_path

ENVIRONMENT: Final = {"DATA": "/srv/data", "EMPTY": ""}
MEANT: Final = {
    "x.db": "x.db",
    "data/x.db": "data/x.db",
    "/data/x.db": "/data/x.db",
    "sqlite:///data/x.db": "data/x.db",
    "SQLITE:///data/x.db": "data/x.db",
    "sqlite:////data/x.db": "/data/x.db",
    "sqlite+aiosqlite:///x.db": "x.db",
    "sqlite3:///x.db": "x.db",
    "sqlite:x.db": "x.db",
    "sqlite:///a%20b.db": "a b.db",
    "file:x.db": "x.db",
    "file:data/x.db?mode=rwc": "data/x.db",
    "file:///data/x.db": "/data/x.db",
    "file://localhost/data/x.db": "/data/x.db",
    "file:/a%20b.db": "/a b.db",
    "$DATA/x.db": "/srv/data/x.db",
    "${DATA}/x.db": "/srv/data/x.db",
    "file:$DATA/x.db": "/srv/data/x.db",
    "Ω/é.db": "Ω/é.db",
    "a b.db": "a b.db",
    "100%25.db": "100%25.db",
    "a$.db": "a$.db",
    "sqlite.db": "sqlite.db",
    "file.db": "file.db",
}
REFUSED: Final = {
    ":memory:": "keeps nothing",
    " ": "keeps nothing",
    "sqlite://": "keeps nothing",
    "postgresql://host/database": "address of something else",
    "https://example.org/x.db": "address of something else",
    "jdbc:sqlite:z.db": "address of something else",
    "sqlite:///": "keeps nothing",
    "sqlite:///:memory:": "keeps nothing",
    "sqlite:": "keeps nothing",
    "file::memory:": "keeps nothing",
    "file:x?mode=memory&cache=shared": "keeps nothing",
    "sqlite://data/x.db": "third slash",
    "file://data/x.db": "third slash",
    "sqlite:///x.db?mode=ro": "options",
    "file:x.db?mode=ro": "options",
    "data/": "folder",
    ".": "folder",
    "/": "folder",
    "~": "folder",
    "data/..": "folder",
    "$NOTHING/x.db": "is not set",
    "${EMPTY}/x.db": "is not set",
    "~nobody of this name/x.db": "no home",
    "a\0b": "character",
    "a\nb": "character",
    "a\udcff": "UTF-8",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_path_is_what_was_meant(text: str) -> None:
    assert read_path(text, ENVIRONMENT) == Path(MEANT[text])


@pytest.mark.parametrize("text", REFUSED)
def test_what_can_be_no_file_is_refused_in_one_line(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(PathError, match=REFUSED[text]) as refusal:
        prepare_file(read_path(text, ENVIRONMENT))
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_home_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert read_path("~/x.db", {}) == Path("/somewhere/x.db")
    assert read_path("file:~/x.db", {}) == Path("/somewhere/x.db")


@given(st.text())
def test_whatever_is_written_is_a_path_or_refused(text: str) -> None:
    try:
        path = read_path(text, {})
    except PathError:
        return
    assert path.name


def test_a_file_is_new_until_something_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "x.db"
    assert prepare_file(file)
    assert prepare_file(file)
    file.write_bytes(b"x")
    assert not prepare_file(file)
    assert file.read_bytes() == b"x"


def test_what_stands_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name, text in {
        "afile/x.db": "afile is no folder",
        "afile/deep/x.db": "afile",
        "loop": "loop",
        f"{'x' * 300}.db": "File name too long",
    }.items():
        with pytest.raises(PathError, match=text):
            prepare_file(tmp_path / name)
    for path in ("/dev/null", "/proc/x.db", str(tmp_path)):
        with pytest.raises(PathError):
            prepare_file(Path(path))
