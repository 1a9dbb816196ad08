"""Requests for other hosts, and of other sites' pages, are refused on every route and every way in."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio
import websockets

from runindex.server.app import create_app
from runindex.server.process import configured
from runindex.settings.origins import Origin
from runindex.settings.settings import Settings, StorageBackend
from tests.support.servers.listening import listening

FRIEND: Final = "https://dash.example:8443"
COUNT: Final = {"query": "{ runCount }"}
ROUTES: Final = ("/graphql?query={runCount}", "/graphql/assets/none.js", "/metrics", "/nothing")
HOSTS: Final = {
    "localhost": True,
    "localhost:1234": True,
    "LOCALHOST.": True,
    "app.localhost": True,
    "127.0.0.1:1": True,
    "192.0.2.7": True,
    "[::1]:80": True,
    "[2001:db8::1]": True,
    "runs.example": True,
    "RUNS.example:99": True,
    "a.b.inner.example": True,
    "inner.example": False,
    "evil.example": False,
    "evil.example:8000": False,
    "localhost.evil.example": False,
    "127.0.0.1.evil.example": False,
    "runs.example.evil": False,
    "xruns.example": False,
    "1.2.3": False,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> AsyncIterator[int]:
    origin = Origin.parse(FRIEND)
    assert origin is not None
    settings = Settings(
        storage=StorageBackend.MEMORY,
        sqlite_path=Path("unused"),
        allowed_hosts=("runs.example", ".inner.example"),
        allowed_origins=frozenset({origin}),
    )
    async with listening(configured(create_app(settings), port=0)) as number:
        yield number


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(verify=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}") as client:
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("route", ROUTES)
async def test_the_server_answers_to_its_own_hosts(http: httpx.AsyncClient, route: str, host: str) -> None:
    response = await http.get(route, headers={"Host": host})
    assert (response.status_code != httpx.codes.MISDIRECTED_REQUEST) is HOSTS[host]
    if not HOSTS[host]:
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert host in error["message"]
        assert "RUNINDEX_ALLOWED_HOSTS" in error["message"]


@pytest.mark.parametrize("route", ["/livez", "/readyz"])
async def test_probes_come_by_any_host(http: httpx.AsyncClient, route: str) -> None:
    headers = {"Host": "10.0.0.7.nodes.example", "Origin": "https://evil.example"}
    assert (await http.get(route, headers=headers)).status_code == httpx.codes.OK


def origins(port: int) -> dict[str, bool]:
    """Return origins, and whether their pages may use the server that is addressed as localhost."""
    return {
        f"http://localhost:{port}": True,
        f"https://localhost:{port}": True,  # a proxy ended TLS
        FRIEND: True,
        "HTTPS://DASH.example:8443": True,
        "https://dash.example": False,
        "http://dash.example:8443": False,
        "https://x.dash.example:8443": False,
        "https://evil.example": False,
        f"http://localhost:{port + 1}": False,
        f"http://127.0.0.1:{port}": False,
        f"http://localhost.evil.example:{port}": False,
        "null": False,
        "": False,
        "file://": False,
        "chrome-extension://abcdef": False,
        "https://dash.example:99999": False,
    }


@pytest.mark.parametrize("way", ["POST", "GET", "events", "parts", "OPTIONS", "metrics"])
async def test_pages_of_other_origins_are_refused(http: httpx.AsyncClient, port: int, way: str) -> None:
    for origin, is_allowed in origins(port).items():
        headers = {"Host": f"localhost:{port}", "Origin": origin}
        accept = {"events": "text/event-stream", "parts": "multipart/mixed"}.get(way, "application/json")
        match way:
            case "GET":
                response = await http.get("/graphql?query={runCount}", headers=headers)
            case "OPTIONS":
                asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
                response = await http.options("/graphql", headers=headers | asked)
            case "metrics":
                response = await http.get("/metrics", headers=headers)
            case _:
                response = await http.post("/graphql", json=COUNT, headers=headers | {"Accept": accept})
        assert (response.status_code != httpx.codes.FORBIDDEN) is is_allowed, origin
        assert response.headers.get("Access-Control-Allow-Origin") == (FRIEND if origin == FRIEND else None), origin
        if not is_allowed:
            assert "runCount" not in response.text
            (error,) = response.json()["errors"]
            assert origin in error["message"]
            assert "RUNINDEX_ALLOWED_ORIGINS" in error["message"]


async def test_a_friends_page_may_send_what_clients_send(http: httpx.AsyncClient) -> None:
    headers = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization,last-event-id,apollo-require-preflight",
    }
    response = await http.options("/graphql", headers=headers)
    assert response.status_code == httpx.codes.OK
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Origin" in response.headers["Vary"]
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_sockets_of_other_origins_are_refused_before_the_upgrade(port: int) -> None:
    for origin, is_allowed in origins(port).items():
        connecting = websockets.connect(
            f"ws://localhost:{port}/graphql",
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers={"Origin": origin},
        )
        if is_allowed:
            async with connecting as connection, asyncio.timeout(30):
                await connection.send(json.dumps({"type": "connection_init"}))
                assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        else:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connecting
            assert refused.value.response.status_code == httpx.codes.FORBIDDEN


async def test_a_socket_for_another_host_is_refused(port: int) -> None:
    connecting = websockets.connect(
        f"ws://evil.example:{port}/graphql",
        host="127.0.0.1",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
    )
    with pytest.raises(websockets.InvalidStatus) as refused:
        await connecting
    assert refused.value.response.status_code == httpx.codes.MISDIRECTED_REQUEST


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_other_sites_load_nothing_but_a_person_may_follow_a_link(http: httpx.AsyncClient, site: str) -> None:
    for route in ("/graphql?query={runCount}", "/metrics"):
        loaded = await http.get(route, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
        assert loaded.status_code == httpx.codes.FORBIDDEN
        followed = await http.get(route, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})
        assert followed.status_code == httpx.codes.OK
        frame = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
        assert (await http.get(route, headers=frame)).status_code == httpx.codes.FORBIDDEN
    own = await http.get("/graphql?query={runCount}", headers={"Sec-Fetch-Site": "same-origin"})
    assert own.json() == {"data": {"runCount": 1}}


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "multipart/mixed"])
async def test_answers_are_kept_by_nobody(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.post("/graphql", json=COUNT, headers={"Accept": accept})
    assert response.headers["Cache-Control"].startswith("no-store")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_proxies_say_is_not_believed(http: httpx.AsyncClient) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "localhost", "X-Forwarded-For": "127.0.0.1"}
    response = await http.get("/graphql?query={runCount}", headers=headers)
    assert response.status_code == httpx.codes.MISDIRECTED_REQUEST
