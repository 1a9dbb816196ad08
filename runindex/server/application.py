"""The application of Starlette's that the server runs, and what stands before its routes."""

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Scope

from resolvers.transports.endpoint import Endpoint
from runindex.server.doors.admission import Admission
from runindex.server.doors.callers import address_of
from runindex.server.doors.doors import Doors
from runindex.server.doors.prefix import Prefix
from runindex.server.shortcut import Shortcut
from runindex.settings.settings import Settings


class Application(Starlette):
    """Serves routes, of which `/graphql` is the endpoint's, behind doors, and usual requests the short way.

    `state.stopping` fails readiness; `state.going_away` ends streams over HTTP.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Settings,
        host: str,
        **options: Any,  # noqa: ANN401 - Starlette's
    ) -> None:
        """Answer to a host, and to those of the settings."""
        super().__init__(**options)
        self._endpoint = endpoint
        self._settings = settings
        self._host = host
        self.state.stopping = False
        self.state.going_away = asyncio.Event()

    def build_middleware_stack(self) -> ASGIApp:
        """Return what a request meets first."""
        settings = self._settings
        admission = Admission(super().build_middleware_stack(), settings.connection_limits, self._caller_of)
        doors = Doors(admission, (*settings.allowed_hosts, self._host), settings.allowed_origins)
        paths = frozenset({"/graphql", f"{settings.root_path}/graphql"})
        return Shortcut(Prefix(doors, settings.root_path), paths, self._endpoint, doors, admission)

    def _caller_of(self, scope: Scope, authorization: str | None) -> str:
        """Name a caller by its token, if that is known already, else by its address."""
        name = self._endpoint.gate.name_of(authorization)
        return address_of(scope) if name is None else f"token {name}"
