"""The feed of a Postgres database: LISTEN where that works, and a poll each second in any case."""

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self, TypeAlias

from persistence.postgres.connection import (
    Timeouts,
    connect,
    run_alone,
    terminating_on_timeout,
)
from persistence.postgres.listening.pooler import shares_sessions
from persistence.postgres.login import DRIVER_ERRORS, Connection
from persistence.postgres.statements import CHANNEL
from persistence.sql.statements import Statement
from runindex.ports.wakeups import LocalFeed, LogWakeUp

Receiver: TypeAlias = Callable[[object, int, str, object], None]

LOGGER: Final = logging.getLogger("runindex.feed")

# Under the second within which subscribers wake even when a notification is lost.
POLL_SECONDS: Final = 0.9
HEARTBEAT_SECONDS: Final = 1.0
SILENCE_SECONDS: Final = 2.0
SHORTEST_BACKOFF: Final = 0.05
LONGEST_BACKOFF: Final = 1.0

_LONGEST_NUMBER: Final = 20  # digits

_HEARTBEAT: Final = Statement("SELECT 1")


class PostgresFeed(LocalFeed):
    """Listens on a connection of its own (never through a pooler that shares sessions) while the context lasts.

    Notifications only save time: all subscribers are woken each second anyway, and without `notify` only then. While
    there is no subscriber, it does not listen: each notification would cost the server and this process as much as a
    lone mutation costs without.
    """

    def __init__(
        self,
        url: str,
        *,
        notify: bool = True,
        poll_seconds: float = POLL_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        """Connect when the context is entered; when the server is away, retry with a growing pause."""
        super().__init__()
        self._url = url
        self._notify = notify
        self._poll_seconds = poll_seconds
        self._silence_seconds = silence_seconds
        self._backoff = SHORTEST_BACKOFF
        self._stirred = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._tasks.append(self._group.create_task(self._poll(), name="feed-poll"))
        if self._notify:
            self._tasks.append(self._group.create_task(self._listen(), name="feed-listen"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[LogWakeUp]:
        """Give a wake-up for as long as the context lasts."""
        async with super().subscribe() as wake_up:
            self._stirred.set()
            yield wake_up

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            self.wake()

    async def _listen(self) -> None:
        """Listen for ever, on one connection after the other; not in sessions that a pooler shares among clients."""
        while True:
            try:
                async with self._connection() as connection:
                    if connection.is_pooled and await self._is_shared(connection):
                        LOGGER.warning(
                            "not listening to the database through a pooler that shares sessions: looking each second"
                            " (LISTEN_DSN may name the database's own address)"
                        )
                        return
                    await self._follow(connection)
            except DRIVER_ERRORS as error:
                LOGGER.warning("not listening to the database: %s", type(error).__name__)
            except Exception:
                # The feed must go on whatever fails here: polling works without listening.
                LOGGER.exception("not listening to the database")
            self.reconnects += 1
            await asyncio.sleep(self._backoff * random.uniform(0.5, 1))  # noqa: S311 - only spreads the tries
            self._backoff = min(2 * self._backoff, LONGEST_BACKOFF)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        connection = await connect(self._url, Timeouts(), {"application_name": "runindex listener"})
        try:
            yield connection
        finally:
            connection.terminate()

    async def _is_shared(self, connection: Connection) -> bool:
        async with self._connection() as other:
            return await shares_sessions(connection, other, self._silence_seconds)

    async def _follow(self, connection: Connection) -> None:
        """Listen until the connection is lost; only the heartbeat notices one that is silently dead."""
        echoed = asyncio.Event()
        probe = secrets.token_hex(8)

        def receive(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            if payload == probe:
                echoed.set()
            self.wake(_head_in(payload))

        connection.add_termination_listener(lambda _: self._stirred.set())
        await self._begin_to_listen(connection, receive)
        await run_alone(connection, Statement("SELECT pg_notify($1, $2)", (CHANNEL, probe)), self._silence_seconds)
        if not await _wait(echoed, self._silence_seconds):
            LOGGER.warning("the database's notifications do not arrive (a pooler in between?): looking each second")
            await run_alone(connection, _HEARTBEAT, self._silence_seconds)
        # Only now: a server that accepts connections and then refuses to listen must not be hammered.
        self._backoff = SHORTEST_BACKOFF
        try:
            await self._keep_listening(connection, receive)
        finally:
            # The session may be given to another client, and would go on listening.
            if connection.is_pooled and not connection.is_closed():
                await self._stop_listening(connection, receive)

    async def _keep_listening(self, connection: Connection, receive: Receiver) -> None:
        """Listen whenever there is a subscriber, until the connection is lost."""
        is_listening = True
        while True:
            await _wait(self._stirred, HEARTBEAT_SECONDS)
            self._stirred.clear()
            if connection.is_closed():
                return
            is_wanted = len(self) > 0
            if is_wanted and not is_listening:
                await self._begin_to_listen(connection, receive)
            elif is_listening and not is_wanted:
                await self._stop_listening(connection, receive)
            else:
                await run_alone(connection, _HEARTBEAT, self._silence_seconds)
            is_listening = is_wanted

    async def _begin_to_listen(self, connection: Connection, receive: Receiver) -> None:
        async with terminating_on_timeout(connection, self._silence_seconds):
            await connection.add_listener(CHANNEL, receive)
        # Commits before this moment were not notified here.
        self.wake()

    async def _stop_listening(self, connection: Connection, receive: Receiver) -> None:
        async with terminating_on_timeout(connection, self._silence_seconds):
            await connection.remove_listener(CHANNEL, receive)


def _head_in(payload: object) -> int | None:
    """Return the log's head that a notification names, None when it names none."""
    if isinstance(payload, str) and payload.isdecimal() and len(payload) < _LONGEST_NUMBER:
        return int(payload)
    return None


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event for so many seconds, and tell whether it was set."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
