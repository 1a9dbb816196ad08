"""The index behind the server ends by itself: the process ends too, so that its supervisor starts it anew."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette

from runindex.server.process import Server
from tests.support.servers.ports import free_port


class Announcing(Server):
    """Sets an event when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._app.state.serving.set()


@asynccontextmanager
async def collapsing(app: Starlette) -> AsyncIterator[None]:
    """Fail as soon as the server serves."""

    async def fail() -> None:
        await app.state.serving.wait()
        raise RuntimeError("an inner task broke")

    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
        yield


@pytest.mark.asyncio
async def test_a_server_without_its_index_ends() -> None:
    app = Starlette(lifespan=collapsing)
    app.state.serving, app.state.going_away = asyncio.Event(), asyncio.Event()
    server = Announcing(uvicorn.Config(app, port=free_port(), log_config=None), app)
    async with asyncio.timeout(30):
        await server.serve()
    assert server.started
    assert server.collapsed
