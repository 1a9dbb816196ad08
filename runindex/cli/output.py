"""The file that a command writes to."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from runindex.settings import SettingsError


@contextmanager
def written(output: Path | None) -> Iterator[IO[bytes]]:
    """Give what to write to, standard output without a path; raise SettingsError when that cannot be done.

    A file appears under its name, or in the place that a link points to, when it is whole. A pipe or a device is
    written to as it is.
    """
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        with _opened(output) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{output} cannot be written: {error.strerror}") from None


def _opened(output: Path) -> AbstractContextManager[IO[bytes]]:
    if output.exists() and not output.is_file():
        return output.open("wb")
    return _appearing(Path(os.path.realpath(output)))


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.unfinished")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
