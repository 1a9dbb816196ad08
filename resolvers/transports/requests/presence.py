"""Work for a client that hangs up is ended: nobody waits for its answer."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from starlette.requests import ClientDisconnect

from resolvers.transports.scope import GONE


class WhilePresent:
    """A block that ends with ClientDisconnect when the client hangs up while the block may end.

    A server that cannot tell lets the block come to its end.
    """

    __slots__ = ("_cancelling", "_gone", "_is_ended", "_may_end", "_task")

    def __init__(self, scope: Mapping[str, Any], may_end: Callable[[], bool]) -> None:
        """Run for the client of a scope; `may_end` tells at any time whether the block may be ended."""
        self._gone: set[Callable[[], None]] = scope.get(GONE, set())
        self._may_end = may_end
        self._task = asyncio.current_task()
        self._cancelling = 0 if self._task is None else self._task.cancelling()
        self._is_ended = False

    def __enter__(self) -> None:
        """Begin the block."""
        self._gone.add(self._end)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the block."""
        self._gone.discard(self._end)
        if not self._is_ended or self._task is None:
            return
        is_alone = self._task.uncancel() <= self._cancelling  # no one else has cancelled the task
        if is_alone and isinstance(error, asyncio.CancelledError):
            raise ClientDisconnect from None

    def _end(self) -> None:
        if self._task is not None and self._may_end():
            self._is_ended = self._task.cancel()
