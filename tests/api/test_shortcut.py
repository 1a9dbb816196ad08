"""Usual requests go a shorter way than others: both ways give the same answers, for good requests and for bad ones."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from runindex.domain.tokens import Token, TokenScope, hash_of
from runindex.server import shortcut
from runindex.server.app import create_app
from runindex.server.process import configured
from runindex.settings.connection_limits import ConnectionLimits
from runindex.settings.limits import Limits
from runindex.settings.origins import Origin
from runindex.settings.settings import Settings, StorageBackend
from tests.support.servers.listening import listening
from tests.support.servers.wire import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
# Says nothing, but is not usual: such a request goes the long way.
LONG: Final = {"Content-Encoding": "identity"}
JSON: Final = {"Content-Type": "application/json", "Authorization": "Bearer writes"}
COUNT: Final = "query Count($first: Int = 1) { runCount runs(first: $first) { totalCount nodes { id tags } } }"
MOVE: Final = '{id: "nothing", to: PAUSED}'
HASH: Final = sha256(COUNT.encode()).hexdigest()


def asking(query: object, variables: object = None, **more: object) -> bytes:
    return json.dumps({"query": query, "variables": variables, **more}).encode()


BODIES: Final[dict[str, bytes]] = {
    "query": asking(COUNT),
    "variables": asking(COUNT, {"first": 2, "unknown": [1]}),
    "wrong variable": asking(COUNT, {"first": "two"}),
    "page too large": asking(COUNT, {"first": 100_000}),
    "cost": asking(COUNT, extensions={"cost": True}),
    "problem": asking(f"mutation {{ transitionRun(input: {MOVE}) {{ ... on Problem {{ message }} }} }}"),
    "mutation": asking('mutation { addRunTags(input: {id: "x", tags: []}) { __typename } }'),
    "subscription": asking("subscription { runChanges { cursor } }"),
    "introspection": asking("{ __schema { queryType { name } } }"),
    "several operations": asking("query A { runCount } query B { __typename }"),
    "named operation": asking("query A { runCount } query B { __typename }", operationName="B"),
    "missing operation": asking("query A { runCount }", operationName="C"),
    "not valid": asking("{ runCountt }"),
    "not a document": asking("{"),
    "too deep": asking("{ runs { nodes { parent { parent { parent { id } } } } } }"),
    "aliases": asking("{" + " ".join(f"a{n}: runCount" for n in range(40)) + "}"),
    "null": b"null",
    "empty object": b"{}",
    "empty": b"",
    "batch": b"[" + asking(COUNT) + b"]",
    "no JSON": b"{query",
    "no UTF-8": b'{"query": "\xff"}',
    "query is a number": asking(1),
    "variables are a list": asking(COUNT, [1]),
    "persisted": asking(COUNT, extensions={"persistedQuery": {"version": 1, "sha256Hash": HASH}}),
    "persisted alone": asking(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": HASH}}),
    "not persisted": asking(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}),
    "too large": b" " * 40_000 + asking(COUNT),
}
HEADS: Final[dict[str, dict[str, str]]] = {
    "no token": {"Authorization": ""},
    "unknown token": {"Authorization": "Bearer unknown"},
    "reader": {"Authorization": "Bearer reads"},
    "GraphQL's media type": {"Accept": "application/graphql-response+json"},
    "any media type": {"Accept": "*/*"},
    "no JSON": {"Accept": "text/html"},
    "own origin": {"Origin": "http://localhost"},
    "friend": {"Origin": "https://friend.example"},
    "foreign origin": {"Origin": "https://evil.example"},
    "from another site": {"Sec-Fetch-Site": "cross-site"},
    "other host": {"Host": "evil.example"},
    "form": {"Content-Type": "application/x-www-form-urlencoded"},
    "other coding": {"Content-Type": "application/json; charset=latin-1"},
}


def token(secret: str, scope: TokenScope) -> Token:
    return Token(f"id of {secret}", secret, scope, hash_of(secret), 0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> AsyncIterator[int]:
    friend = Origin.parse("https://friend.example")
    assert friend is not None
    app = create_app(
        Settings(
            storage=StorageBackend.MEMORY,
            sqlite_path=Path("unused"),
            limits=Limits(body=32_768),
            allowed_origins=frozenset({friend}),
            tokens=(token("writes", TokenScope.WRITE), token("reads", TokenScope.READ)),
        )
    )
    async with listening(configured(app, port=0)) as number:
        yield number


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(verify=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{port}") as client:
        yield client


async def answer(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> tuple[int, Any, bytes]:
    response = await http.post("/graphql", content=body, headers=headers)
    return (
        response.status_code,
        sorted(each for each in response.headers.items() if each[0] != "date"),
        response.content,
    )


async def assert_alike(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> None:
    first = await answer(http, body, headers)
    for number in range(3):  # an operation that comes again is compiled
        assert await answer(http, body, headers) == first
        assert await answer(http, body, headers | LONG) == first, number


@pytest.mark.parametrize("name", BODIES)
async def test_bodies_are_answered_alike(http: httpx.AsyncClient, name: str) -> None:
    await assert_alike(http, BODIES[name], JSON)


@pytest.mark.parametrize("name", HEADS)
async def test_heads_are_answered_alike(http: httpx.AsyncClient, name: str) -> None:
    for body in ("query", "problem", "not valid", "empty"):
        await assert_alike(http, BODIES[body], JSON | HEADS[name])


async def test_only_what_is_not_usual_goes_the_long_way(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []
    serve = shortcut.Shortcut._serve  # noqa: SLF001 - nothing else tells which way was taken

    async def noted(self: shortcut.Shortcut, *args: Any) -> None:  # noqa: ANN401 - passed on
        served.append("short")
        await serve(self, *args)

    monkeypatch.setattr(shortcut.Shortcut, "_serve", noted)
    await answer(http, BODIES["query"], JSON)
    assert served == ["short"]
    await answer(http, BODIES["query"], JSON | {"Origin": "http://localhost"} | HEADS["friend"])
    await answer(http, BODIES["query"], JSON | LONG)
    await http.get("/graphql", params={"query": COUNT}, headers=JSON)
    assert served == ["short"]


async def test_a_body_in_parts_is_read_whole_and_its_connection_is_kept(port: int) -> None:
    wire = await Wire.open(port)
    body = BODIES["query"]
    for _ in range(2):
        wire.send(
            "POST /graphql HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Authorization: Bearer writes",
            f"Content-Length: {len(body)}",
        )
        for place in range(0, len(body), 20):
            wire.writer.write(body[place : place + 20])
            await wire.writer.drain()
            await asyncio.sleep(0)
        head, text = await wire.answer()
        assert (head.status, list(json.loads(text)["data"])) == (200, ["runCount", "runs"])
    wire.writer.close()


async def test_too_many_are_refused_on_the_short_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runindex.server.doors.admission.REFUSAL_SECONDS", (0.0, 0.0))
    app = create_app(
        Settings(
            storage=StorageBackend.MEMORY,
            sqlite_path=Path("unused"),
            connection_limits=ConnectionLimits(requests=1, waiting=0),
        )
    )
    going, ended = asyncio.Event(), asyncio.Event()
    async with listening(configured(app, port=0)) as number:
        count = app.state.index.store.count_runs

        async def slow(*args: Any) -> Any:  # noqa: ANN401 - passed on
            going.set()
            await ended.wait()
            return await count(*args)

        monkeypatch.setattr(app.state.index.store, "count_runs", slow, raising=False)
        async with httpx.AsyncClient(base_url=f"http://localhost:{number}") as client:
            first = asyncio.create_task(client.post("/graphql", json={"query": "{ runCount }"}))
            await going.wait()
            refused = await client.post("/graphql", json={"query": "{ runCount }"})
            ended.set()
            assert list((await first).json()["data"]) == ["runCount"]
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
