"""uvicorn's HTTP protocol with flow control in the scope, deadlines for requests, and disconnects told to all cycles.

Written for uvicorn 0.54, of which it overrides internals: each override says why.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from resolvers.transports.scope import FLOW

# For a connection's first request, and for each that has begun, to arrive in full.
REQUEST_SECONDS: Final = 60.0
# For a request that has begun when the server stops.
STOPPING_SECONDS: Final = 1.0
REQUEST_TIMEOUT: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class AbortableFlow(FlowControl):
    """uvicorn's flow control, which can also abort the connection."""

    def abort(self) -> None:
        """Drop the connection, and what was not sent on it yet."""
        self._transport.abort()


class HttpProtocol(HttpToolsProtocol):
    """Lets the application know whether a client takes what is sent, and drops one that does not end its request."""

    request_seconds: float = REQUEST_SECONDS
    _cycles: tuple[RequestResponseCycle, ...] = ()  # those that are not answered in full
    _is_incomplete = True  # the request that arrives
    _deadline: asyncio.TimerHandle | None = None

    # uvicorn has no deadline for requests (Kludex/uvicorn#157): from here on the first one has.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self.flow = AbortableFlow(transport)
        self._start_deadline()

    # A deadline for the next request, once it begins (Kludex/uvicorn#157).
    def data_received(self, data: bytes) -> None:
        """Receive a part of a request."""
        super().data_received(data)
        if self._is_incomplete and self._deadline is None:
            self._start_deadline()

    # uvicorn keeps its flow control to itself.
    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_incomplete = True
        cast("MutableMapping[str, Any]", self.scope)[FLOW] = self.flow

    # The deadline was met (Kludex/uvicorn#157).
    def on_message_complete(self) -> None:
        """End a request; the next one has a deadline of its own."""
        super().on_message_complete()
        self._is_incomplete = False
        self._stop_deadline()

    # uvicorn knows only the last cycle of a pipeline.
    def on_headers_complete(self) -> None:
        """Begin to answer, or let the request wait behind the one that is being answered."""
        super().on_headers_complete()
        if self.cycle is not None:
            self._cycles = (*(cycle for cycle in self._cycles if not cycle.response_complete), self.cycle)

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

    # uvicorn would wait for a request that never ends (Kludex/uvicorn#157).
    def shutdown(self) -> None:
        """Close the connection once all is answered; a request that is incomplete has little time left."""
        super().shutdown()
        self.request_seconds = STOPPING_SECONDS
        if self._is_incomplete:
            self._start_deadline()

    def _start_deadline(self) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(self.request_seconds, self._time_out)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _time_out(self) -> None:
        if self.flow.read_paused or self.pipeline:  # the server holds the client up
            self._start_deadline()
            return
        if self._can_be_refused():
            self.transport.write(REQUEST_TIMEOUT)
        if self.transport.get_write_buffer_size():  # the client does not read either
            self.transport.abort()
        else:
            self.transport.close()

    def _can_be_refused(self) -> bool:
        """Tell whether all requests were answered but the incomplete one, and no answer to that has begun."""
        return all(not cycle.response_started if cycle.more_body else cycle.response_complete for cycle in self._cycles)
