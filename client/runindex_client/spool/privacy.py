"""Whether others may put files into the spool."""

import os
import stat
from pathlib import Path

from runindex_client.settings import temporary_spool


def is_private(directory: Path) -> bool:
    """Tell whether nobody else may write to the spool among temporary files, whose name others know.

    Another directory was chosen by its owner.
    """
    if directory != temporary_spool():
        return True
    try:
        state = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not state.st_mode & 0o022
