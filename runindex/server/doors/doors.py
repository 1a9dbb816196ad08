"""Middleware that refuses requests for other hosts and of other sites' pages."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from runindex.server.doors.hosts import AllowedHosts
from runindex.settings.origins import Origin

PROBES: Final = frozenset({"/livez", "/readyz"})
HEADERS: Final = ("Content-Type", "Authorization", "Last-Event-ID", "Apollo-Require-Preflight")
PREFLIGHT_SECONDS: Final = 600
DOCUMENT: Final = "document"
_OTHER_SITES: Final = frozenset({"cross-site", "same-site"})


class Doors:
    """Lets requests pass to an application, or refuses them. Probes come by whatever address, and pass."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), origins: Iterable[Origin] = ()) -> None:
        """Answer to these hosts, and let pages of these origins use the application."""
        self._origins = frozenset(origins)
        self._app = self.legible(app)
        self._hosts = AllowedHosts(tuple(host.lower() for host in hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @property
    def vary(self) -> str:
        """Return the headers of a request that its answer depends on."""
        return "Accept, Origin" if self._origins else "Accept"

    def legible(self, app: ASGIApp) -> ASGIApp:
        """Return an application whose answers pages of the welcome origins may read."""
        if not self._origins:
            return app
        return CORSMiddleware(
            app,
            allow_origins=sorted(map(str, self._origins)),
            allow_methods=["GET", "POST"],
            allow_headers=HEADERS,
            expose_headers=["Retry-After"],
            max_age=PREFLIGHT_SECONDS,
        )

    def lets_in(self, scope: Scope) -> bool:
        """Tell whether a request passes, and gets an answer without headers for pages of other origins."""
        is_of_page = bool(self._origins) and "origin" in Headers(scope=scope)
        return not is_of_page and self._refusal(scope) is None

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if host and host not in self._hosts:
            return _response(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"this server does not answer to the host {host}: RUNINDEX_ALLOWED_HOSTS names those that it does",
            )
        if origin is not None:
            return None if self._is_welcome(origin, scope["scheme"], host) else _foreign(f"the origin {origin}")
        if _is_fetched_from_elsewhere(scope, headers):
            return _foreign("another site")
        return None

    def _is_welcome(self, text: str, scheme: str, host: str) -> bool:
        origin = Origin.parse(text)
        if origin is None:
            return False
        scheme = {"ws": "http", "wss": "https"}.get(scheme, scheme)
        return origin in self._origins or origin.is_of(scheme, host)


def _is_fetched_from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Tell whether another site's page loads this as a part of itself; a person who follows a link is welcome."""
    return (
        scope["type"] == "http"
        and headers.get("sec-fetch-site") in _OTHER_SITES
        and not (headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", DOCUMENT) == DOCUMENT)
    )


def _foreign(whose: str) -> JSONResponse:
    message = f"pages of {whose} may not use this server: RUNINDEX_ALLOWED_ORIGINS names those that may"
    return _response(HTTPStatus.FORBIDDEN, message)


def _response(status: HTTPStatus, message: str) -> JSONResponse:
    message = message.encode("utf-8", "replace").decode()
    body = {"errors": [{"message": message, "extensions": {"code": "FORBIDDEN"}}]}
    return JSONResponse(body, status, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


async def _refuse(refusal: JSONResponse, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await refusal(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})
