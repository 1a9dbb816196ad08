"""Memory: what large answers took is given back to the system, and no search for garbage takes long.

glibc keeps what is freed for later, in as many arenas as there are threads, and raises the size from which a block gets
a mapping of its own. With other C libraries nothing is done here.
"""

import ctypes
import gc
import os
from pathlib import Path
from typing import Final

# Thresholds of the garbage collector's generations. A full collection takes a second when 10,000 sockets are open, and
# almost all garbage is found without one.
COLLECTIONS: Final = (10_000, 20, 100)
# Parameters of glibc's mallopt, and their values.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_PARAMETERS: Final = {_M_ARENA_MAX: 2, _M_MMAP_THRESHOLD: 256 * 1024, _M_TRIM_THRESHOLD: 4 * 1024 * 1024}
# Bytes by which a process grows before memory is given back.
GROWTH: Final = 16 * 1024 * 1024
# Vain tries before what is held is taken to be in use.
TRIES: Final = 8
_STATM: Final = Path("/proc/self/statm")


class Memory:
    """The memory of this process."""

    def __init__(self) -> None:
        """Ask the C library to keep little."""
        self._libc = _glibc()
        self._low = 0
        self._vain = 0
        if self._libc is not None:
            for parameter, value in _PARAMETERS.items():
                self._libc.mallopt(parameter, value)

    def settle(self) -> None:
        """Leave what exists so far out of all collections: it is there as long as the process."""
        gc.set_threshold(*COLLECTIONS)
        gc.collect()
        gc.freeze()

    def give_back(self) -> None:
        """Give free memory back if the process has grown; called each second."""
        if self._libc is None or not (held := _resident()):
            return
        self._low = min(self._low or held, held)
        if held < self._low + GROWTH:
            self._vain = 0
            return
        self._libc.malloc_trim(0)
        self._vain += 1
        if self._vain >= TRIES:
            self._low, self._vain = held, 0


def _glibc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL(None)
    except (OSError, TypeError):
        return None
    return libc if hasattr(libc, "gnu_get_libc_version") else None


def _resident() -> int:
    """Return the bytes that this process holds, 0 where that cannot be read."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
