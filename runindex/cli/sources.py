"""The sources of an import from another system, opened by name."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from runindex.cli.input import open_input
from runindex.maintenance.sources.source import RunSource
from runindex.settings.settings import SettingsError

STANDARD: Final = "-"


class SourceFormat(StrEnum):
    """What a source is."""

    JSONL = "jsonl"
    JUNIT = "junit"
    MLFLOW = "mlflow"


def path_of(text: str | None) -> Path | None:
    """Return the path of a file, None for standard input or output; `./-` is a file."""
    return None if text is None or text == STANDARD else Path(text)


@contextmanager
def open_source(source_format: SourceFormat, names: Sequence[str]) -> Iterator[RunSource]:
    """Open a source; raise SettingsError when it cannot be read, and BadRequestError for one of another kind."""
    if source_format is SourceFormat.MLFLOW:
        from runindex.maintenance.sources.mlflow.stores import open_store

        if len(names) != 1 or names[0] == STANDARD:
            raise SettingsError("--format mlflow reads one store: a folder such as mlruns, or a file such as mlflow.db")
        with open_store(names[0]) as store:
            yield store
        return
    with ExitStack() as stack:
        files = [(_title(name), stack.enter_context(_open_again_and_again(name))) for name in names]
        if source_format is SourceFormat.JUNIT:
            from runindex.maintenance.sources.junit.reports import Reports

            yield Reports(files)
        else:
            from runindex.maintenance.sources.jsonl import JsonLines

            yield JsonLines(files)


def _title(name: str) -> str:
    return "standard input" if name == STANDARD else name


@contextmanager
def _open_again_and_again(name: str) -> Iterator[IO[bytes]]:
    """Open an input that is read more than once: of a pipe, a copy."""
    with open_input(path_of(name)) as file:
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            yield copy
