"""The API over a WebSocket: graphql-transport-ws as its specification says.

Strawberry's handler crashes on some malformed messages, closes the whole socket on a mistake in one document, and sends
no `error` for a stream that fails; the overrides here differ in that, and share streams.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import ExitStack, aclosing, suppress
from typing import Any, Final, Protocol, TypeGuard, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation as SocketOperation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types.graphql import OperationType

from resolvers.execution.access.gate import Gate, UnauthenticatedError
from resolvers.execution.access.rights import ForbiddenError, check_operation
from resolvers.execution.context import Context
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.errors import ErrorCode, broken_off, is_being_cancelled, legible
from resolvers.streams.channels import Channels
from resolvers.streams.conflated import ConflatedChannels
from resolvers.streams.delivery import results_of
from resolvers.streams.operation import Operation, is_refusal, payload_of
from resolvers.streams.sink import Sink, writable
from resolvers.transports.requests.persisted_queries import EXTENSION, PersistedQueries
from resolvers.transports.requests.refusals import RefusedRequestError, refusing
from resolvers.transports.scope import PENDING, WRITE_TEXT, Pending, WriteText, admission_of, flow_of
from resolvers.transports.streaming import ENDED
from runindex.domain.errors import UnavailableError
from runindex.domain.json_text import is_plain_text
from runindex.domain.tokens import TokenScope

FORBIDDEN: Final = 4403
TRY_AGAIN_LATER: Final = 1013
LONGEST_REASON: Final = 123  # bytes, of a close frame
log: Final = logging.getLogger(__name__)
_TYPES: Final = ("connection_init", "ping", "pong", "subscribe", "complete")


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text frames, which is what the protocol asks for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message; raise WebSocketDisconnected when the client is gone."""
        # Encoded only when it can be sent: a message that waits is not held as text too.
        await writable(flow_of(self.ws.scope))
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    def sink(self, operation_id: str) -> Sink:
        """Return the sink of an operation, for items that are shared with others."""
        head = b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'
        write_text: WriteText = self.ws.scope.get(WRITE_TEXT, _nowhere)
        return Sink(flow_of(self.ws.scope), lambda payload, _: write_text(head + payload + b"}"))

    def add_pending(self, pending: Pending) -> None:
        """Have the server wait for pending operations before it stops."""
        registered: list[Pending] = self.ws.scope.get(PENDING, [])
        registered.append(pending)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket with a reason that fits its frame, unless it is closed or the client is gone."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            return
        with suppress(WebSocketDisconnect):
            await super().close(code, legible(reason).encode()[:LONGEST_REASON].decode(errors="ignore"))


class SharedView(Protocol):
    """The part of an endpoint, Strawberry's view, that its sockets share."""

    channels: Channels
    conflated: ConflatedChannels
    documents: DocumentCache
    persisted: PersistedQueries
    gate: Gate


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Serves the socket of one client."""

    async def handle(self) -> None:
        """Serve the socket until it is closed."""
        cast("TextSocket", self.websocket).add_pending(self._pending)
        with ExitStack() as self._admission:
            await super().handle()

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let the client in by the token of the message or of the handshake's headers, or close the socket."""
        if not self.connection_init_received and not self.connection_timed_out:
            gate = cast("SharedView", self.view).gate
            headers = cast("TextSocket", self.websocket).ws.headers
            try:
                caller = await gate.admit(_authorization(message.get("payload")) or headers.get("authorization"))
            except (UnauthenticatedError, ForbiddenError) as error:
                await self.websocket.close(FORBIDDEN, error.message)
                return
            except UnavailableError as error:
                await self.websocket.close(TRY_AGAIN_LATER, error.message)
                return
            self.context.actor, self.context.scope = caller.actor, caller.scope
            self._admission.enter_context(gate.stream(caller)).add_done_callback(self._expel)
        await super().handle_connection_init(message)

    def _expel(self, _ended: asyncio.Future[None]) -> None:
        self._expulsion = asyncio.create_task(self._end())  # kept, or it could be collected

    async def _end(self) -> None:
        """End all operations, of which a client that does not close its side would get more, and close the socket."""
        for operation_id in list(self.operations):
            await self.cleanup_operation(operation_id)
        if cast("TextSocket", self.websocket).ws.application_state is WebSocketState.CONNECTED:
            await self.websocket.close(FORBIDDEN, ENDED)

    async def handle_message(self, message: Message) -> None:
        """Handle a message; a malformed one closes the socket."""
        if _is_well_formed(message):
            if message["type"] == "connection_init" and message.get("payload") is None:
                message = {"type": "connection_init"}
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Invalid message")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, unless the socket carries too many, or its query is named by a hash and not known."""
        most, payload = self.max_subscriptions_per_connection, message["payload"]
        admission = admission_of(cast("TextSocket", self.websocket).ws.scope)
        await admission.pace()
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)  # which closes the socket
        elif most is not None and len(self.operations) >= most:
            reason = f"a socket carries at most {most} operations"
            await self._refuse(message, RefusedRequestError(reason, code=ErrorCode.LIMIT_EXCEEDED, limit=most))
        elif admission.refusal is not None:
            await self._refuse(message, RefusedRequestError(admission.refusal, code=ErrorCode.LIMIT_EXCEEDED))
        else:
            persisted = cast("SharedView", self.view).persisted
            try:
                query = persisted.query_of(payload.get("query"), payload.get("extensions")) or ""
                name = payload.get("operationName") or None
                if not self.context.scope.allows(TokenScope.WRITE):
                    with refusing():
                        check_operation(
                            self.context.scope, cast("SharedView", self.view).documents.operation_type(query, name)
                        )
            except RefusedRequestError as refusal:
                await self._refuse(message, refusal)
            else:
                await super().handle_subscribe(
                    {**message, "payload": {**payload, "query": query, "operationName": name}}
                )

    async def _refuse(self, message: SubscribeMessage, refusal: RefusedRequestError) -> None:
        error = GraphQLError(refusal.reason, extensions=dict(refusal.extensions))
        await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})

    async def run_operation(self, operation: SocketOperation[Context, None]) -> None:
        """Execute an operation and send its results."""
        documents, scope = cast("SharedView", self.view).documents, cast("TextSocket", self.websocket).ws.scope
        kind = documents.operation_type(operation.query, operation.operation_name)
        try:
            async with admission_of(scope).operation(lasts=kind is OperationType.SUBSCRIPTION):
                await self._send_results(operation)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception as error:
            log.exception("internal error")
            await self._break_off(operation, error)
        except asyncio.CancelledError as error:
            # A client that says `complete`, or leaves, has taken the operation out; a server that stops has not.
            is_owed = operation.id in self.operations and self._kind_of(operation) is OperationType.MUTATION
            if is_being_cancelled() and not is_owed:
                raise
            await self._break_off(operation, error)

    async def _break_off(self, operation: SocketOperation[Context, None], error: BaseException) -> None:
        message, code = broken_off(error, wrote=self._kind_of(operation) is OperationType.MUTATION)
        await operation.send_initial_errors([GraphQLError(message, extensions={"code": code})])

    def _kind_of(self, operation: SocketOperation[Context, None]) -> OperationType | None:
        return cast("SharedView", self.view).documents.operation_type(operation.query, operation.operation_name)

    async def _send_results(self, operation: SocketOperation[Context, None]) -> None:
        view, socket = cast("SharedView", self.view), cast("TextSocket", self.websocket)
        executed = Operation(
            self.schema, view.documents, self.context, operation.query, operation.operation_name, operation.variables
        )
        sink = socket.sink(operation.id)
        async with aclosing(results_of(executed, view.channels, view.conflated, sink)) as results:
            async for result, _ in results:
                if is_refusal(result):
                    await operation.send_initial_errors(result.errors or [])
                    return
                message = {"id": operation.id, "type": "next", "payload": payload_of(result)}
                await operation.send_operation_message(cast("Message", message))
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    def _pending(self) -> Collection[asyncio.Task[Any]]:
        """Return the queries and mutations in progress; subscriptions resume from their cursor."""
        return [
            operation.task
            for operation in self.operations.values()
            if operation.task is not None
            and not operation.task.done()
            and self._kind_of(operation) is not OperationType.SUBSCRIPTION
        ]


def _authorization(payload: object) -> str | None:
    """Return the header of a `connection_init`, under a key that is written in any case."""
    for key, value in payload.items() if isinstance(payload, dict) else ():
        if key.lower() == "authorization" and isinstance(value, str):
            return value
    return None


def _is_well_formed(message: object) -> TypeGuard[Message]:
    if not isinstance(message, dict) or message.get("type") not in _TYPES:
        return False
    kind, payload = message["type"], message.get("payload")
    if kind in {"subscribe", "complete"} and not _is_id(message.get("id")):
        return False
    if kind == "complete":
        return True
    if not isinstance(payload, dict):
        return payload is None and kind != "subscribe"
    return kind != "subscribe" or _is_operation(payload)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value != "" and is_plain_text(value)


def _is_operation(payload: Mapping[str, object]) -> bool:
    extensions = payload.get("extensions")
    is_persisted = isinstance(extensions, dict) and extensions.get(EXTENSION) is not None
    return (
        isinstance(payload.get("query"), str | None if is_persisted else str)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(extensions, dict | None)
    )


def _nowhere(text: bytes) -> None:
    raise RuntimeError(text)
