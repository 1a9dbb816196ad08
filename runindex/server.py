"""The process that serves: uvicorn, and how it stops."""

import asyncio
import gc
import logging
import sys
from asyncio import BaseTransport
from collections.abc import MutableMapping
from ipaddress import ip_address
from socket import socket
from types import FrameType
from typing import Any, Final, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn._types import ASGISendEvent
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

from resolvers.outlets import FLOW
from resolvers.sockets import WORK, WRITE_TEXT
from runindex.app import create_app
from runindex.settings import Settings

DRAIN_SECONDS: Final = 10
WORK_SECONDS: Final = 8.0
FAREWELL_SECONDS: Final = 1.0
LONGEST_MESSAGE: Final = 64 * 1024
PING_SECONDS: Final = 12.0
# New objects until young ones are looked at; how often that, until older ones are. A look at everything takes a second
# when 10,000 sockets are open, and almost all garbage is found without one.
COLLECTIONS: Final = (10_000, 20, 100)
PONG_SECONDS: Final = 45.0  # a reader that dawdles is not a dead one
log: Final = logging.getLogger(__name__)


class HttpProtocol(HttpToolsProtocol):
    """Lets the application know whether a client takes what is sent."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        cast("MutableMapping[str, Any]", self.scope)[FLOW] = self.flow


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Closes connections such that their clients learn why; lets the application know whether these take what is sent.

    uvicorn closes the transport behind its close frame. If anything is left unread then, the connection is reset, and
    the client may never see the frame.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to talk."""
        super().connection_made(transport)
        self.flow = FlowControl(self.transport)
        self.work: set[asyncio.Task[Any]] = set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for a client that is gone."""
        super().connection_lost(exc)
        self.flow.resume_writing()

    def pause_writing(self) -> None:
        """Note that the client does not take what is sent."""
        super().pause_writing()
        self.flow.pause_writing()

    def resume_writing(self) -> None:
        """Note that it takes it again."""
        super().resume_writing()
        self.flow.resume_writing()

    def handle_connect(self, event: Request) -> None:
        """Open the connection."""
        super().handle_connect(event)
        if not self.close_sent:
            cast("MutableMapping[str, Any]", self.scope).update(
                {FLOW: self.flow, WRITE_TEXT: self.write_text, WORK: self.work}
            )

    def write_text(self, text: bytes) -> None:
        """Send a message at once, in one frame; raise ClientDisconnected when it comes too late."""
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(_head_of_text(len(text)) + text)

    def shutdown(self) -> None:
        """Tell that the server goes away, once what was asked is answered."""
        if self.work:
            self._leaving = self.loop.create_task(self._shut_down_behind(self.work))
        else:
            self._shut_down()

    async def _shut_down_behind(self, work: set[asyncio.Task[Any]]) -> None:
        await asyncio.wait(work, timeout=WORK_SECONDS)
        if not self.disconnected:
            self._shut_down()

    def _shut_down(self) -> None:
        # uvicorn would say that it restarts (1012).
        if self.handshake_complete and not self.close_sent:
            if self.conn.state is State.OPEN:
                self.conn.send_close(CloseCode.GOING_AWAY)
            self._take_leave(FAREWELL_SECONDS)
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; behind a frame that cannot be read, nothing can."""
        if self.conn.parser_exc is None:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """Close the connection by the code that the frame deserves."""
        self._take_leave(self.close_timeout)

    def handle_ping(self) -> None:
        """Answer, unless the last words were said, or the client does not read its answers."""
        if self.close_sent:
            return
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_close(self, event: Frame) -> None:
        """Close with a client that says so, whether or not it reads what is still on its way."""
        super().handle_close(event)
        if self.transport.is_closing():
            self._end_after(self.close_timeout)

    def keepalive_timeout(self) -> None:
        """Give up a client that answers no pings; uvicorn would wait for it to read the rest."""
        self.pong_timer = None
        if not self.close_sent and not self.transport.is_closing():
            self.conn.fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
            self._take_leave(FAREWELL_SECONDS)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on, unless it is no text but says so; uvicorn would log a traceback for each."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(b"".join(self.frames)):
            self.conn.fail(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application; one that comes too late is no mistake of its own."""
        try:
            await super().send(message)
        except RuntimeError:
            if not self.close_sent:
                raise
            raise ClientDisconnected from None

    def _take_leave(self, seconds: float) -> None:
        """Send the close frame and the end behind it, and wait for the client to do the same."""
        self.stop_keepalive()
        self.close_sent = True
        close = self.conn.close_sent
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": close.code if close else CloseCode.ABNORMAL_CLOSURE}
        )
        self._end_after(seconds)
        if self.transport.is_closing():
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _end_after(self, seconds: float) -> None:
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        """Close the connection; what the client has not taken by now it will not take."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()


class Server(uvicorn.Server):
    """Fails readiness before it stops, so that a balancer sends no more while work in flight ends."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        """Serve `app`, which the config names too."""
        super().__init__(config)
        self._app = app

    @property
    def collapsed(self) -> bool:
        """Tell whether what stands behind the application has ended by itself, and nothing can be served any more."""
        return isinstance(self.lifespan, LifespanOn) and self.lifespan.shutdown_failed

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether to stop; uvicorn would go on serving errors after a collapse."""
        return await super().on_tick(counter) or self.collapsed

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop; streams over HTTP, unlike sockets, must be told."""
        self._app.state.going_away.set()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops at once.

        The base class would raise the signal anew in the end, and a stop that went well would look like a crash.
        """
        del sig, frame
        self._app.state.stopping = True
        self.force_exit = self.should_exit
        self.should_exit = True


def configured(app: Starlette, **options: Any) -> uvicorn.Config:  # noqa: ANN401 - uvicorn's
    """Return how an application is served: what speaks HTTP and WebSocket, and how long it waits for whom."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,  # it would be done anew for each of many that get the same
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        **options,
    )


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. The storage must be up to date."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if not is_loopback(host):
        log.warning("listening on %s without authentication: whoever reaches this port can read and write", host)
    app = create_app(settings)
    config = configured(app, host=host, port=port)
    gc.set_threshold(*COLLECTIONS)
    server = Server(config, app)
    server.run()
    if not server.started or server.collapsed:
        sys.exit(1)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _head_of_text(length: int) -> bytes:
    """Return the head of a whole text frame, neither masked nor compressed (RFC 6455, 5.2)."""
    if length <= 125:  # noqa: PLR2004 - of the format
        return bytes((0x81, length))
    if length <= 0xFFFF:  # noqa: PLR2004
        return b"\x81\x7e" + length.to_bytes(2)
    return b"\x81\x7f" + length.to_bytes(8)
