"""GraphiQL for browsers: a page and its assets, which `make install` builds from web/."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from resolvers.transports.requests.negotiation import VARY

FILES: Final = Path(__file__).parent / "static" / "graphiql"
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
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
SAFE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
PAGE_HEADERS: Final = SAFE | {
    "Content-Security-Policy": "; ".join(f"{kind} {sources}" for kind, sources in POLICY.items()),
    "Cache-Control": "no-cache",
    **VARY,
}
# An asset's name has a hash of its content, so the content under a name never changes.
ASSET_HEADERS: Final = SAFE | {"Cache-Control": "public, max-age=31536000, immutable"}


def page() -> Response:
    """Return the page, or one that says how to build it."""
    index = FILES / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=PAGE_HEADERS)
    return FileResponse(index, headers=PAGE_HEADERS, media_type="text/html")


async def send_asset(request: Request) -> Response:
    """Answer with the asset of that name."""
    asset = FILES / "assets" / request.path_params["name"]
    if not is_file(asset):
        return PlainTextResponse("Not Found", status_code=HTTPStatus.NOT_FOUND)
    return FileResponse(asset, headers=ASSET_HEADERS, media_type=MEDIA_TYPES[asset.suffix])


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except OSError:  # no file can have such a name
        return False
