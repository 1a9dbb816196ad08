"""The file of an index: whether it is still the one that was opened, and whole."""

import logging
import os
import time
from pathlib import Path
from typing import Final, TypeAlias

from persistence.sqlite.lengths import find_descriptor, is_log_cut, is_log_unfinished, is_main_cut, is_short
from runindex.domain.errors import UnavailableError

LOGGER: Final = logging.getLogger("runindex.sqlite")
# Device and inode.
_Identity: TypeAlias = tuple[int, int]
_GONE: Final = "was deleted or replaced"
_CUT: Final = "was cut short"
_HEADER: Final = 100
LOOKS: Final = 20
LOOK_SECONDS: Final = 0.02


class DamagedError(UnavailableError):
    """A file is no database any more, or a part of it is missing."""


class IndexFile:
    """Knows a file, and its write-ahead log once there is one, by their inodes and lengths.

    SQLite goes on writing to files that were deleted or replaced: what is committed then is gone with the process.
    """

    def __init__(self, path: Path) -> None:
        """Know the file at a path as it is now."""
        self._path = path
        self._log = Path(f"{path}-wal")
        self._file = _identity(path)
        self._size = 0
        self._known_log: _Identity | None = None
        self._index: tuple[int, _Identity] | None = None
        self._fault: str | None = None

    def check(self) -> None:
        """Raise UnavailableError when the file or its log was deleted, replaced or cut; it may come back."""
        fault = self.fault()
        if fault != self._fault:
            self._fault = fault
            if fault is None:
                LOGGER.warning("%s is back", self._path)
            else:
                LOGGER.error("%s, or its write-ahead log, %s: nothing is written", self._path, fault)
        if fault is not None:
            raise UnavailableError(f"the storage's file {fault}")

    def fault(self) -> str | None:
        """Return what befell the file or its log, None when they are those that were opened."""
        state = _state(self._path)
        if state is None or (state.st_dev, state.st_ino) != self._file:
            return _GONE
        if self._known_log is not None and _identity(self._log) != self._known_log:
            return _GONE
        return _CUT if self._is_cut(state.st_size) else None

    def know_log(self) -> None:
        """Know the log from now on: a transaction was written to it."""
        if self._known_log is None:
            self._known_log = _identity(self._log)
            index = _identity(Path(f"{self._path}-shm"))
            descriptor = None if index is None else find_descriptor(index)
            self._index = None if index is None or descriptor is None else (descriptor, index)

    def forget_log(self) -> None:
        """Know the log no more: SQLite makes another when all connections were closed."""
        self._known_log = self._index = None

    def _is_cut(self, size: int) -> bool:
        if size < self._size and self._file is not None:
            # It may have been compacted.
            descriptor = find_descriptor(self._file)
            if descriptor is not None and _stays_cut(descriptor):
                return True
        self._size = size
        return self._index is not None and is_log_cut(self._index[0], self._log, self._index[1])


def _stays_cut(descriptor: int) -> bool:
    """Tell whether a file is cut for good: a checkpoint, of another process too, writes its header first."""
    for _ in range(LOOKS):
        if not is_main_cut(descriptor):
            return False
        time.sleep(LOOK_SECONDS)
    return True


def inspect(path: Path) -> None:
    """Look at a file before it is opened: raise DamagedError when it was cut, and tell when its log was."""
    with path.open("rb") as file:
        header, size = file.read(_HEADER), os.fstat(file.fileno()).st_size
    log = Path(f"{path}-wal")
    # Where there is a log, the rest may still be in it: the checkpoint of another process writes the header first.
    if size and not _has_content(log) and is_short(header, size):
        raise DamagedError("the file is damaged: a part of it is missing")
    if is_log_unfinished(log):
        LOGGER.warning(
            "%s ends within a transaction, which is left out: its writer was interrupted, or the log was cut",
            log,
        )


def _has_content(log: Path) -> bool:
    state = _state(log)
    return state is not None and state.st_size > 0


def _state(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - twice as quick as Path.stat
    except OSError:
        return None


def _identity(path: Path) -> _Identity | None:
    state = _state(path)
    return None if state is None else (state.st_dev, state.st_ino)
