"""uvicorn's HTTP protocol with flow control in the scope, deadlines and checks of requests, and every disconnect told.

Written for uvicorn 0.54, of which it overrides internals: each override says why.
"""

import asyncio
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from resolvers.transports.scope import FLOW, GONE, SEND_WHOLE
from runindex.server.response_cycle import HTTP_1_0, ResponseCycle, refusal_of_head, too_long, without_upgrade
from runindex.settings.connection_limits import ConnectionLimits

# For a connection's first request, and for each that has begun, to arrive in full.
REQUEST_SECONDS: Final = 60.0
# For a request that has begun when the server stops.
STOPPING_SECONDS: Final = 1.0
HEAD_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b"Cache-Control: no-store\r\nContent-Length: %d\r\n\r\n%s"
)
REQUEST_TIMEOUT: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


# Of what a client sends behind the answer that ends its connection, this is thrown away: if anything were left
# unread, the connection would be reset, and the client might never see the answer.
MOST_DISCARDED: Final = 10 * 1024 * 1024
# Bytes that are parsed at once: of a pipeline some hundred requests.
BYTES_AT_ONCE: Final = 8 * 1024
NO_SETTINGS: Final = ConnectionLimits()


class AbortableFlow(FlowControl):
    """uvicorn's flow control, which can also abort the connection, and end it on our side alone."""

    is_ended = False
    _discarded = 0

    @property
    def is_closing(self) -> bool:
        """Tell whether the connection is closed, or is being closed."""
        return self._transport.is_closing()

    def end(self) -> None:
        """End the connection on our side, and read what the client still sends."""
        self.is_ended = True
        self._transport.write_eof()
        self.resume_reading()

    def discard(self, data: bytes) -> None:
        """Throw away what the client still sends; close the connection when it is too much."""
        self._discarded += len(data)
        if self._discarded > MOST_DISCARDED:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection, and what was not sent on it yet."""
        self._transport.abort()


class HttpProtocol(HttpToolsProtocol):
    """Lets the application know whether a client takes what is sent, and drops one that does not end its request."""

    request_seconds: float = REQUEST_SECONDS
    flow: AbortableFlow
    _cycles: tuple[RequestResponseCycle, ...] = ()  # those that are not answered in full
    _received = b""  # what is being parsed
    _unread = b""  # what came behind requests that wait for an answer
    _is_incomplete = True  # the request that arrives
    _in_head = False
    _has_ended_one = False  # a request, in what is being parsed
    _head_size = 0
    _deadline: asyncio.TimerHandle | None = None

    # uvicorn has no deadline for requests (Kludex/uvicorn#157): from here on the first one has.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self.flow = AbortableFlow(transport)
        self._gone: set[Callable[[], None]] = set()
        self._start_deadline()

    # A deadline for the next request, once it begins (Kludex/uvicorn#157). uvicorn makes ready whatever has come: of a
    # pipeline thousands of requests, while others wait.
    def data_received(self, data: bytes) -> None:
        """Receive a part of a request, or several requests."""
        if self.flow.is_ended:
            self.flow.discard(data)
            return
        self._unread += data
        if not self.pipeline:
            self._read_unread()
        if self._unread:
            self.flow.pause_reading()

    def _read_unread(self) -> None:
        """Read what has come, but not behind a request that waits for others."""
        while self._unread and not self.pipeline:
            part, self._unread = self._unread[:BYTES_AT_ONCE], self._unread[BYTES_AT_ONCE:]
            self._read(part)
            if self._is_over():
                self._unread = b""

    def _is_over(self) -> bool:
        """Tell whether no more requests are read from the connection."""
        return self.flow.is_ended or self.transport.is_closing() or self.transport.get_protocol() is not self

    def _read(self, data: bytes) -> None:
        self._received = data
        self._has_ended_one = False
        super().data_received(data)
        if self._in_head and not self._has_ended_one:  # else a part of these bytes is of the head, and few are
            self._head_size += len(data)
            if self._head_size > self._limits.head:
                self._refuse_head()
                return
        if self._is_incomplete and self._deadline is None:
            self._start_deadline()

    # uvicorn has nothing left to read then.
    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        if self._unread:
            self.flow.pause_reading()
            if not self.pipeline:
                self.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if self.transport.is_closing() or self.pipeline or not self._unread:
            return
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self._read_unread()
        if self._unread:
            self.flow.pause_reading()

    # uvicorn keeps its flow control to itself.
    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_incomplete = self._in_head = True
        self._head_size = 0
        cast("MutableMapping[str, Any]", self.scope).update({FLOW: self.flow, GONE: self._gone})

    # The deadline was met (Kludex/uvicorn#157).
    def on_message_complete(self) -> None:
        """End a request; the next one has a deadline of its own."""
        if self._offers_upgrade():
            return
        super().on_message_complete()
        self._is_incomplete, self._has_ended_one = False, True
        self._stop_deadline()

    # uvicorn knows only the last cycle of a pipeline, answers in chunks whatever the version, and checks no head.
    def on_headers_complete(self) -> None:
        """Begin to answer, or let the request wait behind the one that is being answered."""
        self._in_head = False
        if self._offers_upgrade():
            return
        version = self.parser.get_http_version()
        self.app = refusal_of_head(version, self.headers, self._limits.head) or self.config.loaded_app
        super().on_headers_complete()
        if self.cycle is not None:
            cycle = self.cycle
            cycle.__class__ = ResponseCycle
            cast("MutableMapping[str, Any]", self.scope)[SEND_WHOLE] = cast("ResponseCycle", cycle).send_whole
            if version == HTTP_1_0:
                self.cycle.waiting_for_100_continue = False
            self._cycles = (*(cycle for cycle in self._cycles if not cycle.response_complete), self.cycle)

    def _offers_upgrade(self) -> bool:
        """Tell whether a request offers to go on in another protocol than HTTP/1.1 or WebSocket."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT" and not self._should_upgrade()

    # The parser takes all behind such a head for the other protocol, and uvicorn loses it: Java's HttpClient and
    # `curl --http2` offer HTTP/2 with every first request.
    def _unsupported_upgrade_warning(self) -> None:
        """Read a request that offers another protocol as one that does not."""
        upgrade = sys.exc_info()[1]
        if not self._offers_upgrade() or not isinstance(upgrade, httptools.HttpParserUpgrade):
            self.send_400_response("this server is no proxy")
            return
        head = without_upgrade(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers)
        (end,) = upgrade.args
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
        self._read(head + self._received[end:])

    # uvicorn would hand over the connection amid an answer.
    def handle_websocket_upgrade(self) -> None:
        """Make a WebSocket of the connection, unless an answer is still being sent on it."""
        self._is_incomplete = False
        self._stop_deadline()
        if all(cycle.response_complete for cycle in self._cycles):
            super().handle_websocket_upgrade()
        else:
            self.transport.abort()

    # uvicorn tells the last cycle alone; the first may be a stream, and would never know.
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all cycles that the client is gone."""
        super().connection_lost(exc)
        self._stop_deadline()
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()
        for end in tuple(self._gone):
            end()

    # uvicorn would wait for a request that never ends (Kludex/uvicorn#157).
    def shutdown(self) -> None:
        """Close the connection once all is answered; a request that is incomplete has little time left."""
        super().shutdown()
        self.request_seconds = STOPPING_SECONDS
        if self._is_incomplete:
            self._start_deadline()

    @property
    def _limits(self) -> ConnectionLimits:
        return getattr(self.config, "connection_limits", NO_SETTINGS)

    def _refuse_head(self) -> None:
        """Refuse a head that grows too long, and end the connection."""
        if self.transport.is_closing():
            return
        if not self._can_be_refused():
            self.transport.abort()
            return
        body = bytes(too_long(self._limits.head).body)
        self.transport.write(HEAD_TOO_LONG % (len(body), body))
        self.flow.end()
        self._start_deadline()

    def _start_deadline(self) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(self.request_seconds, self._time_out)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _time_out(self) -> None:
        if self.flow.read_paused or self.pipeline or self._unread:  # the server holds the client up
            self._start_deadline()
            return
        if self._can_be_refused() and not self.flow.is_ended:
            self.transport.write(REQUEST_TIMEOUT)
        if self.transport.get_write_buffer_size():  # the client does not read either
            self.transport.abort()
        else:
            self.transport.close()

    def _can_be_refused(self) -> bool:
        """Tell whether all requests were answered but the incomplete one, and no answer to that has begun."""
        return all(not cycle.response_started if cycle.more_body else cycle.response_complete for cycle in self._cycles)
