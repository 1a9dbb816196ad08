"""Output files that appear under their name only when they are complete."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from runindex.settings.settings import SettingsError


@contextmanager
def open_output(output: Path | None) -> Iterator[IO[bytes]]:
    """Open a path for writing, standard output for None; raise SettingsError when it cannot be written.

    A file appears under its name, or where a link of that name points, when it is complete. Pipes and devices are
    written to directly.
    """
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        with _open(output) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{output} cannot be written: {error.strerror}") from None


def _open(output: Path) -> AbstractContextManager[IO[bytes]]:
    if output.exists() and not output.is_file():
        return output.open("wb")
    return _open_atomically(Path(os.path.realpath(output)))


@contextmanager
def _open_atomically(path: Path) -> Iterator[IO[bytes]]:
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.unfinished")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
