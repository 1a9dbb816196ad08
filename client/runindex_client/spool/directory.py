"""The spool's directory: one file for each process that has something unsent."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from runindex_client.spool.file import SUFFIX, SpoolFile
from runindex_client.spool.privacy import is_private


class Held(NamedTuple):
    """A file of the spool: its endpoint, its age (since, in seconds of the epoch), and whether its process lives."""

    url: str
    since: float
    unsent: int
    is_live: bool


def _files(directory: Path) -> list[Path]:
    """Return the files of a directory, the oldest first; none of one that others may write to."""
    return sorted(directory.glob(f"*{SUFFIX}")) if is_private(directory) else []


def contents(directory: Path) -> Iterator[Held]:
    """Yield what is in the directory, the oldest first, and leave it as it is."""
    for path in _files(directory):
        seen = SpoolFile.look(path)
        if seen is not None:
            url, unsent, is_live = seen
            yield Held(url, _since(path), unsent, is_live)


def _since(path: Path) -> float:
    """Return when a file was made, which its name begins with."""
    digits = path.name.partition("-")[0]
    return int(digits) / 1e9 if digits.isdecimal() else 0.0


def orphans(directory: Path, url: str | None) -> Iterator[SpoolFile]:
    """Yield the files of processes that have ended, the oldest first: those for this endpoint, or all.

    Each is locked when it is yielded; the caller closes it.
    """
    for path in _files(directory):
        file = SpoolFile.adopt(path)
        if file is None:
            continue
        if url is None or file.url == url:
            yield file
        else:
            file.abandon()
