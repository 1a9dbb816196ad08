"""How connections are spoken on: uvicorn's protocols, and what else the application and its clients need of them."""

import asyncio
from asyncio import BaseTransport
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final, cast

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

from resolvers.streams.sink import FLOW
from resolvers.transports.streaming import WORK_SECONDS
from resolvers.transports.websocket import WORKS, WRITE_TEXT, Work

FAREWELL_SECONDS: Final = 1.0
# For a connection's first request, and for each that has begun, to be there in full.
REQUEST_SECONDS: Final = 60.0
BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
REQUEST_TIMEOUT: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Flow(FlowControl):
    """Tells whether a client takes what is sent to it."""

    def give_up(self) -> None:
        """Break off with a client that does not; what was sent to it is lost."""
        self._transport.abort()


class HttpProtocol(HttpToolsProtocol):
    """Lets the application know whether a client takes what is sent, and that it is gone whatever else it had asked.

    A client that does not come to the end of its request is given up; uvicorn would wait for ever.
    """

    _open: tuple[RequestResponseCycle, ...] = ()
    _is_incomplete = True  # the request that comes
    _deadline: asyncio.TimerHandle | None = None
    _patience: float

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to talk."""
        super().connection_made(transport)
        self.flow = Flow(transport)
        self._patience = REQUEST_SECONDS
        self._expect_within(self._patience)

    def data_received(self, data: bytes) -> None:
        """Take what the client sends."""
        super().data_received(data)
        if self._is_incomplete and self._deadline is None:
            self._expect_within(self._patience)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_incomplete = True
        cast("MutableMapping[str, Any]", self.scope)[FLOW] = self.flow

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._is_incomplete = False
        self._expect_nothing()  # the next one has its own time

    def on_headers_complete(self) -> None:
        """Begin to answer, or let the request wait behind the one that is being answered."""
        super().on_headers_complete()
        if self.cycle is not None:
            self._open = (*(cycle for cycle in self._open if not cycle.response_complete), self.cycle)

    def handle_websocket_upgrade(self) -> None:
        """Make a WebSocket of the connection, unless it belongs to an answer that is not over."""
        self._is_incomplete = False
        self._expect_nothing()
        if all(cycle.response_complete for cycle in self._open):
            super().handle_websocket_upgrade()
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who answer, not only the last: the first may be a stream, and would never know."""
        super().connection_lost(exc)
        self._expect_nothing()
        for cycle in self._open:
            cycle.disconnected = True
            cycle.message_event.set()

    def shutdown(self) -> None:
        """Let the client go once it was answered; what it has not asked in full by now has little time left."""
        super().shutdown()
        self._patience = FAREWELL_SECONDS
        if self._is_incomplete:
            self._expect_within(self._patience)

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.flow.read_paused or self.pipeline:  # the client is not to blame
            self._expect_within(self._patience)
            return
        if self._can_be_refused():
            self.transport.write(REQUEST_TIMEOUT)
        if self.transport.get_write_buffer_size():  # it does not read either
            self.transport.abort()
        else:
            self.transport.close()

    def _can_be_refused(self) -> bool:
        """Tell whether all is answered but the request that comes, and that not at all."""
        return all(not cycle.response_started if cycle.more_body else cycle.response_complete for cycle in self._open)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Closes connections such that their clients learn why; lets the application know whether these take what is sent.

    uvicorn closes the transport behind its close frame. If anything is left unread then, the connection is reset, and
    the client may never see the frame.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to talk."""
        super().connection_made(transport)
        self.flow = Flow(self.transport)
        self.works: list[Work] = []

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
                {FLOW: self.flow, WRITE_TEXT: self.write_text, WORKS: self.works}
            )

    def write_text(self, text: bytes) -> None:
        """Send a message at once, in one frame; raise ClientDisconnected when it comes too late."""
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(_head_of_text(len(text)) + text)

    def shutdown(self) -> None:
        """Tell that the server goes away, once what was asked is answered."""
        if self._work():
            self._leaving = self.loop.create_task(self._shut_down_behind_work())
        else:
            self._shut_down()

    def _work(self) -> list[asyncio.Task[Any]]:
        return [task for work in self.works for task in work()]

    async def _shut_down_behind_work(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(WORK_SECONDS):
                while work := self._work():
                    await asyncio.wait(work)
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
        if self.conn.handshake_exc is not None and not self.close_sent:
            self._refuse()

    def _refuse(self) -> None:
        """Answer a handshake that cannot be read, and close; uvicorn would wait for ever."""
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()) or BAD_REQUEST)
        self.transport.close()

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
