"""Whether a file and its write-ahead log are as long as SQLite knows them to be.

SQLite writes behind the end of a log that was cut: what it commits there is not found again.
"""

import os
import struct
from pathlib import Path
from typing import Final

_MAIN_HEADER: Final = 100
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
# The index of the log begins with two equal copies of its own header.
_COPY: Final = 48
_LARGEST_PAGE: Final = 65_536  # is written as 1
_SHOWN: Final = Path("/proc/self/fd")


def find_descriptor(identity: tuple[int, int]) -> int | None:
    """Return a descriptor by which this process has a file open, None where there is none, or no way to know.

    The file must not be opened for a look at it: closing it again would end SQLite's locks on it.
    """
    try:
        shown = list(_SHOWN.iterdir())
    except OSError:
        return None
    return next((int(each.name) for each in shown if _identity(int(each.name)) == identity), None)


def is_main_cut(descriptor: int) -> bool:
    """Tell whether a file is shorter than its header says."""
    return is_short(os.pread(descriptor, _MAIN_HEADER, 0), os.fstat(descriptor).st_size)


def is_short(header: bytes, size: int) -> bool:
    """Tell whether a file that begins with these bytes ought to be longer."""
    if len(header) < _MAIN_HEADER:
        return True
    (page,) = struct.unpack_from(">H", header, 16)
    changed, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    # The count of pages is right only when it was written with the last change.
    return bool(changed == valid_for and size < pages * (_LARGEST_PAGE if page == 1 else page))


def is_log_cut(index: int, log: Path, identity: tuple[int, int]) -> bool:
    """Tell whether a log is shorter than its index says; `index` must be the index of that identity still."""
    before = _index_header(index, identity)
    if before is None:
        return False
    try:
        size = log.stat().st_size
    except OSError:
        return False
    # A log is shortened after its index says so: only if that did not change meanwhile, the two belong together.
    return size < _log_size(before) and _index_header(index, identity) == before


def _index_header(index: int, identity: tuple[int, int]) -> bytes | None:
    if _identity(index) != identity:
        return None
    copies = os.pread(index, 2 * _COPY, 0)
    return copies[:_COPY] if len(copies) == 2 * _COPY and copies[:_COPY] == copies[_COPY:] else None


def _log_size(header: bytes) -> int:
    page, frames = struct.unpack_from("=HI", header, 14)
    return _LOG_HEADER + frames * (_FRAME_HEADER + (_LARGEST_PAGE if page == 1 else page)) if frames else 0


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        state = os.fstat(descriptor)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def is_log_unfinished(log: Path) -> bool:
    """Tell whether a log ends within a transaction; no connection of this process may have it open."""
    try:
        with log.open("rb") as file:
            return _ends_within_transaction(file.fileno(), os.fstat(file.fileno()).st_size)
    except OSError:
        return False


def _ends_within_transaction(log: int, size: int) -> bool:
    header = os.pread(log, _LOG_HEADER, 0)
    if size and len(header) < _LOG_HEADER:
        return True
    if not size:
        return False
    (page,) = struct.unpack_from(">I", header, 8)
    salts = header[16:24]
    length = _FRAME_HEADER + (page or _LARGEST_PAGE)
    is_open = False
    for place in range(_LOG_HEADER, size, length):
        frame = os.pread(log, _FRAME_HEADER, place)
        if frame[8:16] != salts:
            # What follows is left over from before the log was begun anew.
            return is_open
        is_open = place + length > size or frame[4:8] == bytes(4)
    return is_open
