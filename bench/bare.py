"""A bare broadcast: what is posted goes as it is to every socket. No GraphQL, no log, no filter; what sending costs.

python -m bench.bare PORT
"""

import sys
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from runindex.protocols import WebSocketProtocol

SENDS: set[Any] = set()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Take in a socket, or send what is posted to all."""
    if scope["type"] == "websocket":
        await _hold(receive, send)
    elif scope["type"] == "http":
        text = (await Request(scope, receive).body()).decode()
        for each in tuple(SENDS):
            await each({"type": "websocket.send", "text": text})
        await Response(status_code=204)(scope, receive, send)


async def _hold(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
    await receive()
    await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
    await receive()
    await send({"type": "websocket.send", "text": '{"begun":true}'})
    SENDS.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    SENDS.discard(send)


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws=WebSocketProtocol,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
    )
