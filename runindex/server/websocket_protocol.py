"""uvicorn's WebSocket protocol with flow control and direct writes in the scope, and closes that clients learn of.

Written for uvicorn 0.54, of which it overrides internals: each override says why.
"""

import asyncio
from asyncio import BaseTransport
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

from resolvers.transports.scope import FLOW, PENDING, WRITE_TEXT, Pending
from resolvers.transports.streaming import GRACE_SECONDS
from runindex.server.doors.pace import Pace
from runindex.server.http_protocol import NO_SETTINGS, AbortableFlow

# For a client to answer a close frame.
CLOSE_SECONDS: Final = 1.0
# For what is broken off at a stop to tell its client so.
LAST_WORDS_SECONDS: Final = 1.0
# Of what one socket has sent, in one turn of the loop: frames, beyond which the next turn goes on, and bytes that are
# parsed at once. Others have their turn in between.
FRAMES_A_TURN: Final = 32
BYTES_AT_ONCE: Final = 512
BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Lets the application know whether a client takes what is sent, and closes such that clients learn why.

    uvicorn closes the transport right behind its close frame. If anything is left unread then, the connection is reset,
    and the client may never see the frame: `_close` waits for the client's close frame first.
    """

    # uvicorn's socket has no flow control but an event of its own.
    def connection_made(self, transport: BaseTransport) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        self.flow = AbortableFlow(self.transport)
        self.pending: list[Pending] = []
        self._unread = bytearray()
        self._frames = 0  # of this turn
        self._turn: asyncio.Handle | None = None  # the next one, if it is needed
        self._pace = Pace(getattr(self.config, "connection_limits", NO_SETTINGS).frames)

    # As above: no task may wait for a client that is gone.
    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        super().connection_lost(exc)
        self.flow.resume_writing()
        self._unread.clear()
        if self._turn is not None:
            self._turn.cancel()

    # As above.
    def pause_writing(self) -> None:
        """Note that the client does not take what is sent."""
        super().pause_writing()
        self.flow.pause_writing()

    # As above.
    def resume_writing(self) -> None:
        """Note that the client takes what is sent again."""
        super().resume_writing()
        self.flow.resume_writing()

    # The scope is made here; uvicorn offers no other way to add to it.
    def handle_connect(self, event: Request) -> None:
        """Accept the connection."""
        super().handle_connect(event)
        if not self.close_sent:
            cast("MutableMapping[str, Any]", self.scope).update(
                {FLOW: self.flow, WRITE_TEXT: self.write_text, PENDING: self.pending}
            )

    def write_text(self, text: bytes) -> None:
        """Send a message at once, in one frame; raise ClientDisconnected when the connection is closed."""
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(_head_of_text(len(text)) + text)

    # uvicorn does not wait for operations, and closes with 1012, "service restart" (Kludex/uvicorn#1816).
    def shutdown(self) -> None:
        """Close with 1001, "going away", once the pending operations are answered."""
        if self._pending_tasks():
            self._leaving = self.loop.create_task(self._shut_down_after_pending())
        else:
            self._shut_down()

    def _pending_tasks(self) -> list[asyncio.Task[Any]]:
        return [task for pending in self.pending for task in pending()]

    async def _shut_down_after_pending(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                while tasks := self._pending_tasks():
                    await asyncio.wait(tasks)
        # A client that is not told what became of its mutation would send it again elsewhere.
        if tasks := self._pending_tasks():
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=LAST_WORDS_SECONDS)
        if not self.disconnected:
            self._shut_down()

    def _shut_down(self) -> None:
        if self.handshake_complete and not self.close_sent:
            if self.conn.state is State.OPEN:
                self.conn.send_close(CloseCode.GOING_AWAY)
            self._close(CLOSE_SECONDS)
        else:
            super().shutdown()

    # uvicorn handles all that has arrived at once: 40,000 pings, while others wait.
    def data_received(self, data: bytes) -> None:
        """Receive frames, or a part of the handshake."""
        self._unread += data
        if self._turn is None:
            self._read_unread()

    def _read_unread(self) -> None:
        """Handle some frames, and leave the others to a later turn of the loop."""
        was_waiting, self._turn, self._frames = self._turn is not None, None, 0
        while self._unread and self._frames < FRAMES_A_TURN:
            part = bytes(self._unread[:BYTES_AT_ONCE])
            del self._unread[:BYTES_AT_ONCE]
            self._read_part(part)
        seconds = self._pace.wait(self.loop.time(), self._frames)
        if self._unread or seconds:
            self._turn = (
                self.loop.call_later(seconds, self._read_unread) if seconds else self.loop.call_soon(self._read_unread)
            )
            if not was_waiting and not self.transport.is_closing():
                self.transport.pause_reading()
        elif was_waiting and not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    # uvicorn reads on behind a frame that cannot be read, and waits for ever on a handshake that cannot.
    def _read_part(self, data: bytes) -> None:
        if self.conn.parser_exc is None:
            super().data_received(data)
        if self.conn.handshake_exc is not None and not self.close_sent:
            self._refuse()

    # uvicorn has no limit of frames.
    def handle_events(self) -> None:
        """Handle the frames that were read."""
        self._frames += len(self.conn.events)
        super().handle_events()

    # uvicorn would read on while frames wait for their turn.
    async def receive(self) -> ASGIReceiveEvent:
        """Return the next message, and read on if there was none but that."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            if self._turn is None:
                self.transport.resume_reading()
        return message

    def _refuse(self) -> None:
        """Refuse a handshake that cannot be read, and close the connection."""
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()) or BAD_REQUEST)
        self.transport.close()

    # uvicorn closes the transport right behind its close frame; see the class.
    def handle_parser_exception(self) -> None:
        """Close the connection with the code for the frame's fault."""
        self._close(self.close_timeout)

    # uvicorn answers behind its close frame, and fills the buffer of a client that does not read.
    def handle_ping(self) -> None:
        """Answer, unless the connection is being closed or writing is paused."""
        if self.close_sent:
            return
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    # uvicorn waits for ever for a client that sent its close frame to read the rest.
    def handle_close(self, event: Frame) -> None:
        """Answer the client's close frame, and end the connection in time."""
        super().handle_close(event)
        if self.transport.is_closing():
            self._end_after(self.close_timeout)

    # uvicorn waits for ever for a client that answers no pings to read the rest.
    def keepalive_timeout(self) -> None:
        """Drop a client that answers no pings."""
        self.pong_timer = None
        if not self.close_sent and not self.transport.is_closing():
            self.conn.fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
            self._close(CLOSE_SECONDS)

    # uvicorn logs a traceback for each text that is not UTF-8.
    def send_receive_event_to_app(self) -> None:
        """Pass a message on, unless it is a text frame without valid UTF-8."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(b"".join(self.frames)):
            self.conn.fail(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    # uvicorn calls it an error of the application to send while the connection is being closed, and to have refused a
    # handshake with an answer.
    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application; raise ClientDisconnected when the connection is closed."""
        # Before the answer came frames that cannot be read, or the client left; uvicorn accepts without a word then.
        is_accepting = message["type"] == "websocket.accept"
        if not self.handshake_complete and (self.close_sent or (self.transport.is_closing() and not is_accepting)):
            raise ClientDisconnected
        try:
            await super().send(message)
        except RuntimeError:
            if not self.close_sent:
                raise
            raise ClientDisconnected from None
        # uvicorn takes a handshake that was refused with a body for one that was not answered.
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def _close(self, seconds: float) -> None:
        """Send the close frame and the end of the stream, and wait so many seconds for the client's."""
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
        with suppress(OSError):  # the client closed it a moment ago
            self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            if self._turn is None:
                self.transport.resume_reading()

    def _end_after(self, seconds: float) -> None:
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        """End the connection, and drop what the client has not taken by now."""
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
