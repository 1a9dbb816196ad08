"""The process that serves: uvicorn, and how it stops."""

import logging
import sys
from ipaddress import ip_address
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from runindex.app import create_app
from runindex.settings import Settings

DRAIN_SECONDS: Final = 10
log: Final = logging.getLogger(__name__)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Tells clients that the server goes away (1001) when it does; uvicorn would say that it restarts (1012)."""

    def shutdown(self) -> None:
        """Close the connection behind what was sent on it."""
        if self.handshake_complete and not self.close_sent:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.GOING_AWAY})
            self.conn.send_close(CloseCode.GOING_AWAY)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        super().shutdown()


class Server(uvicorn.Server):
    """Fails readiness before it stops, so that a balancer sends no more while work in flight ends."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        """Serve `app`, which the config names too."""
        super().__init__(config)
        self._app = app

    @property
    def collapsed(self) -> bool:
        """Tell whether what stands behind the application has ended by itself, and nothing can be served any more."""
        return isinstance(self.lifespan, LifespanOn) and self.lifespan.shutdown_failed

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether to stop; uvicorn would go on serving errors after a collapse."""
        return await super().on_tick(counter) or self.collapsed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops at once.

        The base class would raise the signal anew in the end, and a stop that went well would look like a crash.
        """
        del sig, frame
        self._app.state.stopping = True
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. The storage must be up to date."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if not is_loopback(host):
        log.warning("listening on %s without authentication: whoever reaches this port can read and write", host)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws=WebSocketProtocol,
        ws_per_message_deflate=False,  # it would be done anew for each of many that get the same
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = Server(config, app)
    server.run()
    if not server.started or server.collapsed:
        sys.exit(1)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
