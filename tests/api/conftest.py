"""The API on a store of each kind, over HTTP without a network and over WebSockets with one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias, cast

import httpx
import pytest
import pytest_asyncio
import websockets
from starlette.applications import Starlette

from persistence.memory.feed import MemoryFeed
from resolvers.execution.context import StreamTimings
from runindex.index import open_index
from runindex.ports.store import Store
from runindex.server.process import configured
from tests.support.api import Api, Socket, WatchedStore, application, endpoint_of
from tests.support.clock import StandingClock
from tests.support.servers.listening import listening

Connect: TypeAlias = Callable[..., Awaitable[websockets.ClientConnection]]
OpenSocket: TypeAlias = Callable[[], Awaitable[Socket]]


@pytest.fixture
def timings() -> StreamTimings:
    """Give streams short times; nothing waits for one to pass but what it is for."""
    return StreamTimings(idle=0.05, counts=0.05, heartbeat=0.05)


@pytest_asyncio.fixture
async def api(store: Store, clock: StandingClock, timings: StreamTimings) -> AsyncIterator[Api]:
    """Open the API on the store."""
    watched = WatchedStore(store)
    async with open_index(cast("Store", watched), MemoryFeed()) as index:
        app = application(index, timings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://runindex") as http:
            yield Api(index, watched, clock, http, endpoint_of(app))
        assert index.tailer.watches == 0


@pytest.fixture
def app(api: Api, timings: StreamTimings) -> Starlette:
    """Make an application on the API's index."""
    return application(api.index, timings)


@pytest_asyncio.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    """Serve the application."""
    async with listening(configured(app, port=0, lifespan="off")) as number:
        yield number


@pytest_asyncio.fixture
async def connect(port: int) -> AsyncIterator[Connect]:
    """Open connections to the served application."""
    async with AsyncExitStack() as stack:

        async def open_connection(protocol: str = "graphql-transport-ws") -> websockets.ClientConnection:
            opening = websockets.connect(
                f"ws://127.0.0.1:{port}/graphql", subprotocols=[websockets.Subprotocol(protocol)]
            )
            return await stack.enter_async_context(opening)

        yield open_connection


@pytest_asyncio.fixture
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the served application."""
    transport = httpx.AsyncHTTPTransport(verify=False)  # loading certificates takes longer than a test
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client


@pytest.fixture
def sockets(connect: Connect) -> OpenSocket:
    """Open sockets on the API and shake hands."""

    async def open_socket() -> Socket:
        return await Socket.open(await connect())

    return open_socket
