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
# Collections of the second generation, or seconds after one, before it is looked how many objects a full one would go
# through: a subscriber that has gone leaves hundreds in circles, and few collections are made on a quiet server.
BEFORE_LOOK: Final = 10
SECONDS_BEFORE_LOOK: Final = 20
# Objects that a full collection goes through in some 10 ms: it is made whenever it is looked.
FEW_OBJECTS: Final = 100_000
# More are gone through when they have become so many times what the last one left: the most of them may be garbage.
GROWN: Final = 3
# Collections of the second generation before a full one whatever it takes.
BEFORE_LONG: Final = 5_000
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
        self._looked = 0  # the collections of the second generation when it was last looked
        self._seconds = 0  # since then
        self._left = 0  # objects after the last full collection
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
        """Collect all garbage where that is quick, or has become worth it; called each second."""
        self._seconds += 1
        collections = gc.get_count()[2]
        since = collections - self._looked
        if since < BEFORE_LOOK and (since <= 0 or self._seconds < SECONDS_BEFORE_LOOK):
            return
        self._looked, self._seconds = collections, 0
        objects = len(gc.get_objects(2))
        if objects > FEW_OBJECTS and objects < GROWN * self._left and collections < BEFORE_LONG:
            return
        gc.collect()
        self._looked, self._left = 0, len(gc.get_objects(2))

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
