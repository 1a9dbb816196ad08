"""Memory: what large answers took is given back to the system, and no search for garbage takes long.

glibc keeps what is freed for later, in as many arenas as there are threads, and raises the size from which a block gets
a mapping of its own. With other C libraries nothing is done here.
"""

import ctypes
import gc
import os
from pathlib import Path
from threading import Thread
from typing import Final

# Thresholds of the garbage collector's generations. The third, a full collection, is made by hand: it takes a second
# when 10,000 sockets are open, and almost all garbage is found without one.
COLLECTIONS: Final = (10_000, 20, 1_000_000_000)
# Collections of the second generation before a full one, and before one whatever it takes.
BEFORE_FULL: Final = 100
BEFORE_LONG: Final = 5_000
# Objects that a full collection goes through in some 30 ms.
MOST_OBJECTS: Final = 300_000
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
        self._postponed = 0
        if self._libc is not None:
            for parameter, value in _PARAMETERS.items():
                self._libc.mallopt(parameter, value)

    def settle(self) -> None:
        """Leave what exists so far out of all collections: it is there as long as the process.

        There is next to no garbage in it, and to look for that would take a tenth of a second before the first answer.
        """
        gc.set_threshold(*COLLECTIONS)
        gc.freeze()
        gc.enable()

    def collect(self) -> None:
        """Collect all garbage when it is time, and there is little to go through; called each second."""
        since = gc.get_count()[2] - self._postponed
        if since < BEFORE_FULL:
            return
        if gc.get_count()[2] < BEFORE_LONG and len(gc.get_objects(2)) > MOST_OBJECTS:
            self._postponed += BEFORE_FULL
            return
        self._postponed = 0
        gc.collect()

    def give_back(self) -> None:
        """Give free memory back if the process has grown; called each second."""
        if self._libc is None or not (held := _resident()):
            return
        self._low = min(self._low or held, held)
        if held < self._low + GROWTH:
            self._vain = 0
            return
        # What an answer that failed has held may be in circles, which only the next collection would find.
        gc.collect(1)
        # The loop goes on meanwhile: ctypes releases Python's lock.
        Thread(target=self._libc.malloc_trim, args=(0,), name="malloc_trim", daemon=True).start()
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
