"""A pool of connections that read, each made when it is first needed.

asyncpg's own pool resets sessions, wraps each connection, and gives it back in a task of its own: that costs as much as
a short statement. Settings of these sessions never change, and whoever fails to end a statement ends its connection.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from persistence.postgres.login import Connection

# Seconds after which a connection that nobody uses is closed.
IDLE_SECONDS: Final = 300.0


class Pool:
    """At most so many connections, of which the one used last is lent first."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        """Begin without a connection."""
        self._connect = connect
        self._slots = asyncio.Semaphore(size)
        # With the time since which they are idle, the longest first.
        self._idle: list[tuple[Connection, float]] = []
        self._open: set[Connection] = set()
        self._lent: set[Connection] = set()
        # Those that are closed when they come back.
        self._expired: set[Connection] = set()
        self._returned = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._is_closing = False

    def __len__(self) -> int:
        """Return the number of connections."""
        return len(self._open)

    async def take(self, seconds: float) -> Connection:
        """Lend a connection until it is given back; raise TimeoutError when there is none for so long."""
        if self._is_closing:
            raise asyncpg.InterfaceError("the pool is closed")
        if self._idle and not self._slots.locked():
            await self._slots.acquire()  # at once
            connection = self._pop()
            if connection is not None:
                return connection
            self._slots.release()
        async with asyncio.timeout(seconds):
            await self._slots.acquire()
            try:
                return self._pop() or await self._made()
            except BaseException:
                self._slots.release()
                raise

    def give(self, connection: Connection) -> None:
        """Take a connection back; one that ended is forgotten."""
        self._lent.discard(connection)
        if connection.is_closed() or connection in self._expired:
            self._discard(connection)
        else:
            loop = asyncio.get_running_loop()
            self._idle.append((connection, loop.time()))
            if self._timer is None:
                self._timer = loop.call_later(IDLE_SECONDS, self._close_idle)
        self._slots.release()
        if self._is_closing:
            self._returned.set()

    @asynccontextmanager
    async def lend(self, seconds: float) -> AsyncIterator[Connection]:
        """Lend a connection for as long as the context lasts, as `take` does."""
        connection = await self.take(seconds)
        try:
            yield connection
        finally:
            self.give(connection)

    def expire(self) -> None:
        """Close all connections, those in use when they come back."""
        while self._idle:
            self._discard(self._idle.pop()[0])
        self._expired |= self._open

    async def close(self) -> None:
        """Close all connections when none is in use any more."""
        self._is_closing = True
        while self._lent:
            self._returned.clear()
            await self._returned.wait()
        for connection in list(self._open):
            await connection.close()
        self.terminate()

    def terminate(self) -> None:
        """End all connections at once."""
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        for connection in list(self._open):
            self._discard(connection)
        self._idle.clear()

    def _pop(self) -> Connection | None:
        """Return the idle connection that was used last, None when all have ended."""
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
            self._discard(connection)
        return None

    async def _made(self) -> Connection:
        connection = await self._connect()
        self._open.add(connection)
        self._lent.add(connection)
        return connection

    def _discard(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._expired.discard(connection)
        if not connection.is_closed():
            connection.terminate()

    def _close_idle(self) -> None:
        """Close what nobody has used for long, and look again when the next may be."""
        loop = asyncio.get_running_loop()
        latest = loop.time() - IDLE_SECONDS
        while self._idle and self._idle[0][1] <= latest:
            self._discard(self._idle.pop(0)[0])
        self._timer = loop.call_at(self._idle[0][1] + IDLE_SECONDS, self._close_idle) if self._idle else None
