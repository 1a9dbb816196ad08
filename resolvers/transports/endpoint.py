"""The API over HTTP and WebSocket."""

import asyncio
import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Final, TypeVar

from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.types.graphql import OperationType

from resolvers.execution.access.rights import ANYBODY, check_operation
from resolvers.execution.errors import legible
from resolvers.streams.delivery import results_of
from resolvers.streams.operation import Operation
from resolvers.streams.sink import Sink
from resolvers.transports import graphiql
from resolvers.transports.framing import COMPLETED, EVENT_STREAM, last_event_id_of, may_stream, wanted_framing
from resolvers.transports.requests.negotiation import PRIVATE, wanted_media_type, wants_page
from resolvers.transports.requests.operations import BY_POST, OVER_POST
from resolvers.transports.requests.presence import WhilePresent
from resolvers.transports.requests.reading import read_body
from resolvers.transports.requests.refusals import (
    OUTCOME_UNKNOWN,
    RefusedRequestError,
    failure,
    outcome_unknown,
    refusing,
    wrote,
)
from resolvers.transports.scope import CALLER
from resolvers.transports.streaming import GRACE_SECONDS, Payloads, StreamedResponse, answered, payloads, refused
from resolvers.transports.view import View

log: Final = logging.getLogger(__name__)
A = TypeVar("A")


class Endpoint(View):
    """Serves the API on the index that the application keeps in `state.index`.

    Streams over HTTP end when the application sets the event in `state.going_away`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or serve a socket."""
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        with self.bodies.receiving(scope, receive) as body:
            try:
                response = await self._respond(Request(scope, body))
            except ClientDisconnect:
                return
            await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        if self._page and wants_page(request.method, request.headers):
            return graphiql.page()
        is_head = request.method == "HEAD"
        # Answered as GET is; the server leaves out the body.
        executed = Request({**request.scope, "method": "GET"}, request.receive) if is_head else request

        async def respond() -> ASGIApp:
            await self._admit(executed, request.headers.get("authorization"))
            return await self._streamed(executed, is_head=is_head) or await self.run(executed)

        return await self._guarded(respond(), executed)

    async def answer(self, request: Request, body: bytes, authorization: str | None) -> bytes | ASGIApp:
        """Answer a request that was posted with a body, and awaits one answer: return its text, or what sends it.

        Raise ClientDisconnect for one that its client no longer awaits.
        """
        return await self._guarded(self._answer(request, body, authorization), request)

    async def _answer(self, request: Request, body: bytes, authorization: str | None) -> bytes | ASGIApp:
        await self._admit(request, authorization)
        data = read_body(body, self.persisted)
        context = self.context_of(request)
        with WhilePresent(request.scope, lambda: not context.submitted):
            answer = await self.compiled(data, context, OVER_POST)
        return await self.run(request) if answer is None else answer.body

    async def _admit(self, request: Request, authorization: str | None) -> None:
        if self.gate.is_open:
            request.scope[CALLER] = ANYBODY
            return
        with refusing():
            request.scope[CALLER] = await self.gate.admit(authorization)

    async def _guarded(self, answering: Awaitable[A], request: Request) -> A | ASGIApp:
        """Return an answer, or what answers that there is none."""
        try:
            return await answering
        except ClientDisconnect:
            raise
        except RefusedRequestError as error:
            refusal = error
        except HTTPException as error:
            refusal = RefusedRequestError(error.reason, HTTPStatus(error.status_code))
        except Exception as error:
            log.exception("internal error")
            if wrote(request):
                return outcome_unknown(request.headers)
            refusal = failure(error)
        except asyncio.CancelledError:
            # The server stops, say. A client that learns nothing would send the mutation again.
            if not wrote(request):
                raise
            return outcome_unknown(request.headers)
        return self.refused(request, refusal)

    def refused(self, request: Request, refusal: RefusedRequestError) -> ASGIApp:
        """Return the answer to a request that is not executed."""
        status = refusal.status_code
        body = {"errors": [{"message": legible(refusal.reason), "extensions": refusal.extensions}]}
        # A browser shows the events of a stream to its page, and nothing else.
        if status == HTTPStatus.OK and wanted_framing(request.headers, None) is EVENT_STREAM:
            return StreamedResponse(
                EVENT_STREAM,
                lambda _: refused(body),
                heartbeat_seconds=self._timings.heartbeat,
                stop=request.app.state.going_away,
                grace=GRACE_SECONDS,
                admission=lambda: self.gate.stream(request.scope[CALLER]),
            )
        headers = {**PRIVATE, **refusal.headers}
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = "GET, HEAD, POST"
        return Response(self.encode_json(body), status, headers, wanted_media_type(request.headers))

    async def _streamed(self, request: Request, *, is_head: bool) -> ASGIApp | None:
        """Return a streamed response if one is wanted, None otherwise; for HEAD, only its headers."""
        adapter = self.request_adapter_class(request)
        if not (may_stream(request.headers) and self.is_request_allowed(adapter)):
            return None
        last_event_id = last_event_id_of(request.headers)
        if last_event_id == COMPLETED:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=PRIVATE)
        data = await self.parse_http_body(adapter)
        query, name = data.query or "", data.operation_name
        kind = self.documents.operation_type(query, name)
        framing = wanted_framing(request.headers, kind)
        if framing is None:
            return None
        if request.method == "GET" and kind is OperationType.MUTATION:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, BY_POST)
        context = self.context_of(request)
        with refusing():
            check_operation(context.scope, kind)
        if is_head:
            return StreamingResponse((), headers=framing.headers)
        operation = Operation(self.schema, self.documents, context, query, name, data.variables, last_event_id)
        is_mutation = kind is OperationType.MUTATION

        def open_source(sink: Sink) -> Payloads:
            source = payloads(results_of(operation, self.channels, self.conflated, sink))
            return answered(source, OUTCOME_UNKNOWN) if is_mutation else source

        return StreamedResponse(
            framing,
            open_source,
            heartbeat_seconds=self._timings.heartbeat,
            stop=request.app.state.going_away,
            grace=0.0 if kind is OperationType.SUBSCRIPTION else GRACE_SECONDS,
            broken_off=OUTCOME_UNKNOWN if is_mutation else None,
            admission=lambda: self.gate.stream(request.scope[CALLER]),
        )
