"""GraphiQL for browsers: a page and its assets, which `make install` builds from web/."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from resolvers.transports import assets
from resolvers.transports.assets import SAFE
from resolvers.transports.requests.negotiation import VARY

FILES: Final = Path(__file__).parent / "static" / "graphiql"
NOT_BUILT: Final = """\
<!doctype html>
<html lang="en">
<title>RunIndex</title>
<h1>RunIndex</h1>
<p>The API is served here, but GraphiQL is not built. Run <code>make install</code> and load this page again.</p>
"""
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "data:",  # GraphiQL's style sheet carries its fonts
    "img-src": "'self' data:",
    "connect-src": "'self'",  # WebSockets to this host included
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
PAGE_HEADERS: Final = SAFE | {
    "Content-Security-Policy": "; ".join(f"{kind} {sources}" for kind, sources in POLICY.items()),
    "Cache-Control": "no-cache",
    **VARY,
}


def page() -> Response:
    """Return the page, or one that says how to build it."""
    index = FILES / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=PAGE_HEADERS)
    return FileResponse(index, headers=PAGE_HEADERS, media_type="text/html")


async def send_asset(request: Request) -> Response:
    """Answer with the asset of that name."""
    return assets.send(FILES / "assets", request.path_params["name"], request.headers)
