"""SIGTERM: open runs are cancelled before the process ends as it would have."""

import contextlib
import os
import signal
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, Protocol

from runindex_client.reporter import reporter

EXIT_SECONDS: Final = 1.0


class Cancellable(Protocol):
    """A run that is open."""

    def cancel(self, reason: str) -> None:
        """Say that it was called off."""
        ...


_open: "weakref.WeakSet[Any]" = weakref.WeakSet()
_state: dict[str, Any] = {"previous": None, "is_terminated": False}


def watch(run: Cancellable) -> None:
    """Cancel a run when SIGTERM ends the process before it is closed."""
    _open.add(run)
    _install()


def unwatch(run: Cancellable) -> None:
    """Leave a run alone."""
    _open.discard(run)


def is_terminated() -> bool:
    """Tell whether SIGTERM was sent to this process."""
    return bool(_state["is_terminated"])


def _install() -> None:
    """Take the place of the present handler, and call it afterwards; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        return
    present = signal.getsignal(signal.SIGTERM)
    if present is _handle or present is None or present is signal.SIG_IGN:
        return
    _state["previous"] = present
    with contextlib.suppress(ValueError):  # not the main interpreter
        signal.signal(signal.SIGTERM, _handle)


def _handle(number: int, frame: FrameType | None) -> None:
    """Have the previous handler called; if that is the system's, say that the runs are cancelled, and end by it."""
    _state["is_terminated"] = True
    previous: Callable[[int, FrameType | None], Any] | signal.Handlers = _state["previous"]
    if callable(previous):
        previous(number, frame)
        return
    for run in list(_open):
        run.cancel("SIGTERM")
    reporter().flush(EXIT_SECONDS, is_end=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
