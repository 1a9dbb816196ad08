"""The file of an index: whether it is still the one that was opened."""

import logging
import os
from pathlib import Path
from typing import Final, TypeAlias

from runindex.domain.errors import UnavailableError

LOGGER: Final = logging.getLogger("runindex.sqlite")
# Device and inode.
_Identity: TypeAlias = tuple[int, int]


class IndexFile:
    """Knows a file, and its write-ahead log once there is one, by their inodes.

    SQLite goes on writing to files that were deleted or replaced: what is committed then is gone with the process.
    """

    def __init__(self, path: Path) -> None:
        """Know the file at a path as it is now."""
        self._path = path
        self._log = Path(f"{path}-wal")
        self._file = _identity(path)
        self._known_log: _Identity | None = None
        self._was_there = True

    def check(self) -> None:
        """Raise UnavailableError when the file or its log was deleted or replaced; it may come back."""
        is_there = self.is_there()
        if is_there != self._was_there:
            self._was_there = is_there
            if is_there:
                LOGGER.warning("%s is back", self._path)
            else:
                LOGGER.error("%s, or its write-ahead log, was deleted or replaced: nothing is written", self._path)
        if not is_there:
            raise UnavailableError("the storage's file was deleted or replaced")

    def is_there(self) -> bool:
        """Tell whether the file and its log are those that were opened."""
        if _identity(self._path) != self._file:
            return False
        return self._known_log is None or _identity(self._log) == self._known_log

    def know_log(self) -> None:
        """Know the log from now on: a transaction was written to it."""
        if self._known_log is None:
            self._known_log = _identity(self._log)

    def forget_log(self) -> None:
        """Know the log no more: SQLite makes another when all connections were closed."""
        self._known_log = None


def _identity(path: Path) -> _Identity | None:
    try:
        state = os.stat(path)  # noqa: PTH116 - twice as quick as Path.stat
    except OSError:
        return None
    return state.st_dev, state.st_ino
