"""Finds connections that are silently dead, long before their time limits do."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from persistence.postgres.addresses.address import Address
from persistence.postgres.login import DRIVER_ERRORS, Connection, log_in

LOGGER: Final = logging.getLogger("runindex.postgres")
# Seconds without an answer before a connection is doubted; then it is asked about again and again.
SILENCE: Final = 1.0
ASKING: Final = 0.7
PAUSE: Final = 0.2
# A session that works for us is active, unless the server does not tell. What it has just ended may be on its way.
_AT_WORK: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE pid = ANY($1::int[])
    AND (state IN ('active', 'disabled') OR state_change > clock_timestamp() - interval '0.5 s')
"""


class Watchdog:
    """Asks, on a connection of its own, whether sessions that are waited for work at all, and ends the others.

    Between a client and a server a firewall or a switch may swallow everything, without a word to either side.
    """

    def __init__(self, url: str) -> None:
        """Do nothing until a connection is waited for."""
        self._url = url
        # Of several servers, another than the session's may answer, and know nothing of it.
        self._is_of_use = len(Address.read(url).hosts) == 1
        self._waits: dict[Connection, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def waiting(self, connection: Connection) -> Iterator[None]:
        """Watch a connection for as long as the context lasts, in which it is waited for."""
        self.begin(connection)
        try:
            yield
        finally:
            self.end(connection)

    def begin(self, connection: Connection) -> None:
        """Watch a connection until `end`."""
        if not self._is_of_use:
            return
        loop = asyncio.get_running_loop()
        self._waits[connection] = loop.time()
        if self._timer is None and self._task is None:
            self._timer = loop.call_later(SILENCE, self._wake)

    def end(self, connection: Connection) -> None:
        """Watch a connection no longer."""
        self._waits.pop(connection, None)

    def close(self) -> None:
        """Ask no more."""
        self._waits.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _wake(self) -> None:
        """Begin to ask when a connection is silent, or look again when the oldest may be."""
        self._timer = None
        if not self._waits:
            return
        if self._silent():
            self._task = asyncio.create_task(self._ask_on(), name="postgres-watchdog")
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(min(self._waits.values()) + SILENCE, self._wake)

    def _silent(self) -> dict[Connection, float]:
        """Return the connections that are waited for too long, and since when."""
        latest = asyncio.get_running_loop().time() - SILENCE
        return {connection: begun for connection, begun in self._waits.items() if begun <= latest}

    async def _ask_on(self) -> None:
        try:
            while silent := self._silent():
                try:
                    at_work = await self._at_work([connection.get_server_pid() for connection in silent])
                except DRIVER_ERRORS:
                    # The database does not answer anybody: whether the connections are dead will be seen later.
                    pass
                else:
                    self._end(silent, at_work)
                await asyncio.sleep(PAUSE)
        finally:
            self._task = None
            self._wake()

    def _end(self, silent: dict[Connection, float], at_work: frozenset[int]) -> None:
        for connection, begun in silent.items():
            if self._waits.get(connection) == begun and connection.get_server_pid() not in at_work:
                LOGGER.warning("a connection to the database was silently dead, and is replaced")
                connection.terminate()

    async def _at_work(self, pids: Sequence[int]) -> frozenset[int]:
        async with asyncio.timeout(ASKING):
            connection = await log_in(self._url, ASKING, application_name="runindex watchdog")
            try:
                return frozenset(row["pid"] for row in await connection.fetch(_AT_WORK, pids))
            finally:
                connection.terminate()
