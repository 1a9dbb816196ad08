"""A bare broadcast: the body of a POST is sent to every socket. No GraphQL, log or filter; the cost of sending alone.

With `send` it is sent as by any ASGI application; with `write` it is framed once and written to each transport.

python -m bench.bare PORT send|write
"""

import asyncio
import sys
from typing import Any, Final

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake

from runindex.server.websocket_protocol import WebSocketProtocol

TRANSPORT: Final = "bench.transport"
SOCKETS: Final[dict[Send, asyncio.Transport]] = {}
WRITES: Final = sys.argv[2:] == ["write"]


class Protocol(WebSocketProtocol):
    """Gives the application its transport, to be written to directly."""

    def handle_connect(self, event: Handshake) -> None:
        """Open the connection."""
        super().handle_connect(event)
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope[TRANSPORT] = self.transport


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept a socket, or send a POST's body to all."""
    if scope["type"] == "websocket":
        await _hold(scope, receive, send)
    elif scope["type"] == "http":
        body = await Request(scope, receive).body()
        if WRITES:
            frame = Frame(Opcode.TEXT, body).serialize(mask=False)
            for transport in SOCKETS.values():
                transport.write(frame)
        else:
            text = body.decode()
            for each in tuple(SOCKETS):
                await each({"type": "websocket.send", "text": text})
        await Response(status_code=204)(scope, receive, send)


async def _hold(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
    await receive()
    await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
    await receive()
    await send({"type": "websocket.send", "text": '{"begun":true}'})
    SOCKETS[send] = scope[TRANSPORT]
    while (await receive())["type"] != "websocket.disconnect":
        pass
    del SOCKETS[send]


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws=Protocol,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
    )
