"""Many light WebSocket clients in one process: each notes when each change arrived."""

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

CHANGE: Final = re.compile(rb'"runId":"([^"]*)","version":(\d+)')
_TEXT, _PING, _PONG = 1, 9, 10  # kinds of frames
_SHORT, _MEDIUM = 126, 127


class Arrival(NamedTuple):
    """A change, and when (monotonic seconds) it arrived."""

    run_id: str
    version: int
    at: float


class Listener(asyncio.Protocol):
    """One subscriber to `{ runId version }`, in this order."""

    def __init__(self, url: str, document: str, variables: Mapping[str, object]) -> None:
        """Subscribe with a document once connected."""
        self.arrivals: list[Arrival] = []
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self._parts = urlsplit(url)
        payload = {"query": document, "variables": variables}
        self._subscribe = {"id": "1", "type": "subscribe", "payload": payload}
        self._buffer = b""
        self._is_open = False

    async def open(self) -> None:
        """Connect, and return once the stream has started."""
        host, port = self._parts.hostname or "127.0.0.1", self._parts.port or 80
        await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        await self.ready

    def pause(self) -> None:
        """Read nothing more from the socket."""
        self._transport.pause_reading()

    def go_on(self) -> None:
        """Read again."""
        self._transport.resume_reading()

    def close(self) -> None:
        """Break the connection off."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        lines = (
            f"GET {self._parts.path} HTTP/1.1",
            f"Host: {self._parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        )
        transport.write("\r\n".join((*lines, "", "")).encode())

    def data_received(self, data: bytes) -> None:
        """Split the received bytes into messages."""
        self._buffer += data
        if not self._is_open:
            head, end, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self._is_open = True
            self._send({"type": "connection_init"})
        now = time.monotonic()
        while (frame := self._next_frame()) is not None:
            self._take(frame, now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is lost."""
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed"))

    def _take(self, message: bytes, now: float) -> None:
        found = CHANGE.search(message)
        if found is not None:
            self.arrivals.append(Arrival(found[1].decode(), int(found[2]), now))
        if b"connection_ack" in message:
            self._send(self._subscribe)
        elif not self.ready.done():
            if b'"next"' in message or b"begun" in message:
                self.ready.set_result(None)
            else:
                self.ready.set_exception(RuntimeError(message))

    def _next_frame(self) -> bytes | None:
        """Return the payload of the next text frame, b"" for any other frame; None until a frame is complete."""
        data = self._buffer
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length == _SHORT:
            length, start = int.from_bytes(data[2:4]), 4
        elif length == _MEDIUM:
            length, start = int.from_bytes(data[2:10]), 10
        if len(data) < start + length:
            return None
        self._buffer = data[start + length :]
        payload = data[start : start + length]
        if data[0] & 15 == _PING:
            self._transport.write(bytes([0x80 | _PONG, 0x80 | length]) + bytes(4) + payload)
        return payload if data[0] & 15 == _TEXT else b""

    def _send(self, message: Mapping[str, object]) -> None:
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < _SHORT else bytes([0x81, 0x80 | _SHORT]) + size.to_bytes(2)
        # A mask of zeros leaves the payload as it is.
        self._transport.write(head + bytes(4) + payload)


async def open_all(listeners: list[Listener], at_once: int = 50) -> None:
    """Open all listeners, some at a time."""
    gate = asyncio.Semaphore(at_once)

    async def open_one(listener: Listener) -> None:
        async with gate:
            await listener.open()

    await asyncio.gather(*map(open_one, listeners))
