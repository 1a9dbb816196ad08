"""Input files: opened by name, or standard input, and read line by line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from runindex.domain.errors import BadRequestError
from runindex.settings.settings import SettingsError

LONGEST_LINE: Final = 64 * 1024 * 1024


@contextmanager
def open_input(path: Path | None) -> Iterator[IO[bytes]]:
    """Open a path for reading, standard input for None; raise SettingsError when that is not possible."""
    if path is None:
        if sys.stdin is None:
            raise SettingsError("standard input is closed")
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    with file:
        yield file


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file; raise BadRequestError for one that is too long, and when reading fails."""
    number = 0
    while line := _read(file):
        number += 1
        if len(line) == LONGEST_LINE:
            raise BadRequestError(f"line {number} is too long to be of an export")
        yield line


def _read(file: IO[bytes]) -> bytes:
    try:
        return file.readline(LONGEST_LINE)
    except OSError as error:
        raise BadRequestError(f"the input cannot be read: {error.strerror}") from None
