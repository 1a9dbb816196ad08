"""The spool's directory: one file for each process that has something unsent."""

from collections.abc import Iterator
from pathlib import Path

from runindex_client.spool.file import SUFFIX, SpoolFile


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
