"""The web application: its routes, its health checks, and the lifespan of its index."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from resolvers.execution.access.gate import Gate
from resolvers.execution.context import StreamTimings
from resolvers.execution.costs.rates import Rates
from resolvers.roots.schema import schema
from resolvers.transports import dashboard
from resolvers.transports.endpoint import Endpoint
from resolvers.transports.graphiql import send_asset
from resolvers.transports.lineage.endpoint import PATHS, LineageEndpoint
from runindex.bootstrap import open_runindex
from runindex.server.application import Application
from runindex.server.health import Health
from runindex.settings.settings import Settings


async def livez(request: Request) -> PlainTextResponse:
    """Answer as long as the process serves at all, and tell its version."""
    del request
    from importlib.metadata import version

    return PlainTextResponse("ok", headers={"runindex-version": version("runindex")})


async def readyz(request: Request) -> PlainTextResponse:
    """Answer 200 while the storage can be written and the server is not stopping, else 503."""
    state = request.app.state
    if state.stopping:
        return PlainTextResponse("stopping", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    if await state.health.is_well():
        return PlainTextResponse("ok")
    return PlainTextResponse("the storage does not answer", status_code=HTTPStatus.SERVICE_UNAVAILABLE)


def create_app(settings: Settings, host: str = "localhost") -> Starlette:
    """Make the application, which listens on a host; its index is open from startup to shutdown."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_runindex(settings) as index, endpoint.gate.watching(index.tokens):
            app.state.index, app.state.health = index, Health(index.store, index.writer)
            yield

    schema.compiled.mode = settings.compilation
    endpoint = Endpoint(
        schema,
        StreamTimings(operation=settings.operation_seconds),
        page=settings.graphiql,
        limits=settings.limits,
        gate=Gate(settings.tokens, settings.issuer),
        rates=Rates(settings.rate_per_token),
    )
    lineage = LineageEndpoint(endpoint)

    async def metrics(request: Request) -> ASGIApp:
        """Answer a scrape; the first one loads what writes the format."""
        from resolvers.transports.lineage.metrics import metrics_of
        from resolvers.transports.metrics import Metrics

        return await Metrics(endpoint, partial(metrics_of, lineage.counts)).answer(request)

    return Application(
        endpoint,
        settings,
        host,
        routes=[
            Route("/graphql", endpoint, methods=None),
            WebSocketRoute("/graphql", endpoint),
            *(Route(path, lineage, methods=None) for path in PATHS),
            *([Route("/graphql/assets/{name}", send_asset)] if settings.graphiql else []),
            *(dashboard.routes() if settings.dashboard else []),
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        lifespan=lifespan,
    )
