"""RUNINDEX_RUN_ID in the environment, where programs that this one starts find their parent."""

import os
import sys
import threading
from typing import Final

RUN_ID: Final = "RUNINDEX_RUN_ID"


def enter(run_id: str) -> str | None:
    """Name a run as the parent of programs started from now on; return the one named before.

    Only blocks of the main thread outside asyncio do: of others several may be open side by side.
    """
    before = os.environ.get(RUN_ID)
    if threading.current_thread() is threading.main_thread() and not _is_in_task():
        os.environ[RUN_ID] = run_id
    return before


def leave(run_id: str, before: str | None) -> None:
    """Name what was named before, unless another run is named meanwhile."""
    if os.environ.get(RUN_ID) != run_id:
        return
    if before is None:
        del os.environ[RUN_ID]
    else:
        os.environ[RUN_ID] = before


def _is_in_task() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
