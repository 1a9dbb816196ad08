"""Servers on which the examples are made: the usual one, and one of small limits and little patience."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import httpx
import websockets
from starlette.applications import Starlette
from starlette.routing import Route

from resolvers.transports.endpoint import Endpoint
from runindex.domain.tokens import TokenScope, new_token
from runindex.index import RunIndex
from runindex.ports.clock import SystemClock
from runindex.ports.store import Store
from runindex.server.app import create_app
from runindex.server.http_protocol import HttpProtocol
from runindex.server.process import configured
from runindex.settings.limits import Limits
from runindex.settings.settings import Settings, StorageBackend
from tests.project.errors.shown import Shown, answer_text, request_text
from tests.support.api import WatchedStore
from tests.support.servers.listening import listening
from tests.support.servers.wire import Wire

USUAL: Final = Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"))
SMALL: Final = replace(
    USUAL,
    limits=Limits(
        tokens=60,
        depth=3,
        aliases=2,
        directives=1,
        root_fields=4,
        selections=10,
        repetitions=8,
        cost=1000,
        body=4096,
        answer_bytes=50,
        answer_fields=3,
    ),
)
PATIENCE: Final = 30
MOST_OPERATIONS: Final = 2


class Impatient(HttpProtocol):
    """Waits a moment for a request."""

    request_seconds = 0.2


@dataclass(frozen=True)
class Server:
    """A running server."""

    app: Starlette
    port: int
    http: httpx.AsyncClient

    @property
    def endpoint(self) -> Endpoint:
        """Return the endpoint of `/graphql`."""
        (endpoint,) = {route.app for route in self.app.routes if isinstance(route, Route) and route.path == "/graphql"}
        return cast("Endpoint", endpoint)

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None, **extra: Any) -> Shown:  # noqa: ANN401
        """Post an operation as JSON."""
        body = {"query": document, **({"variables": variables} if variables else {}), **extra}
        return await self.send("POST", "/graphql", body=body)

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | str | None = None,
    ) -> Shown:
        """Send a request; only the headers that are given are shown."""
        content = body if isinstance(body, str | None) else json.dumps(body)
        usual = {"Content-Type": "application/json"} if content is not None else {}
        answer = await self.http.request(method, path, headers={**usual, **(headers or {})}, content=content)
        return Shown(request_text(method, path, headers or {}, body), answer_text(answer), answer.status_code)

    async def wire(self, sent: bytes, shown: str | None = None) -> Shown:
        """Write bytes on a connection and show the first answer; `shown` stands for bytes that are too long."""
        wire = await Wire.open(self.port)
        wire.writer.write(sent)
        head = await wire.head()
        length = int(head.headers.get("content-length", "0"))
        async with asyncio.timeout(PATIENCE):
            body = await wire.reader.readexactly(length)
        wire.writer.close()
        answer = httpx.Response(head.status, headers=head.headers, content=body)
        text = sent.decode("latin-1") if shown is None else shown
        return Shown(text.replace("\r\n", "\n").strip(), answer_text(answer), head.status)

    @contextmanager
    def failing(self, method: str, error: Callable[..., Any]) -> Iterator[None]:
        """Have a method of the store do something else."""
        store = self.app.state.index.store
        setattr(store, method, error)
        try:
            yield
        finally:
            delattr(store, method)

    @asynccontextmanager
    async def socket(self, *protocols: str) -> AsyncIterator[websockets.ClientConnection]:
        """Open a WebSocket."""
        names = [websockets.Subprotocol(name) for name in protocols or ("graphql-transport-ws",)]
        async with asyncio.timeout(PATIENCE):
            async with websockets.connect(f"ws://127.0.0.1:{self.port}/graphql", subprotocols=names) as connection:
                yield connection


@asynccontextmanager
async def serving(
    settings: Settings, http: type[HttpProtocol] = HttpProtocol, **options: float
) -> AsyncIterator[Server]:
    """Serve on a store whose methods can be made to fail."""
    app = create_app(settings)
    config = configured(app, http, port=0)
    for name, value in options.items():
        setattr(config, name, value)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(config))
        index: RunIndex = app.state.index
        watched = cast("Store", WatchedStore(index.store))
        index.writer.store = watched
        app.state.index = replace(index, store=watched)
        transport = httpx.AsyncHTTPTransport(verify=False)
        client = httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{port}", timeout=PATIENCE)
        yield Server(app, port, await stack.enter_async_context(client))


@dataclass(frozen=True)
class Servers:
    """The servers of the examples; `guarded` has tokens, whose secrets are `secrets`."""

    usual: Server
    small: Server
    guarded: Server
    secrets: Mapping[str, str]


@asynccontextmanager
async def opened() -> AsyncIterator[Servers]:
    """Open both servers."""
    hasty = {"ws_ping_interval": 0.1, "ws_ping_timeout": 0.1}
    now = SystemClock().now()
    reader, read = new_token("dashboard", TokenScope.READ, now, None)
    former, expired = new_token("former", TokenScope.ADMIN, now, now - 1)
    hurried, fast = new_token("in a hurry", TokenScope.READ, now, None)
    guarding = serving(replace(USUAL, tokens=(reader, former, hurried)))
    async with serving(USUAL) as usual, serving(SMALL, Impatient, **hasty) as small, guarding as guarded:
        small.endpoint.connection_init_wait_timeout = timedelta(seconds=0.2)
        small.endpoint.max_subscriptions_per_connection = MOST_OPERATIONS
        yield Servers(usual, small, guarded, {"read": read, "expired": expired, "fast": fast})
