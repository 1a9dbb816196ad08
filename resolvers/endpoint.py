"""The API over HTTP and WebSocket."""

import json
from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from resolvers.context import Context, LogEpoch, Pace
from runindex.domain import jsontext
from runindex.index import RunIndex


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text frames, which is what the protocol asks for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message; raise WebSocketDisconnected when the client is gone."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error


class Endpoint(GraphQL[Context, None]):
    """Serves a schema on the index that the application keeps in `state.index`."""

    websocket_adapter_class = TextSocket

    def __init__(self, schema: BaseSchema, pace: Pace | None = None) -> None:
        """Serve at the given pace."""
        super().__init__(schema, graphql_ide=None, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
        self._pace = pace or Pace()
        self._epoch: LogEpoch | None = None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Give an operation, or a socket, its way to the index."""
        del response
        index: RunIndex = request.app.state.index
        if self._epoch is None or self._epoch.index is not index:
            self._epoch = LogEpoch(index)
        return Context(index, self._epoch, self._pace)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON with its numbers exact; raise JSONDecodeError for what is not JSON."""
        try:
            return jsontext.loads(data)
        except jsontext.JsonError as error:
            raise json.JSONDecodeError(str(error), "", 0) from error

    def encode_json(self, data: object) -> bytes:
        """Write JSON; what is JSON text already is spliced in."""
        return orjson.dumps(data)
