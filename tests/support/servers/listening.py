"""A server in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn


class _Server(uvicorn.Server):
    """Sets an event when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[int]:
    """Serve in this event loop, on a port that the system chooses."""
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving
