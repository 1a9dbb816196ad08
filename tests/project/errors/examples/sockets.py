"""Examples of close codes, and of what streams answer."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Any, Final

import websockets

from tests.project.errors.server import PATIENCE, USUAL, Server, Servers, serving
from tests.project.errors.shown import Make, Shown, json_text
from tests.support.servers.wire import Wire

INIT: Final = '{"type": "connection_init"}'
LIVE: Final = "subscription { runChanges { cursor } }"
HANDSHAKE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
CLOSE: Final = 0x88


def subscribe(operation: str, document: str) -> str:
    """Return the message that begins an operation."""
    return json.dumps({"id": operation, "type": "subscribe", "payload": {"query": document}})


async def events_of(server: Server, document: str, variables: Mapping[str, Any]) -> Shown:
    """Show an operation as an event stream that ends by itself."""
    body = {"query": document, "variables": dict(variables)}
    answer = await server.http.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    lines = [line for line in answer.text.splitlines() if line.startswith(("event: ", "data: {"))]
    shown = [f"data: {json_text(json.loads(line[6:]))}" if line.startswith("data: ") else line for line in lines]
    request = "\n".join(["POST /graphql", "Accept: text/event-stream", "", json_text(body)])
    return Shown(request, "\n".join([f"{HTTPStatus(answer.status_code)} OK", "", *shown]), answer.status_code)


async def closing(socket: websockets.ClientConnection, shown: str) -> Shown:
    """Wait for the server to close a socket."""
    async with asyncio.timeout(PATIENCE):
        await socket.wait_closed()
    return Shown(shown, f"{socket.close_code} {socket.close_reason}".strip(), socket.close_code or 0)


def sending(*messages: str, protocol: str = "graphql-transport-ws", small: bool = False) -> Make:
    async def make(servers: Servers) -> Shown:
        async with (servers.small if small else servers.usual).socket(protocol) as socket:
            for message in messages:
                await socket.send(message)
            return await closing(socket, "\n".join(messages) or "(nothing)")

    return make


def writing(data: bytes, shown: str) -> Make:
    async def make(servers: Servers) -> Shown:
        async with servers.usual.socket() as socket:
            socket.transport.write(data)
            return await closing(socket, shown)

    return make


async def another_protocol(servers: Servers) -> Shown:
    async with servers.usual.socket("graphql-ws") as socket:
        return await closing(socket, "Sec-WebSocket-Protocol: graphql-ws")


async def no_pongs(servers: Servers) -> Shown:
    wire = await Wire.open(servers.small.port)
    wire.writer.write(HANDSHAKE)
    await wire.head()
    wire.writer.write(bytes((0x81, 0x80 | len(INIT), 0, 0, 0, 0)) + INIT.encode())
    async with asyncio.timeout(PATIENCE):
        while (await wire.reader.readexactly(1))[0] != CLOSE:
            await wire.reader.readexactly((await wire.reader.readexactly(1))[0])
        payload = await wire.reader.readexactly((await wire.reader.readexactly(1))[0])
    wire.writer.close()
    code = int.from_bytes(payload[:2])
    return Shown(f"{INIT}\n(and no answers to pings)", f"{code} {payload[2:].decode()}".strip(), code)


async def stopping(servers: Servers) -> Shown:
    del servers
    messages = [INIT, subscribe("1", LIVE)]
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(USUAL))
        async with server.socket() as socket:
            for message in messages:
                await socket.send(message)
            await socket.recv()
            stop = asyncio.create_task(stack.aclose())
            shown = await closing(socket, "\n".join(messages))
        await stop
    return shown
