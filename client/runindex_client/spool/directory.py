"""The spool's directory: one file for each process that has something unsent."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from runindex_client.spool.file import SUFFIX, SpoolFile


class Held(NamedTuple):
    """A file of the spool: its endpoint, its age (since, in seconds of the epoch), and whether its process lives."""

    url: str
    since: float
    unsent: int
    is_live: bool


def contents(directory: Path) -> Iterator[Held]:
    """Yield what is in the directory, the oldest first, and leave it as it is."""
    for path in sorted(directory.glob(f"*{SUFFIX}")):
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
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        file = SpoolFile.adopt(path)
        if file is None:
            continue
        if url is None or file.url == url:
            yield file
        else:
            file.abandon()
