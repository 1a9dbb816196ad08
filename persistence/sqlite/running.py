"""A read that runs in a thread, and can be ended from outside of it."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from runindex.domain.errors import OperationTimeoutError

AGAIN_SECONDS: Final = 0.02


class RunningRead:
    """A read that ends when it takes too long, or nobody waits for it any more.

    SQLite looks at the clock after so many steps, and a step may take long; an interrupt is seen at each.
    """

    def __init__(self, seconds: float) -> None:
        """Let the statement run for so many seconds."""
        self._seconds = seconds
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._began = 0.0
        self._ended = False

    def is_ended(self) -> bool:
        """Tell whether nobody waits for the read any more."""
        return self._ended

    @contextmanager
    def watched(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """Interrupt the statement, in whatever thread it runs, after its time or when the block ends before it."""
        timer = loop.call_later(self._seconds, self._check, loop)
        try:
            yield
        finally:
            timer.cancel()
            self._end(loop)

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Run the statement on a connection, in the block alone."""
        with self._lock:
            self._connection, self._began = connection, time.monotonic()
        try:
            if self._ended:
                raise OperationTimeoutError("the statement was ended before it began")
            yield
        finally:
            with self._lock:
                self._connection = None

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the read if it has run for its time; before it runs, it may have to wait for a thread."""
        if self._ended:
            return
        left = self._began + self._seconds - time.monotonic() if self._connection is not None else self._seconds
        if left > 0:
            loop.call_later(left, self._check, loop)
        else:
            self._end(loop)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ended = True
        with self._lock:
            if self._connection is None:
                return
            self._connection.interrupt()
        # An interrupt just before the statement begins is lost.
        loop.call_later(AGAIN_SECONDS, self._end, loop)
