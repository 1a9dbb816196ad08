"""The time of one execution: as `asyncio.timeout`, which costs as much as a small operation."""

import asyncio
from types import TracebackType


class Deadline:
    """A block that ends with TimeoutError after so many seconds, also if it never waits."""

    __slots__ = ("_cancelling", "_is_expired", "_task", "_timer", "_when")

    def __init__(self, seconds: float) -> None:
        """Begin to count."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(loop)
        self._cancelling = 0 if self._task is None else self._task.cancelling()
        self._when = loop.time() + seconds
        self._is_expired = False
        self._timer = loop.call_at(self._when, self._expire)

    @property
    def is_over(self) -> bool:
        """Tell whether the time has passed."""
        return self._is_expired or asyncio.get_running_loop().time() > self._when

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the block."""
        self._timer.cancel()
        is_alone = False  # no one else has cancelled the task
        if self._is_expired and self._task is not None:
            is_alone = self._task.uncancel() <= self._cancelling
        if error is None and self.is_over:
            raise TimeoutError
        if is_alone and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def _expire(self) -> None:
        if self._task is not None:
            self._is_expired = self._task.cancel()
