"""The dashboard for browsers: one page under each of its addresses, and its assets, which `make install` builds."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from resolvers.transports import assets
from resolvers.transports.assets import SAFE
from resolvers.transports.graphiql import POLICY

FILES: Final = Path(__file__).parent / "static" / "dashboard"
# The page's own router tells these apart.
ADDRESSES: Final = (
    "/",
    "/runs/{id}",
    "/compare",
    "/datasets",
    "/datasets/{id:path}",
    "/plans",
    "/plans/{id}",
    "/jobs",
    "/lifecycle",
)
NOT_BUILT: Final = """\
<!doctype html>
<html lang="en">
<title>RunIndex</title>
<h1>RunIndex</h1>
<p>The API is served at <a href="/graphql">/graphql</a>, but the dashboard is not built.
Run <code>make install</code> and load this page again.</p>
"""
PAGE_HEADERS: Final = SAFE | {
    # No style sheet of the dashboard carries a font.
    "Content-Security-Policy": "; ".join(f"{kind} {sources}" for kind, sources in POLICY.items() if kind != "font-src"),
    "Cache-Control": "no-cache",
}


def routes() -> list[Route]:
    """Return the routes of the page and of its assets."""
    return [
        *(Route(address, send_page) for address in ADDRESSES),
        Route("/dashboard/assets/{name}", send_asset),
    ]


async def send_page(request: Request) -> Response:
    """Answer with the page, or with one that says how to build it."""
    index = FILES / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=PAGE_HEADERS)
    # The address of an asset is relative to the page's, so that it holds under any path of a proxy.
    upwards = "../" * (request.scope["raw_path"].count(b"/") - 1)
    page = index.read_text("utf-8").replace("./assets/", f"{upwards}dashboard/assets/")
    return HTMLResponse(page, headers=PAGE_HEADERS)


async def send_asset(request: Request) -> Response:
    """Answer with the asset of that name."""
    return assets.send(FILES / "assets", request.path_params["name"], request.headers)
