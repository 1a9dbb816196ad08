"""The API over a WebSocket: graphql-transport-ws as its specification says.

Strawberry's handler crashes on some malformed messages, closes the whole socket on a mistake in one document, and sends
no `error` for a stream that fails; what differs is here.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final, TypeGuard

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
from strawberry.types import ExecutionResult

from resolvers.context import Context
from resolvers.errors import ErrorCode, legible
from runindex.domain.jsontext import is_plain_text

LONGEST_REASON: Final = 123  # bytes, of a close frame
_TYPES: Final = ("connection_init", "ping", "pong", "subscribe", "complete")


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text frames, which is what the protocol asks for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message; raise WebSocketDisconnected when the client is gone."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close the socket with a reason that fits its frame."""
        await super().close(code, legible(reason).encode()[:LONGEST_REASON].decode(errors="ignore"))


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Talks with one client."""

    async def handle_message(self, message: Message) -> None:
        """Handle a message; a malformed one ends the conversation."""
        if _is_well_formed(message):
            if message["type"] == "connection_init" and message.get("payload") is None:
                message = {"type": "connection_init"}
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Invalid message")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, unless there are too many."""
        most = self.max_subscriptions_per_connection
        if self.connection_acknowledged and most is not None and len(self.operations) >= most:
            error = GraphQLError(
                f"a socket carries at most {most} operations", extensions={"code": ErrorCode.LIMIT_EXCEEDED}
            )
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log an error of an operation; that its client is gone is none."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)

    async def _send_result_stream(
        self, operation: Operation[Context, None], result_source: AsyncGenerator[Any, None]
    ) -> None:
        result: ExecutionResult
        async for result in result_source:
            if result.data is None and result.errors and all(error.path is None for error in result.errors):
                # Not one event went wrong but the operation, which ends by this.
                await operation.send_initial_errors(result.errors)
                return
            await operation.send_next(result)


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
    return (
        isinstance(payload.get("query"), str)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("extensions"), dict | None)
    )
