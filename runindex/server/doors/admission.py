"""Admission: how many requests are executed at a time, how many wait, and how many sockets and operations are open."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.execution.errors import ErrorCode
from resolvers.transports.framing import may_stream
from resolvers.transports.requests.refusals import RefusedRequestError
from resolvers.transports.scope import ADMISSION, FLOW, MAKE_ROOM
from runindex.domain.errors import UnavailableError
from runindex.server.doors.callers import Counts, caller_by_address
from runindex.server.doors.doors import PROBES
from runindex.server.doors.pace import Pace
from runindex.server.doors.turns import SLOW_SECONDS, CallerConnection, CrowdedError, Place, Turns
from runindex.settings.connection_limits import ConnectionLimits

# Names the caller of a scope with an `Authorization` header.
CallerOf: TypeAlias = Callable[[Scope, str | None], str]
RETRY: Final = {"Retry-After": "1"}
STREAMS: Final = ("text/event-stream", "multipart/mixed")
# A refusal takes between 0.5 and 2 s, each another time: for clients that come again at once, or all together, the
# server would do nothing else.
REFUSAL_SECONDS: Final = (0.5, 1.5)
GOLDEN_RATIO: Final = 0.618


class Admission:
    """Bounds requests, sockets and operations, and gives each caller its turn; probes always pass."""

    def __init__(self, app: ASGIApp, limits: ConnectionLimits, caller_of: CallerOf = caller_by_address) -> None:
        """Serve an application within limits; `caller_of` names the caller of a scope."""
        self._app = app
        self.caller_of = caller_of
        self._connections: WeakKeyDictionary[object, CallerConnection] = WeakKeyDictionary()
        self._refusals = 0
        self.limits = limits
        self.turns = Turns(limits.requests, limits.waiting)
        self.sockets = Counts(limits.sockets, limits.sockets_per_caller, "sockets and streams", "RUNINDEX_MAX_SOCKETS")
        self.operations = Counts(
            limits.subscriptions, limits.subscriptions_per_caller, "operations", "RUNINDEX_MAX_SUBSCRIPTIONS"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or a socket on, or refuse it."""
        if scope["type"] == "lifespan" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        caller = self.caller_of(scope, Headers(scope=scope).get("authorization"))
        is_socket = scope["type"] == "websocket"
        if is_socket or may_stream(Headers(scope=scope)):
            refusal = self.sockets.refusal(caller)
            if refusal is not None:
                await _refuse(scope, receive, send, refusal)
                return
        if is_socket:
            scope[ADMISSION] = SocketAdmission(self, caller, self.connection_of(scope))
            with self.sockets.counting(caller):
                await self._app(scope, receive, send)
        else:
            await _Request(self, caller, scope, receive, send).serve(self._app)

    async def hold_up(self) -> None:
        """Wait before a refusal."""
        self._refusals += 1
        shortest, more = REFUSAL_SECONDS
        await asyncio.sleep(shortest + more * (self._refusals * GOLDEN_RATIO % 1))

    def connection_of(self, scope: Scope) -> CallerConnection:
        """Return what is known of a request's connection; a server that names none has one for each request."""
        flow = scope.get(FLOW)
        if flow is None:
            return CallerConnection()
        return self._connections.setdefault(flow, CallerConnection())


class SocketAdmission:
    """The part of one WebSocket."""

    def __init__(self, door: Admission, caller: str, connection: CallerConnection) -> None:
        """Admit the operations of a caller's socket."""
        self._door = door
        self._caller = caller
        self._connection = connection
        self._pace = Pace(door.limits.operations)

    @property
    def refusal(self) -> str | None:
        """Return why no further operation may be opened, None while one may."""
        return self._door.operations.refusal(self._caller)

    async def pace(self) -> None:
        """Return once the socket may begin another operation."""
        seconds = self._pace.wait(asyncio.get_running_loop().time())
        if seconds:
            await asyncio.sleep(seconds)

    @asynccontextmanager
    async def operation(self, *, lasts: bool) -> AsyncIterator[None]:
        """Count an operation while the context lasts, and enter it when its turn comes.

        One that `lasts` gives its place to another soon.
        """
        turns = self._door.turns
        with self._door.operations.counting(self._caller):
            place = await turns.take(self._caller, self._connection, is_bounded=False)
            timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, turns.leave, place) if lasts else None
            try:
                yield
            finally:
                turns.leave(place)
                if timer is not None:
                    timer.cancel()


class _Request:
    """One request: takes its place once its body is there, and leaves it with its answer.

    A body that is still on its way holds no place, for its sender may take a minute, and an answer none, for its reader
    may. A stream leaves it soon after its begin.
    """

    def __init__(self, door: Admission, caller: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._door = door
        self._caller = caller
        self._scope = scope
        self._receive_part = receive
        self._send_part = send
        self._place: Place | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_read = False
        self._open = ExitStack()

    async def serve(self, app: ASGIApp) -> None:
        """Serve the request."""
        headers = Headers(scope=self._scope)
        with self._open:
            try:
                if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
                    await self._take_place()
                if self._is_left():
                    await self._disconnect()
                else:
                    await app(self._scope, self._receive, self._send)
            except RefusedRequestError as refusal:
                await _refuse(self._scope, self._receive_part, self._send_part, refusal.reason)
            finally:
                self._leave()

    async def _receive(self) -> Message:
        message = await self._receive_part()
        if message["type"] == "http.request" and not message.get("more_body", False) and not self._is_read:
            self._is_read = True
            if self._place is None:
                await self._take_place()
                if self._is_left():
                    return await self._disconnect()
        return message

    async def _disconnect(self) -> Message:
        """Return the message that the connection, which is being closed, is closed."""
        while (message := await self._receive_part())["type"] != "http.disconnect":
            pass
        return message

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=list(message["headers"])).get("content-type", "").startswith(STREAMS):
                self._open.enter_context(self._door.sockets.counting(self._caller))
                self._timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, self._leave)
            else:
                self._leave()
        await self._send_part(message)

    async def _take_place(self) -> None:
        try:
            self._place = await self._door.turns.take(self._caller, self._door.connection_of(self._scope))
            self._scope[MAKE_ROOM] = partial(self._door.turns.make_room, self._place)
        except CrowdedError:
            await self._door.hold_up()
            raise RefusedRequestError(
                "too many requests wait (RUNINDEX_MAX_WAITING): send again later",
                HTTPStatus.SERVICE_UNAVAILABLE,
                ErrorCode.UNAVAILABLE,
                RETRY,
            ) from None

    def _is_left(self) -> bool:
        """Tell whether the client hung up while it waited: nothing is executed for nobody."""
        flow = self._scope.get(FLOW)
        return flow is not None and getattr(flow, "is_closing", False)

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._place is not None:
            place, self._place = self._place, None
            self._is_read = True
            self._door.turns.leave(place)


async def _refuse(scope: Scope, receive: Receive, send: Send, message: str) -> None:
    """Answer that there is no room; a WebSocket is refused before its upgrade."""
    body = {"errors": [{"message": message, "extensions": {"code": UnavailableError.code}}]}
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1013})
        return
    headers = RETRY | {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    await JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, headers)(scope, receive, send)
