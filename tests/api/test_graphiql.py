"""The page for browsers, its assets, and what they leave as it was; `tests/system/browser` executes the page."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from resolvers.transports import graphiql
from runindex.server.app import create_app
from runindex.settings.settings import Settings, StorageBackend

pytestmark = pytest.mark.asyncio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}


def serving(*, page: bool) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    app = create_app(Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"), graphiql=page), "runindex")

    @asynccontextmanager
    async def client() -> AsyncIterator[httpx.AsyncClient]:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://runindex") as http,
        ):
            yield http

    return client()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Serve with the page."""
    async with serving(page=True) as http:
        yield http


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put files of a test's own in the place of the built ones."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>RunIndex</title>")
    for name in ("main-1.js", "main-2.css", "main-1.js.LEGAL.txt"):
        (tmp_path / "assets" / name).write_text(name)
    monkeypatch.setattr(graphiql, "FILES", tmp_path)
    return tmp_path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_browser_gets_the_page_under_a_strict_policy(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql", headers=BROWSER)
    assert response.status_code == httpx.codes.OK
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Vary"] == "Accept"
    policy = dict(rule.split(" ", 1) for rule in response.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "data:",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("query", ["{ runCount }", "mutation { createRun(input: {}) { __typename } }", "{", ""])
@pytest.mark.parametrize("accept", [BROWSER["Accept"], "text/html"])
async def test_a_link_to_a_query_opens_the_page_and_executes_nothing(
    http: httpx.AsyncClient, query: str, accept: str
) -> None:
    opened = {"query": query, "variables": '{"a": 1}', "operationName": "A"}
    for method in ("GET", "HEAD"):
        response = await http.request(method, "/graphql", params=opened, headers={"Accept": accept})
        assert response.status_code == httpx.codes.OK
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (await http.post("/graphql", json={"query": "{ runCount }"})).json() == {"data": {"runCount": 1}}


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/graphql-response+json",
        "text/html;q=0.5, application/json",
        "text/html;q=0",
    ],
)
async def test_who_prefers_json_is_told_in_json_what_is_missing(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.get("/graphql", headers={"Accept": accept})
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["errors"][0]["message"] == "`query` is missing"


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "",
        "application/json",
        "text/html, application/json",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",  # of Java's URLConnection
    ],
)
async def test_a_program_that_asks_by_get_is_answered(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.get("/graphql", params={"query": "{ runCount }"}, headers={"Accept": accept})
    assert response.json() == {"data": {"runCount": 1}}


async def test_what_is_posted_is_answered_whatever_it_accepts(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": "{ runCount }"}, headers=BROWSER)
    assert response.json() == {"data": {"runCount": 1}}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("main-1.js", "text/javascript"), ("main-2.css", "text/css"), ("main-1.js.LEGAL.txt", "text/plain")],
)
async def test_assets_are_kept_for_good(http: httpx.AsyncClient, name: str, media_type: str) -> None:
    response = await http.get(f"/graphql/assets/{name}")
    assert response.text == name
    assert response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["main-3.js", "%2e%2e", "..%2findex.html", "%00"])
async def test_nothing_else_is_an_asset(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/graphql/assets/{name}")).status_code == httpx.codes.NOT_FOUND


async def test_a_page_that_is_not_built_says_how_to_build_it(http: httpx.AsyncClient, files: Path) -> None:
    (files / "index.html").unlink()
    response = await http.get("/graphql", headers=BROWSER)
    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "make install" in response.text
    assert (await http.post("/graphql", json={"query": "{ runCount }"})).is_success


async def test_the_page_can_be_turned_off() -> None:
    async with serving(page=False) as http:
        assert (await http.get("/graphql", headers=BROWSER)).headers["Content-Type"] == "application/json"
        asked = await http.get("/graphql", params={"query": "{ runCount }"}, headers=BROWSER)
        assert asked.json() == {"data": {"runCount": 1}}
        assert (await http.get("/graphql/assets/main-1.js")).status_code == httpx.codes.NOT_FOUND
