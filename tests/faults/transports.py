"""Transports of subscriptions: each yields the same payloads, and ends in its own way."""

import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from tests.faults.history import JsonObject

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
PATIENCE: Final = 40.0
# Bounded, so that the server soon notices a client that does not read.
RECEIVE_BUFFER: Final = (socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)


class GoingAwayError(Exception):
    """The server announced that it stops."""


class Stream:
    """A subscription's payloads, up to its completion; over HTTP the socket is read only as payloads are taken."""

    def __init__(self, payloads: AsyncIterator[JsonObject]) -> None:
        self.payloads = payloads

    def pause(self) -> None:
        """Stop reading the socket; no payload may be taken meanwhile."""

    def go_on(self) -> None:
        """Read again."""

    def abort(self) -> None:
        """Break the connection without a closing handshake."""


class Transport(Protocol):
    """A way to subscribe."""

    @property
    def name(self) -> str:
        """Return its name in a test's findings."""
        ...

    def open(self, url: str, document: str, variables: JsonObject) -> AbstractAsyncContextManager[Stream]:
        """Subscribe; raise GoingAwayError when the server stops, and OSError when there is no connection any more.

        What ends an operation is a last payload with errors and no data.
        """
        ...


class WebSocketStream(Stream):
    """The stream of a socket that has no other."""

    def __init__(self, connection: ClientConnection, payloads: AsyncIterator[JsonObject]) -> None:
        super().__init__(payloads)
        self._transport = connection.transport

    def pause(self) -> None:
        self._transport.pause_reading()

    def go_on(self) -> None:
        self._transport.resume_reading()

    def abort(self) -> None:
        self._transport.abort()


class WebSocketTransport:
    """The protocol graphql-transport-ws."""

    name = "sockets"

    @asynccontextmanager
    async def open(self, url: str, document: str, variables: JsonObject) -> AsyncGenerator[Stream, None]:
        url = url.replace("http", "ws", 1)
        try:
            # With a bounded queue this client stops reading once it is full, and then never gets the close frame.
            # While paused it would miss the answers to its own pings, and close the connection.
            async with connect(
                url,
                subprotocols=[PROTOCOL],
                compression=None,
                max_queue=None,
                ping_interval=None,
                open_timeout=PATIENCE,
            ) as connection:
                connection.transport.get_extra_info("socket").setsockopt(*RECEIVE_BUFFER)
                await _send(connection, {"type": "connection_init"})
                answer = json.loads(await connection.recv())
                assert answer["type"] == "connection_ack", answer
                payload = {"query": document, "variables": variables}
                await _send(connection, {"type": "subscribe", "id": "1", "payload": payload})
                async with aclosing(_results(connection)) as payloads:
                    yield WebSocketStream(connection, payloads)
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise ConnectionError(str(closed)) from closed
            if closed.rcvd.code == CloseCode.GOING_AWAY:
                raise GoingAwayError from closed
            raise
        except InvalidHandshake as error:
            raise ConnectionError(str(error)) from error


async def _send(connection: ClientConnection, message: JsonObject) -> None:
    await connection.send(json.dumps(message))


async def _results(connection: ClientConnection) -> AsyncGenerator[JsonObject, None]:
    while True:
        match json.loads(await connection.recv()):
            case {"type": "next", "id": "1", "payload": payload}:
                yield payload
            case {"type": "error", "id": "1", "payload": errors}:
                yield {"errors": errors}
                return
            case {"type": "complete", "id": "1"}:
                return
            case {"type": "ping"}:
                await _send(connection, {"type": "pong"})
            case message:
                raise RuntimeError(message)


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """A streamed response: `read` makes payloads of its pieces, which a separator divides."""

    name: str
    accept: str
    separator: bytes
    read: Callable[[AsyncIterator[bytes]], AsyncGenerator[JsonObject, None]]

    @asynccontextmanager
    async def open(self, url: str, document: str, variables: JsonObject) -> AsyncGenerator[Stream, None]:
        body, headers = {"query": document, "variables": variables}, {"Accept": self.accept}
        # Without TLS: loading its certificates takes longer than all the rest.
        connections = httpx.AsyncHTTPTransport(verify=False, trust_env=False, socket_options=[RECEIVE_BUFFER])
        try:
            async with (
                httpx.AsyncClient(transport=connections, timeout=PATIENCE) as client,
                client.stream("POST", url, json=body, headers=headers) as response,
            ):
                assert response.status_code == httpx.codes.OK, await response.aread()
                async with aclosing(self.read(_pieces(response, self.separator))) as payloads:
                    yield Stream(payloads)
        except httpx.TransportError as error:
            raise ConnectionError(str(error)) from error


async def _pieces(response: httpx.Response, separator: bytes) -> AsyncIterator[bytes]:
    """Yield the pieces between separators, and the rest behind the last one."""
    rest = b""
    async for data in response.aiter_raw():
        *pieces, rest = (rest + data).split(separator)
        for piece in pieces:
            yield piece
    yield rest


async def _events(pieces: AsyncIterator[bytes]) -> AsyncGenerator[JsonObject, None]:
    async for event in pieces:
        fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n") if line)
        if fields.keys() == {b"id"}:
            continue
        if fields.get(b"event") == b"next":
            yield json.loads(fields[b"data"])
        elif fields.get(b"event") == b"complete":
            return
        else:
            assert event == b"" or event.startswith(b":"), event
    raise GoingAwayError


async def _parts(pieces: AsyncIterator[bytes]) -> AsyncGenerator[JsonObject, None]:
    assert await anext(pieces) == b""  # before the first boundary
    async for part in pieces:
        if part == b"--\r\n":
            return
        head, _, body = part.partition(b"\r\n\r\n")
        assert head == b"\r\nContent-Type: application/json", part
        match json.loads(body):
            case {"payload": None, "errors": [{"extensions": {"code": "UNAVAILABLE"}}]}:
                raise GoingAwayError
            case {"payload": payload}:
                yield payload
            case beat:
                assert beat == {}, beat
    raise RuntimeError("there was no last boundary")


WEB_SOCKET: Final[Transport] = WebSocketTransport()
# A stream of events that ends without `complete` was not completed.
EVENT_STREAM: Final[Transport] = HttpTransport("events", "text/event-stream", b"\n\n", _events)
# Errors of the transport stand in `errors` beside the payload.
MULTIPART: Final[Transport] = HttpTransport("parts", "multipart/mixed;subscriptionSpec=1.0", b"\r\n--graphql", _parts)
TRANSPORTS: Final = (WEB_SOCKET, EVENT_STREAM, MULTIPART)
