"""The process that serves: uvicorn, and how it stops."""

import logging
import sys
import warnings
from asyncio import Protocol
from collections.abc import Callable, Sequence
from functools import partial
from socket import socket
from types import FrameType
from typing import Any, Final, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.lifespan.on import LifespanOn

from runindex.server.addresses import addresses_of, are_loopback
from runindex.server.app import create_app
from runindex.server.http_protocol import NO_SETTINGS, HttpProtocol
from runindex.server.memory import Memory
from runindex.settings.connection_limits import ConnectionLimits
from runindex.settings.settings import Settings

DRAIN_SECONDS: Final = 9
LONGEST_MESSAGE: Final = 64 * 1024  # bytes
PING_SECONDS: Final = 12.0
TICKS_A_SECOND: Final = 10
PONG_SECONDS: Final = 45.0  # long, for a slow reader is still there
# Longer than the minute that balancers keep a connection idle: the request that they send on it then is not lost.
KEEP_ALIVE_SECONDS: Final = 75
log: Final = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Fails readiness before it stops, so that a balancer sends no more while pending requests are answered."""

    def __init__(self, config: uvicorn.Config, app: Starlette, announce: Callable[[], None] = lambda: None) -> None:
        """Serve `app`, which the config names too, and announce it when it listens."""
        super().__init__(config)
        self._app = app
        self._announce = announce
        self._memory = Memory()

    @property
    def collapsed(self) -> bool:
        """Tell whether the application's lifespan has ended by itself, so that nothing can be served any more."""
        return isinstance(self.lifespan, LifespanOn) and self.lifespan.shutdown_failed

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start to listen; end the process with exit code 1 when that fails, where uvicorn would have its own code."""
        try:
            await super().startup(sockets)
        except OSError as error:
            log.error("the address cannot be listened on: %s", error.strerror)  # noqa: TRY400 - a line is enough
            await self.lifespan.shutdown()
            raise SystemExit(1) from None
        except SystemExit:
            raise SystemExit(1) from None
        self._memory.settle()
        self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether to stop; uvicorn would serve errors after a collapse."""
        if not counter % TICKS_A_SECOND:
            self._memory.give_back()
            self._memory.collect()
        return await super().on_tick(counter) or self.collapsed

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop; streams over HTTP, unlike sockets, are ended by an event of the application."""
        self._app.state.going_away.set()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops at once.

        The base class would raise the signal again at the end, and a clean stop would look like a crash.
        """
        del sig, frame
        self._app.state.stopping = True
        self.force_exit = self.should_exit
        self.should_exit = True


class Config(uvicorn.Config):
    """uvicorn's configuration, from which the protocols learn their limits."""

    connection_limits: ConnectionLimits


def socket_protocol(*arguments: Any, **options: Any) -> Protocol:  # noqa: ANN401 - uvicorn's
    """Return the protocol of a WebSocket; the first one loads its libraries."""
    from runindex.server.websocket_protocol import WebSocketProtocol

    return WebSocketProtocol(*arguments, **options)


def configured(
    app: Starlette,
    http: type[HttpProtocol] = HttpProtocol,
    limits: ConnectionLimits = NO_SETTINGS,
    **options: Any,  # noqa: ANN401 - uvicorn's
) -> uvicorn.Config:
    """Return uvicorn's configuration for an application: protocols, limits and timeouts."""
    config = Config(
        app,
        loop="uvloop",
        http=http,
        ws=cast("type[Protocol]", socket_protocol),
        ws_max_size=LONGEST_MESSAGE,
        ws_per_message_deflate=False,  # a shared item would be compressed again for each subscriber
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,  # it would name a library
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        **options,
    )
    config.connection_limits = limits
    return config


def serve(settings: Settings, host: str, sockets: Sequence[socket], storage: str, *, is_guarded: bool) -> None:
    """Serve on sockets that are bound, until SIGTERM or SIGINT. The storage must be up to date."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(settings, host)
    config = configured(
        app,
        limits=settings.connection_limits,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    # Of operations that are cancelled amid their execution, which graphql-core has prepared further than they came.
    warnings.filterwarnings("ignore", "coroutine '.*' was never awaited", RuntimeWarning)
    server = Server(config, app, partial(announce, settings, host, sockets, storage, is_guarded=is_guarded))
    server.run(sockets=list(sockets))
    if not server.started or server.collapsed:
        sys.exit(1)


def announce(settings: Settings, host: str, sockets: Sequence[socket], storage: str, *, is_guarded: bool) -> None:
    """Say where the server listens, and on what storage."""
    kind = settings.storage if storage == settings.storage else f"{settings.storage} {storage}"
    addresses = addresses_of(host, sockets)
    print(f"RunIndex on {kind}: {' '.join(addresses)}", file=sys.stderr)  # noqa: T201 - for a person
    if settings.dashboard:
        print(f"dashboard: {addresses[0].removesuffix('graphql')}", file=sys.stderr)  # noqa: T201 - for a person
    if is_guarded:
        print("callers need a token", file=sys.stderr)  # noqa: T201 - for a person
    elif are_loopback(sockets):
        print("without tokens: only callers on this machine, who may do all", file=sys.stderr)  # noqa: T201
    else:
        log.warning("listening on %s without authentication: whoever reaches this port can read and write", host)
