"""Responses over HTTP that last: each result is sent as it comes.

Strawberry's streaming responses give each client an execution of its own, and know neither shared channels, a notice
when the server stops, nor a refusal as the last item.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeAlias

import orjson
from starlette.types import Message, Receive, Scope, Send

from resolvers.execution.access.gate import Gate
from resolvers.execution.access.rights import ANYBODY
from resolvers.execution.errors import ErrorCode, is_being_cancelled
from resolvers.streams.operation import StreamedResults, code_of, is_refusal, payload_of
from resolvers.streams.sink import FlowControl, Sink
from resolvers.transports.framing import StreamFraming
from resolvers.transports.scope import flow_of
from runindex.domain.errors import UnavailableError

NOTICE_SECONDS: Final = 2.0
# The time that a server which stops gives to queries and mutations; a subscription resumes elsewhere from its cursor.
GRACE_SECONDS: Final = 6.0

log: Final = logging.getLogger(__name__)
# What ends a stream whose caller is let in no longer.
ENDED: Final = "the token has expired, or is revoked"
UNAUTHENTICATED: Final = orjson.dumps(
    {"errors": [{"message": ENDED, "extensions": {"code": ErrorCode.UNAUTHENTICATED}}]}
)
# Errors that another try may not meet.
TRANSIENT: Final = frozenset({UnavailableError.code, ErrorCode.TIMEOUT, ErrorCode.INTERNAL})


class Payload(NamedTuple):
    """A result as JSON, and its cursor, if it has one; `is_transient` tells that it ends a stream which may go on."""

    json: bytes
    cursor: str = ""
    is_transient: bool = False


Payloads: TypeAlias = AsyncGenerator[Payload, None]


async def payloads(items: StreamedResults) -> Payloads:
    """Yield results as JSON; a refusal is the last one, and has no `data`."""
    async with aclosing(items) as closing:
        async for result, cursor in closing:
            payload = payload_of(result)
            if is_refusal(result):
                yield Payload(orjson.dumps({"errors": payload["errors"]}), is_transient=code_of(result) in TRANSIENT)
                return
            yield Payload(orjson.dumps(payload), cursor)


async def answered(source: Payloads, broken_off: bytes) -> Payloads:
    """Yield the payloads of a mutation, and a last one if it breaks off: a client would send it again otherwise."""
    try:
        async with aclosing(source) as closing:
            async for payload in closing:
                yield payload
    except Exception:
        log.exception("internal error")
    except asyncio.CancelledError:
        if is_being_cancelled():
            raise
    else:
        return
    yield Payload(broken_off)


async def refused(body: object) -> Payloads:
    """Yield the body of a refusal."""
    yield Payload(orjson.dumps(body))


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """Sends payloads until there are no more, the client is gone, or the server stops; then closes their source.

    `open_source` is given a sink, to which the source may send items directly. The next payload is taken from the
    source when the last one was sent, so nothing is kept for a slow client. When `stop` is set, the source has `grace`
    seconds to end by itself, and the client then `notice_seconds` to take the shutdown notice. `broken_off` is what a
    client has to be told in place of that notice, if it must not open the stream again. `admission` gives a future
    that is done when the caller is let in no longer.
    """

    framing: StreamFraming
    open_source: Callable[[Sink], Payloads]
    heartbeat_seconds: float
    stop: asyncio.Event
    admission: Callable[[], AbstractContextManager[asyncio.Future[None]]] = field(
        default_factory=lambda: lambda: Gate().stream(ANYBODY)
    )
    grace: float = 0.0
    broken_off: bytes | None = None
    notice_seconds: float = NOTICE_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond."""
        flow = flow_of(scope)
        source = self.open_source(
            Sink(
                flow,
                lambda payload, cursor: _complete(send(_body(self.framing.encode_next(payload, cursor)))),
                lambda cursor: _complete(send(_body(self.framing.encode_cursor(cursor)))),
            )
        )
        headers = [(name.lower().encode(), value.encode()) for name, value in self.framing.headers.items()]
        await send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": headers})
        await send(_body(self.framing.opening))
        with self.admission() as ended:
            items = asyncio.create_task(self._send_items(source, send))
            heartbeats = asyncio.create_task(self._send_heartbeats(send))
            gone, stopping = asyncio.create_task(_disconnect(receive)), asyncio.create_task(self._stopping())
            await _first_of(items, heartbeats, gone, stopping, ended)
        if not items.cancelled():
            items.result()
        elif not heartbeats.cancelled():
            heartbeats.result()
        elif gone.cancelled():
            notice = self.framing.shutdown_notice
            last = self.broken_off or (None if ended.cancelled() else UNAUTHENTICATED)
            if last is not None:
                notice = self.framing.encode_next(last) + self.framing.complete
            await self._send_notice(notice, flow, receive, send)

    async def _send_notice(self, notice: bytes, flow: FlowControl | None, receive: Receive, send: Send) -> None:
        # A client that takes nothing any more must not hold up the server's end.
        try:
            async with asyncio.timeout(self.notice_seconds):
                await send(_body(notice, more=False))
        except TimeoutError:
            if flow is not None:
                flow.abort()
                await _disconnect(receive)

    async def _send_items(self, source: Payloads, send: Send) -> None:
        end = self.framing.complete
        async with aclosing(source) as closing:
            async for payload in closing:
                await send(_body(self.framing.encode_next(payload.json, payload.cursor)))
                if payload.is_transient:
                    end = self.framing.broken_off
        await send(_body(end, more=False))

    async def _stopping(self) -> None:
        await self.stop.wait()
        await asyncio.sleep(self.grace)

    async def _send_heartbeats(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_seconds)
            await send(_body(self.framing.heartbeat))


async def _first_of(*tasks: asyncio.Future[Any]) -> None:
    """Return when one of the tasks has ended, and cancel the others."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # retrieved, so that asyncio does not log it; the caller raises what matters


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
    raise RuntimeError("the server waits, though writing is not paused")
