"""What the sending thread loads when it first needs it, and that no process is forked meanwhile.

A process that is forked amid an import has the lock of the module and not the thread that would let go of it: it could
never import the module.
"""

import os
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

FORK_SECONDS: Final = 5.0
_lock: Final = threading.Lock()
_held: Final[list[bool]] = []


def load_socket() -> ModuleType:
    """Return the module `socket`, with what it imports for the name of a host."""
    with _lock:
        import encodings.idna
        import random  # pauses are drawn
        import socket

        del encodings, random
        return socket


def open_client(headers: dict[str, str], answer_seconds: float, connect_seconds: float) -> "httpx.Client":
    """Return a client of httpx, which imports more when its first one is made."""
    with _lock:
        import httpx

        return httpx.Client(timeout=httpx.Timeout(answer_seconds, connect=connect_seconds), headers=headers)


def _before_fork() -> None:
    _held.append(_lock.acquire(timeout=FORK_SECONDS))


def _after_fork() -> None:
    if _held.pop():
        _lock.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
