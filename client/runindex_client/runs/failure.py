"""How the end of a block ends its run."""

import sys
import traceback
from typing import Any, Final, NamedTuple

from runindex_client.runs import signals

MOST_ERROR: Final = 4000
MOST_TRACEBACK: Final = 64_000
SIGNALLED: Final = (130, 143)  # how shells tell SIGINT and SIGTERM


class Ending(NamedTuple):
    """The mutation that ends a run, the error or the reason, and the event that describes an exception."""

    mutation: str
    error: str | None = None
    event: dict[str, Any] | None = None


def ending_of(error: BaseException | None) -> Ending:
    """Return how a run ends whose block was left with an exception, or without.

    KeyboardInterrupt, the cancellation of a task, and whatever a handler of SIGTERM raised, call it off.
    """
    if error is None:
        return Ending("closeRun")
    if isinstance(error, SystemExit) and (signals.is_terminated() or error.code in SIGNALLED):
        return Ending("cancelRun", "SIGTERM" if signals.is_terminated() else f"exit code {error.code}")
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return Ending("closeRun")
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or _is_cancellation(error):
        return Ending("cancelRun", type(error).__name__)
    if isinstance(error, SystemExit):
        told = f"exit code {error.code}" if isinstance(error.code, int) else str(error.code)
        return Ending("failRun", told[:MOST_ERROR])
    return Ending("failRun", _words(error), _event(error))


def _is_cancellation(error: BaseException) -> bool:
    """Tell whether a task was cancelled; a program that has no asyncio loaded, which takes its time, has no tasks."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _words(error: BaseException) -> str:
    try:
        told = str(error)
    except Exception:
        told = "(it has no words)"
    name = type(error).__qualname__
    return (f"{name}: {told}" if told else name)[:MOST_ERROR]


def _event(error: BaseException) -> dict[str, Any]:
    try:
        lines = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception:
        lines = ""
    return {"type": type(error).__qualname__, "message": _words(error), "traceback": lines[-MOST_TRACEBACK:]}
