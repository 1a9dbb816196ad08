"""The temporary directory of tests: in memory, if the machine has room there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - only unpredictable names are made below it
ENOUGH = 3 * 1024**3
VARIABLE = "TMPDIR"


@contextmanager
def scratch_in_memory() -> Iterator[None]:
    """Have temporary files of this process and of those it starts kept in memory, unless TMPDIR says where.

    What was written survives the end of a process there as on a disk; no test cuts the power.
    """
    if VARIABLE in os.environ or not is_fit(MEMORY):
        yield
        return
    os.environ[VARIABLE] = str(MEMORY)
    tempfile.tempdir = None  # may have been asked already, and would then be remembered
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        tempfile.tempdir = None


def is_fit(directory: Path) -> bool:
    """Tell whether a directory has room enough for a whole run and lets programs be started from it."""
    try:
        space = os.statvfs(directory)
    except FileNotFoundError:
        return False
    is_open = os.access(directory, os.W_OK) and not space.f_flag & os.ST_NOEXEC
    return is_open and space.f_bavail * space.f_frsize >= ENOUGH
