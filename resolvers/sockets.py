"""The API over a WebSocket: graphql-transport-ws as its specification says.

Strawberry's handler crashes on some malformed messages, closes the whole socket on a mistake in one document, and sends
no `error` for a stream that fails; what differs is here.
"""

import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import Final, Protocol, TypeGuard, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage

from resolvers.asking import asked_changes
from resolvers.channels import Channels, Member, Results, Send, is_refusal, payload_of
from resolvers.context import Context
from resolvers.documents import DocumentCache
from resolvers.errors import ErrorCode, legible
from resolvers.places import Place
from runindex.domain.jsontext import is_plain_text

RAW_SEND: Final = "runindex.send"
LONGEST_REASON: Final = 123  # bytes, of a close frame
log: Final = logging.getLogger(__name__)
_TYPES: Final = ("connection_init", "ping", "pong", "subscribe", "complete")


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text frames, which is what the protocol asks for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message; raise WebSocketDisconnected when the client is gone."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    @property
    def raw_send(self) -> Send:
        """Return the server's own way to send, past all that keeps books of the socket."""
        send: Send = self.ws.scope[RAW_SEND]
        return send

    async def close(self, code: int, reason: str) -> None:
        """Close the socket with a reason that fits its frame."""
        await super().close(code, legible(reason).encode()[:LONGEST_REASON].decode(errors="ignore"))


class SharingView(Protocol):
    """What the sockets of one endpoint have in common."""

    channels: Channels
    documents: DocumentCache


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

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Execute an operation and send what comes of it; one that follows the log does so with others if it can."""
        place = Place()
        member = Member(operation.id, cast("TextSocket", self.websocket).raw_send)
        place.may_end = lambda position: self._join(operation, member, place, position)
        try:
            while await self._send_results(operation, self.context.at(place)):
                await member.stay()
                place.cursor = member.cursor
            if not operation.completed:
                await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception:
            log.exception("internal error")
            await operation.send_initial_errors(
                [GraphQLError("internal error", extensions={"code": ErrorCode.INTERNAL})]
            )
        finally:
            member.leave()

    async def _send_results(self, operation: Operation[Context, None], context: Context) -> bool:
        """Send results until they end; return whether that is because they now come from elsewhere."""
        results = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
        )
        async with aclosing(cast("Results", results)) as shown:
            async for result in shown:
                if is_refusal(result):
                    await operation.send_initial_errors(result.errors or [])
                    return False
                message = {"id": operation.id, "type": "next", "payload": payload_of(result)}
                await operation.send_operation_message(cast("Message", message))
        return context.place.has_ended

    def _join(self, operation: Operation[Context, None], member: Member, place: Place, position: int) -> bool:
        view = cast("SharingView", self.view)
        asked = asked_changes(view.documents.find(operation.query), operation, self.context, self.schema)
        place.has_ended = asked is not None and view.channels.join(asked, member, place.epoch, position)
        return place.has_ended


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
