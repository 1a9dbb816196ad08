"""Output: standard output, and files that appear under their name only when they are complete."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from runindex.domain.errors import UnavailableError
from runindex.settings.settings import SettingsError


@contextmanager
def open_output(output: Path | None) -> Iterator[IO[bytes]]:
    """Open a path for writing, standard output for None.

    Raise SettingsError when it cannot be opened, UnavailableError when writing fails later; BrokenPipeError when nobody
    reads any more. A file appears under its name, or where a link of that name points, when it is complete. Pipes and
    devices are written to directly.
    """
    if output is None:
        with writing("standard output"):
            if sys.stdout is None:
                raise SettingsError("standard output is closed")
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with writing(str(output)), ExitStack() as stack:
        try:
            file = stack.enter_context(_open(output))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{output} cannot be written: {getattr(error, 'strerror', None) or error}") from None
        yield file


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Raise UnavailableError when what the context writes to cannot take it; BrokenPipeError stays one."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnavailableError(f"{name} cannot be written: {error.strerror}") from None


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
