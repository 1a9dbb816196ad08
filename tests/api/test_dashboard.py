"""The dashboard's page and assets; `tests/system/browser` executes them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from resolvers.transports import dashboard
from runindex.server.app import create_app
from runindex.settings.settings import Settings, StorageBackend

pytestmark = pytest.mark.asyncio

ADDRESSES = (
    "/",
    "/?where=status:any:FAILED",
    "/runs/default",
    "/compare?ids=a&ids=b",
    "/datasets",
    "/datasets/golden/set%20a",
    "/plans",
    "/plans/x",
    "/jobs",
    "/lifecycle",
)


def client(*, shown: bool = True) -> httpx.AsyncClient:
    settings = Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"), dashboard=shown)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(settings, "runindex")), base_url="http://runindex"
    )


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as http:
        yield http


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put files of a test's own in the place of the built ones."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<!doctype html><script src="./assets/index-1.js"></script>')
    for name in ("index-1.js", "index-2.css", "secret.env"):
        (tmp_path / "assets" / name).write_text(name)
    monkeypatch.setattr(dashboard, "FILES", tmp_path)
    return tmp_path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", ADDRESSES)
async def test_each_address_is_the_page_under_a_strict_policy(
    http: httpx.AsyncClient, address: str, method: str
) -> None:
    response = await http.request(method, address)
    assert response.status_code == httpx.codes.OK
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(rule.split(" ", 1) for rule in response.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


async def test_assets_are_kept_for_good(http: httpx.AsyncClient) -> None:
    for name, kind in (("index-1.js", "text/javascript"), ("index-2.css", "text/css")):
        response = await http.get(f"/dashboard/assets/{name}")
        assert response.text == name
        assert response.headers["Content-Type"].startswith(kind)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_assets_are_sent_compressed_as_the_browser_takes_them(http: httpx.AsyncClient, files: Path) -> None:
    for ending in (".br", ".gz"):
        (files / "assets" / f"index-1.js{ending}").write_bytes(gzip.compress(ending.encode()))
    for accepted, sent in {
        "gzip, deflate, br": "br",
        "br;q=0.000, gzip;q=0.5": "gzip",
        "GZIP": "gzip",
        "identity": None,
        "": None,
        "br;q=0": None,
    }.items():
        headers = {"Accept-Encoding": accepted}
        async with http.stream("GET", "/dashboard/assets/index-1.js", headers=headers) as response:
            assert response.headers.get("Content-Encoding") == sent
            assert response.headers["Content-Type"].startswith("text/javascript")
            assert response.headers["Vary"] == "Accept-Encoding"


async def test_the_page_finds_its_assets_from_each_address(http: httpx.AsyncClient) -> None:
    for address, script in {
        "/": "dashboard/assets/index-1.js",
        "/runs/a": "../dashboard/assets/index-1.js",
        "/datasets/a/b": "../../dashboard/assets/index-1.js",
        "/datasets/a%2Fb": "../dashboard/assets/index-1.js",
    }.items():
        assert f'src="{script}"' in (await http.get(address)).text


@pytest.mark.parametrize("name", ["x.js.br", "other.js", "secret.env", "..%2Findex.html", "x" * 300 + ".js", "%00.js"])
async def test_nothing_else_is_an_asset(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/dashboard/assets/{name}")).status_code == httpx.codes.NOT_FOUND


async def test_a_page_that_is_not_built_says_how_to_build_it(http: httpx.AsyncClient, files: Path) -> None:
    (files / "index.html").unlink()
    response = await http.get("/")
    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "make install" in response.text


@pytest.mark.parametrize("address", ["/run", "/runs", "/runs/a/b", "/dashboard", "/compare/x"])
async def test_other_addresses_are_not_found(http: httpx.AsyncClient, address: str) -> None:
    assert (await http.get(address)).status_code == httpx.codes.NOT_FOUND


async def test_it_can_be_switched_off() -> None:
    async with client(shown=False) as http:
        for address in (*ADDRESSES, "/dashboard/assets/index-1.js"):
            assert (await http.get(address)).status_code == httpx.codes.NOT_FOUND
