"""Responses over HTTP that last: each result is sent as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final, Protocol

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from strawberry.types.graphql import OperationType

from resolvers.streams.payloads import Results, is_refusal, payload_of
from resolvers.streams.sink import Flow, Sink, flow_of
from resolvers.transports.event_stream import EventStream
from resolvers.transports.multipart import Multipart
from resolvers.transports.negotiation import ANY_JSON, MediaRange, media_ranges

FAREWELL_SECONDS: Final = 2.0
# What a server that stops gives to queries and mutations; a subscription goes on from its cursor elsewhere.
WORK_SECONDS: Final = 6.0


class StreamFraming(Protocol):
    """How results are framed: `opening`, then items and beats, then `completion`, or `farewell` when the server stops.

    A beat means nothing but that the connection lives.
    """

    headers: Mapping[str, str]
    opening: bytes
    beat: bytes
    completion: bytes
    farewell: bytes

    def is_named(self, media_range: MediaRange) -> bool:
        """Tell whether a caller accepts this form."""
        ...

    def item(self, payload: bytes) -> bytes:
        """Frame a result."""
        ...


EVENT_STREAM: Final[StreamFraming] = EventStream()
MULTIPART: Final[StreamFraming] = Multipart()


def may_stream(headers: Headers) -> bool:
    """Tell whether any form is accepted."""
    return wanted_form(headers, OperationType.SUBSCRIPTION) is not None


def wanted_form(headers: Headers, operation: OperationType | None) -> StreamFraming | None:
    """Return the form in which an operation's results are wanted, None for a plain response.

    A subscription takes any form that is accepted at all. Events carry other operations too, to whom likes them best.
    """
    is_subscription = operation is OperationType.SUBSCRIPTION
    for media_range in media_ranges(headers):
        if EVENT_STREAM.is_named(media_range):
            return EVENT_STREAM
        if is_subscription and MULTIPART.is_named(media_range):
            return MULTIPART
        if not is_subscription and media_range.name in ANY_JSON:
            return None
    return None


async def payloads(results: Results) -> AsyncGenerator[bytes, None]:
    """Yield results as JSON; what ends an operation is in the last one, which has no `data`."""
    async with aclosing(results) as shown:
        async for result in shown:
            payload = payload_of(result)
            if is_refusal(result):
                yield orjson.dumps({"errors": payload["errors"]})
                return
            yield orjson.dumps(payload)


class StreamedResponse:
    """Sends payloads until there are no more, the client is gone, or the server stops; then lets go of their source.

    Nothing is kept for a client that reads slowly: the next payload is asked for when the last one was taken.
    """

    def __init__(
        self,
        form: StreamFraming,
        begin: Callable[[Sink], AsyncGenerator[bytes, None]],
        *,
        beat_seconds: float,
        stop: asyncio.Event,
        patience: float = 0.0,
    ) -> None:
        """Make a response of the source that begins with an outlet, past which it may send items too.

        When `stop` is set it has `patience` seconds to end by itself.
        """
        self._form = form
        self._begin = begin
        self._beat_seconds = beat_seconds
        self._stop = stop
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond."""
        flow = flow_of(scope)
        source = self._begin(Sink(flow, lambda payload: _complete(send(self._message_of(payload)))))
        headers = [(name.lower().encode(), value.encode()) for name, value in self._form.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(_body(self._form.opening))
        items, beats = asyncio.create_task(self._send_items(source, send)), asyncio.create_task(self._send_beats(send))
        gone, stop = asyncio.create_task(_disconnect(receive)), asyncio.create_task(self._time_to_stop())
        await _first_of(items, beats, gone, stop)
        if not items.cancelled():
            items.result()
        elif not beats.cancelled():
            beats.result()
        elif gone.cancelled():
            await self._take_leave(flow, receive, send)

    async def _take_leave(self, flow: Flow | None, receive: Receive, send: Send) -> None:
        # A client that takes nothing any more must not hold up the server's end.
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await send(_body(self._form.farewell, more=False))
        except TimeoutError:
            if flow is not None:
                flow.give_up()
                await _disconnect(receive)

    def _message_of(self, payload: bytes) -> Message:
        return _body(self._form.item(payload))

    async def _send_items(self, source: AsyncGenerator[bytes, None], send: Send) -> None:
        async with aclosing(source) as payloads_:
            async for payload in payloads_:
                await send(self._message_of(payload))
        await send(_body(self._form.completion, more=False))

    async def _time_to_stop(self) -> None:
        await self._stop.wait()
        await asyncio.sleep(self._patience)

    async def _send_beats(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            await send(_body(self._form.beat))


async def _first_of(*tasks: asyncio.Task[Any]) -> None:
    """Return when one of the tasks has ended, and with it all of them."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # is looked at, or else does not matter any more


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


def _complete(sending: Awaitable[None]) -> None:
    """Run a coroutine that waits for nothing, without a task of its own."""
    try:
        next(sending.__await__())
    except StopIteration:
        return
    message = "the server waits, though it said that the client takes what is sent"
    raise RuntimeError(message)
