"""Behind a real nginx, as it is by default (HTTP/1.0 to the server, buffers) and as people configure it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import websockets

from tests.support.servers import nginx
from tests.support.servers.served import PATIENCE, Served, serving

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(nginx.COMMAND is None and "CI" not in os.environ, reason="there is no nginx"),
]

CREATE: Final = (
    "mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { ... on RunPayload { cursor } } }"
)
CHANGES: Final = "subscription { item: runChanges(bookmarks: true) { __typename cursor } }"
STREAMS: Final = ("text/event-stream", "multipart/mixed;subscriptionSpec=1.0")
HTTP_1_1: Final = ("proxy_http_version 1.1", 'proxy_set_header Connection ""')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve for all tests that leave the server running."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


def execute(http: httpx.Client, document: str, **variables: object) -> dict[str, Any]:
    answer = http.post("/graphql", json={"query": document, "variables": variables})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize(
    "directives", [(), ("proxy_buffering off",), HTTP_1_1, (*HTTP_1_1, "proxy_buffering off", "gzip on"), nginx.UPGRADE]
)
def test_queries_and_streams_come_through(server: Served, tmp_path: Path, directives: tuple[str, ...]) -> None:
    with (
        nginx.proxying(tmp_path / "nginx", server.port, *directives) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as http,
    ):
        text = "x" * 200_000  # more than nginx keeps in memory
        cursor = execute(http, CREATE, metadata={"text": text})["createRun"]["cursor"]
        listed = execute(http, "{ runs(first: 1) { nodes { metadata } } changeCursor }")
        assert listed == {"runs": {"nodes": [{"metadata": {"text": text}}]}, "changeCursor": cursor}
        assert http.head("/graphql", params={"query": "{ runCount }"}).status_code == 200
        assert http.get("/graphql").json()["errors"][0]["message"] == "`query` is missing"
        for accept in STREAMS:
            parameters, headers = {"query": CHANGES}, {"Accept": accept}
            with http.stream("GET", "/graphql", params=parameters, headers=headers) as response:
                assert response.status_code == 200
                items = (json.loads(line[line.index("{") :]) for line in response.iter_lines() if "cursor" in line)
                assert "Bookmark" in json.dumps(next(items))
                for _ in range(3):  # each before the next is made
                    made = server.execute(CREATE)["createRun"]["cursor"]
                    assert made in json.dumps(next(items))


def test_a_browser_that_resumes_behind_a_proxy_sends_its_id(server: Served, tmp_path: Path) -> None:
    with (
        nginx.proxying(tmp_path / "nginx", server.port) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as http,
    ):
        cursors = [execute(http, CREATE)["createRun"]["cursor"] for _ in range(3)]
        headers = {"Accept": STREAMS[0], "Last-Event-ID": cursors[0]}
        with http.stream("GET", "/graphql", params={"query": CHANGES}, headers=headers) as response:
            ids = (line.removeprefix("id: ") for line in response.iter_lines() if line.startswith("id: "))
            assert [next(ids) for _ in range(3)] == cursors


async def messages(url: str) -> AsyncIterator[dict[str, Any]]:
    """Subscribe over a socket and yield its messages."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(url.replace("http", "ws") + "/graphql", subprotocols=[protocol]) as socket:
        for message in (
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": {"query": CHANGES}},
        ):
            await socket.send(json.dumps(message))
        async for text in socket:
            yield json.loads(text)


@pytest.mark.asyncio
async def test_a_socket_comes_through_where_the_upgrade_does(server: Served, tmp_path: Path) -> None:
    with nginx.proxying(tmp_path / "nginx", server.port, *nginx.UPGRADE) as url:
        async with asyncio.timeout(PATIENCE):
            told = messages(url)
            assert (await anext(told))["type"] == "connection_ack"
            assert (await anext(told))["payload"]["data"]["item"]["__typename"] == "Bookmark"
            made = (await asyncio.to_thread(server.execute, CREATE))["createRun"]["cursor"]
            assert (await anext(told))["payload"]["data"]["item"]["cursor"] == made


@pytest.mark.asyncio
@pytest.mark.parametrize("directives", [(), HTTP_1_1])
async def test_a_socket_whose_upgrade_is_lost_is_told_why(
    server: Served, tmp_path: Path, directives: tuple[str, ...]
) -> None:
    with nginx.proxying(tmp_path / "nginx", server.port, *directives) as url:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await anext(messages(url))
        answer = refused.value.response
        assert (answer.status_code, b"a proxy has to pass them on" in (answer.body or b"")) == (426, True)


PREFIX: Final = "/tools/runs"


@pytest.mark.asyncio
@pytest.mark.parametrize("is_taken_off", [True, False])
async def test_a_server_under_a_path_and_on_another_port_is_reached_on_all_ways(
    tmp_path: Path, *, is_taken_off: bool
) -> None:
    (tmp_path / "server").mkdir()
    settings = {"STORAGE_BACKEND": "memory"} | ({} if is_taken_off else {"RUNINDEX_ROOT_PATH": PREFIX})
    rewrite = (f"rewrite ^{PREFIX}/(.*)$ /$1 break",) if is_taken_off else ()
    with (
        serving(tmp_path / "server", **settings) as server,
        nginx.proxying(tmp_path / "nginx", server.port, *nginx.UPGRADE, *rewrite) as url,
    ):
        await asyncio.to_thread(_ask_below, url)
        async with asyncio.timeout(PATIENCE):
            assert (await anext(messages(f"{url}{PREFIX}")))["type"] == "connection_ack"


def _ask_below(url: str) -> None:
    with httpx.Client(base_url=f"{url}{PREFIX}", timeout=PATIENCE) as http:
        own, foreign = ({"Origin": origin} for origin in (url, "http://127.0.0.1"))
        asked = {"query": "{ runCount }"}
        assert http.post("/graphql", json=asked, headers=own).json() == {"data": {"runCount": 1}}
        assert http.post("/graphql", json=asked, headers=foreign).status_code == 403
        assert http.get("/graphql/assets/none.js").status_code == 404
        page = http.get("/graphql", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert 'src="/' not in page.text
        assert 'href="/' not in page.text
