"""The path of a SQLite file as people write it: plain, as a URL, with `~` or a variable."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Final
from urllib.parse import unquote

_URL: Final = re.compile(r"sqlite3?(\+\w+)?:(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_FILE: Final = re.compile(r"file:(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_OTHER: Final = re.compile(r"jdbc:|[A-Za-z][A-Za-z0-9+.-]*://", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_MEMORY: Final = "it keeps nothing (STORAGE_BACKEND=memory does that)"


class PathError(ValueError):
    """A path that cannot be an index's file; the message is one line."""


def read_path(text: str, environment: Mapping[str, str]) -> Path:
    """Return the path that is meant; raise PathError when it can be none, or could be several."""
    _check_text(text)
    if match := _URL.fullmatch(text):
        plain = _path_of_url(match["rest"])
    elif match := _FILE.fullmatch(text):
        plain = _path_of_uri(match["rest"])
    elif _OTHER.match(text):
        raise PathError("it is an address of something else: name a file, or sqlite:///data/runindex.db")
    else:
        plain = text
    if plain in ("", ":memory:") or not plain.strip():
        raise PathError(_MEMORY)
    expanded = _VARIABLE.sub(lambda found: _value(found, environment), plain)
    if expanded.endswith(("/", "/.", "/..")) or expanded in (".", ".."):
        raise PathError("it names a folder: the file's name is missing")
    try:
        return Path(expanded).expanduser()
    except RuntimeError:
        raise PathError(f"there is no home {expanded.partition('/')[0]}") from None


def prepare_file(path: Path) -> bool:
    """Make a file and its folders unless there are; tell whether it is new. Raise PathError when it cannot be used."""
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise PathError(f"{error.filename} is no folder") from None
        if path.is_dir():
            raise PathError("it is a folder: the file's name is missing")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    except OSError as error:
        raise PathError(f"{error.filename or path}: {error.strerror}") from None
    try:
        state = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not S_ISREG(state.st_mode):
        raise PathError("it is no ordinary file")
    return state.st_size == 0


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PathError("it is not UTF-8") from None
    if "\0" in text or "\n" in text or "\r" in text:
        raise PathError("it holds a character that no path has")


def _path_of_url(rest: str) -> str:
    """Return the path of `sqlite:///…`, as SQLAlchemy reads it: three slashes, and a fourth for an absolute path."""
    path, mark, _ = rest.partition("?")
    if mark:
        raise PathError("options (?…) cannot be given: name the file alone")
    if path in ("", "//"):
        raise PathError(_MEMORY)
    if path.startswith("///"):
        return unquote(path[3:])
    if path.startswith("//"):
        raise PathError("sqlite:// is followed by a third slash and the path: sqlite:///data/runindex.db")
    return unquote(path)


def _path_of_uri(rest: str) -> str:
    """Return the path of `file:…`, as SQLite reads it."""
    path, mark, options = rest.partition("?")
    if "memory" in options or path == ":memory:":
        raise PathError(_MEMORY)
    if mark and options not in ("", "mode=rwc", "mode=rw"):
        raise PathError("options (?…) cannot be given: name the file alone")
    if path.startswith("//"):
        host, slash, path = path[2:].partition("/")
        if host not in ("", "localhost"):
            raise PathError("file:// is followed by a third slash and the path: file:///data/runindex.db")
        path = slash + path
    return unquote(path.partition("#")[0])


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    name = found[1] or found[2]
    if not environment.get(name):
        raise PathError(f"${name} is not set")
    return environment[name]
