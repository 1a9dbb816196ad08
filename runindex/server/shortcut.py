"""The short way of usual requests: from the server's protocol to the endpoint, through no stack of middleware.

The same doors, bounds and turns hold for them. What is not usual goes the long way.
"""

from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.transports.endpoint import Endpoint
from resolvers.transports.requests.negotiation import PRIVATE
from resolvers.transports.requests.reading import replay
from resolvers.transports.scope import FLOW, MAKE_ROOM, SEND_WHOLE, SendWhole
from runindex.server.doors.admission import Admission
from runindex.server.doors.doors import Doors
from runindex.server.doors.turns import CrowdedError
from runindex.server.request_heads import RequestHeads, UsualHead


class Shortcut:
    """Answers usual requests, and passes all others on to the application."""

    def __init__(
        self, app: ASGIApp, paths: frozenset[str], endpoint: Endpoint, doors: Doors, admission: Admission
    ) -> None:
        """Take requests to the endpoint's paths, where the application has it too."""
        self._app = app
        self._paths = paths
        self._endpoint = endpoint
        self._doors = doors
        self._heads = RequestHeads(doors)
        headers = {**PRIVATE, "Vary": doors.vary}
        self._headers = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._paths:
            head = self._heads.read(scope)
            if head is not None and self._endpoint.bodies.has_room(head.length):
                await self._serve(head, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _serve(self, head: UsualHead, scope: Scope, receive: Receive, send: Send) -> None:
        bodies, body, crowded = self._endpoint.bodies, None, False
        bodies.held += head.length
        try:
            body = await _body(receive)
            if body is None:
                return
            answer = await self._answer(head, Request(scope, replay(body, receive)), body)
            if answer is None:
                await _disconnected(receive)
            elif isinstance(answer, bytes):
                await self._send(answer, head.media_type.encode(), scope, send)
            else:
                await self._doors.legible(answer)(scope, receive, send)
        except ClientDisconnect:
            return
        except CrowdedError:  # refused as all others are
            crowded = True
        finally:
            bodies.held -= head.length
        if crowded:
            await self._app(scope, replay(body or b"", receive), send)

    async def _answer(self, head: UsualHead, request: Request, body: bytes) -> bytes | ASGIApp | None:
        """Return the text of an answer, or what sends it, when its turn has come; None when its client has gone.

        Raise CrowdedError when too many wait, ClientDisconnect when its client goes meanwhile.
        """
        admission, flow = self._admission, request.scope.get(FLOW)
        caller = admission.caller_of(request.scope, head.authorization)
        place = await admission.turns.take(caller, admission.connection_of(request.scope))
        request.scope[MAKE_ROOM] = partial(admission.turns.make_room, place)
        try:
            if flow is not None and getattr(flow, "is_closing", False):
                return None
            return await self._endpoint.answer(request, body, head.authorization)
        finally:
            admission.turns.leave(place)

    async def _send(self, text: bytes, media_type: bytes, scope: Scope, send: Send) -> None:
        send_whole: SendWhole | None = scope.get(SEND_WHOLE)
        if send_whole is not None:
            await send_whole(self._headers, media_type, text)
            return
        headers = [*self._headers, (b"content-length", b"%d" % len(text)), (b"content-type", media_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None when the client hangs up before its end."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _disconnected(receive: Receive) -> None:
    """Return when the connection, which is being closed, is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
