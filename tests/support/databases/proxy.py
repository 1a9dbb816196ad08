"""A TCP proxy in front of Postgres that can lose a commit, or its answer, at will."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from urllib.parse import urlsplit, urlunsplit

COMMIT = b"COMMIT\0"


class Mishap(Enum):
    """The mishap of the next commit, or of another message that is told by what is in it."""

    NONE = auto()
    CUT_BEFORE = auto()  # the server never gets it; the client's connection breaks
    CUT_AFTER = auto()  # the server gets it; the client's connection breaks without an answer
    SILENCE = auto()  # the server gets it; nothing comes back and nothing breaks
    HOLE = auto()  # the server never gets it; nothing comes back and nothing breaks


class Proxy:
    """Passes bytes on to a server until a mishap; `refusing` turns new connections away, `swallows` passes nothing on.

    The mishap is that of the next message in which `sign` is.
    `happened` is set by the first mishap. What was swallowed is lost: a connection that was open meanwhile stays dumb.
    """

    def __init__(self, host: str, port: int) -> None:
        self.mishap = Mishap.NONE
        self.sign = COMMIT
        self.refusing = False
        self.swallows = False
        self.connections = 0
        self.happened = asyncio.Event()
        self._server = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, in both directions, until either side ends it."""
        self._writers.add(writer)
        try:
            if self.refusing:
                return
            self.connections += 1
            answers, requests = await asyncio.open_connection(*self._server)
            self._writers.add(requests)
            muted = asyncio.Event()
            pumps = [
                asyncio.ensure_future(self._pass_requests(reader, requests, muted)),
                asyncio.ensure_future(self._pass_answers(answers, writer, muted)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                # Also at the end of a test, which cancels this task.
                for pump in pumps:
                    pump.cancel()
                requests.transport.abort()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            writer.transport.abort()

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _pass_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self.swallows:
                muted.set()
                continue
            mishap = self.mishap if self.sign in data else Mishap.NONE
            if mishap is not Mishap.NONE:
                self.mishap = Mishap.NONE
                self.happened.set()
                muted.set()
            if mishap is Mishap.CUT_BEFORE:
                return
            if mishap is Mishap.HOLE:
                continue
            writer.write(data)
            await writer.drain()
            if mishap is Mishap.CUT_AFTER:
                return

    async def _pass_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self.swallows:
                muted.set()
            if not muted.is_set():
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[str, Proxy]]:
    """Give the address of a proxy in front of the server of `url`, and the proxy."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or 5432)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}")), proxy
    finally:
        server.close()
        proxy.cut()
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await server.wait_closed()
