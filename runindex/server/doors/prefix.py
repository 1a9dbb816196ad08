"""The path under which a proxy serves the server."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Takes a prefix off paths, where a proxy has not done so."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        """Serve an application under a prefix such as `/runs`, or under none."""
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if self._prefix and scope["type"] != "lifespan" and scope["path"].startswith(f"{self._prefix}/"):
            raw = scope.get("raw_path", b"").removeprefix(self._prefix.encode())
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix), "raw_path": raw}
        await self._app(scope, receive, send)
