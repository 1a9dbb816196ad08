"""Responses over HTTP that last: each result is sent as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final, Protocol, cast

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from strawberry.http import GraphQLRequestData
from strawberry.schema import BaseSchema
from strawberry.types.graphql import OperationType

from resolvers.accept import ANY_JSON, MediaRange, media_ranges
from resolvers.channels import Results, is_refusal, payload_of
from resolvers.context import Context
from resolvers.event_stream import EventStream
from resolvers.multipart import Multipart

FAREWELL_SECONDS: Final = 2.0


class Form(Protocol):
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


EVENT_STREAM: Final[Form] = EventStream()
MULTIPART: Final[Form] = Multipart()


def may_stream(headers: Headers) -> bool:
    """Tell whether any form is accepted."""
    return wanted_form(headers, OperationType.SUBSCRIPTION) is not None


def wanted_form(headers: Headers, operation: OperationType | None) -> Form | None:
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


async def payloads(schema: BaseSchema, asked: GraphQLRequestData, context: Context) -> AsyncGenerator[bytes, None]:
    """Execute any operation and yield its results as JSON; what ends it is in the last one, which has no `data`."""
    results = await schema.stream(
        asked.query,
        variable_values=asked.variables,
        context_value=context,
        operation_name=asked.operation_name,
    )
    async with aclosing(cast("Results", results)) as shown:
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
        self, form: Form, source: AsyncGenerator[bytes, None], *, beat_seconds: float, stop: asyncio.Event
    ) -> None:
        """Make a response of a source that has not begun."""
        self._form = form
        self._source = source
        self._beat_seconds = beat_seconds
        self._stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond."""
        del scope
        headers = [(name.lower().encode(), value.encode()) for name, value in self._form.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(_body(self._form.opening))
        items, gone = asyncio.create_task(self._send_items(send)), asyncio.create_task(_disconnect(receive))
        await _first_of(
            items, gone, asyncio.create_task(self._send_beats(send)), asyncio.create_task(self._stop.wait())
        )
        if not gone.cancelled():
            return
        last = self._form.farewell if items.cancelled() else items.result()
        # A client that takes nothing any more must not hold up the server's end.
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS if items.cancelled() else None):
                await send(_body(last, more=False))

    async def _send_items(self, send: Send) -> bytes:
        async with aclosing(self._source) as source:
            async for payload in source:
                await send(_body(self._form.item(payload)))
        return self._form.completion

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


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}
