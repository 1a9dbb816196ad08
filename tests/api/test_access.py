"""Who may do what, for every root field, route and way in."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
import websockets
from graphql import GraphQLObjectType
from starlette.routing import Route, WebSocketRoute

from persistence.memory.feed import MemoryFeed
from persistence.memory.store import MemoryStore
from resolvers.execution.access.gate import Gate
from resolvers.roots.schema import schema
from resolvers.transports.endpoint import Endpoint
from resolvers.transports.metrics import Metrics
from runindex.domain.tokens import Token, TokenScope, new_token
from runindex.index import open_index
from runindex.ports.clock import SystemClock
from runindex.server.application import Application
from runindex.server.process import configured
from runindex.settings.settings import Settings, StorageBackend
from tests.support.issuing import TestIssuer
from tests.support.servers.listening import listening

pytestmark = pytest.mark.asyncio
CALLERS: Final = ("none", "unknown", "read", "write", "admin", "expired", "revoked", "issued read", "issued past")
GOOD: Final = frozenset({"read", "write", "admin", "issued read"})
STREAM: Final = {"Accept": "text/event-stream"}
PARTS: Final = {"Accept": "multipart/mixed;subscriptionSpec=1.0"}
FILTERED: Final = {
    "deleteRuns": '{runs: {filter: {nameContains: "x"}}}',
    "deleteJobs": "{jobs: {filter: {}}}",
    "deleteRuntimes": "{runtimes: {filter: {}}}",
}


def documents() -> list[tuple[str, str]]:
    """Return for each root field its operation's type, and a document that is not executed without arguments."""
    found = []
    for kind, root in (
        ("query", schema._schema.query_type),  # noqa: SLF001 - Strawberry shows its types in no other way
        ("mutation", schema._schema.mutation_type),  # noqa: SLF001
        ("subscription", schema._schema.subscription_type),  # noqa: SLF001
    ):
        assert isinstance(root, GraphQLObjectType)
        found += [(kind, f"{kind} {{ {name} }}") for name in root.fields]
    return [*found, ("query", "{ __schema { description } }"), ("query", "{ __typename }")]


@pytest_asyncio.fixture
async def secrets(issuer: TestIssuer) -> dict[str, str]:
    """Make a place for the tokens that the application knows."""
    return {"unknown": "ri_unknown", "issued read": issuer.token("read"), "issued past": issuer.token("admin", exp=1)}


@pytest.fixture
def issuer(tmp_path: Path) -> TestIssuer:
    return TestIssuer(tmp_path / "keys.json")


@pytest_asyncio.fixture
async def served(secrets: dict[str, str], issuer: TestIssuer) -> AsyncIterator[tuple[int, MemoryStore]]:
    """Serve an application with a token of each kind."""
    clock = SystemClock()
    async with MemoryStore.open(clock) as store, open_index(store, MemoryFeed()) as index:
        for name in ("read", "write", "admin", "expired", "revoked"):
            scope = TokenScope(name) if name in GOOD else TokenScope.ADMIN
            token, secrets[name] = new_token(name, scope, clock.now(), 1 if name == "expired" else None)
            await store.add_token(token)
            if name == "revoked":
                await store.revoke_token(token.id, clock.now())
        gate = Gate(issuer=issuer.settings)
        endpoint = Endpoint(schema, gate=gate)
        app = Application(
            endpoint,
            Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused")),
            "localhost",
            routes=[
                Route("/graphql", endpoint, methods=None),
                WebSocketRoute("/graphql", endpoint),
                Route("/metrics", Metrics(endpoint).answer),
            ],
        )
        app.state.index = index
        async with gate.watching(store, 0.02), listening(configured(app, port=0, lifespan="off")) as port:
            yield port, store


def header(secrets: Mapping[str, str], caller: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secrets[caller]}"} if caller in secrets else {}


def client(port: int) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(verify=False)  # loading certificates takes longer than a test
    return httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}", timeout=30)


def expected(caller: str, kind: str) -> int | None:
    """Return the status of a refusal, None for a caller who is let through."""
    if caller not in GOOD:
        return 401
    return 403 if caller.endswith("read") and kind == "mutation" else None


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_field_over_http(served: tuple[int, MemoryStore], secrets: dict[str, str], caller: str) -> None:
    async with client(served[0]) as http:
        head = header(secrets, caller)
        for kind, document in documents():
            answers = [
                await http.post("/graphql", json={"query": document}, headers=head | accept)
                for accept in ({}, STREAM, PARTS)
            ]
            by_get = await http.get("/graphql", params={"query": document}, headers=head)
            status = expected(caller, kind)
            if status is None:
                assert not {each.status_code for each in (*answers, by_get)} & {401, 403}, document
                continue
            # Events and parts of an operation that is no subscription are plain answers where that is preferred.
            for answer in (*answers, by_get):
                assert answer.status_code == status, (document, answer.text)
                (error,) = answer.json()["errors"]
                assert error["extensions"]["code"] == {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}[status]
                assert "data" not in answer.json()
                assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
        metrics = await http.get("/metrics", headers=head)
        assert metrics.status_code == (200 if caller in GOOD else 401)


@pytest.mark.parametrize("by_header", [False, True])
@pytest.mark.parametrize("caller", CALLERS)
async def test_every_field_over_a_socket(
    served: tuple[int, MemoryStore], secrets: dict[str, str], caller: str, *, by_header: bool
) -> None:
    head = header(secrets, caller)
    async with websockets.connect(
        f"ws://127.0.0.1:{served[0]}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=head if by_header else {},
    ) as socket:
        payload = {} if by_header else {name.lower(): value for name, value in head.items()}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        if caller not in GOOD:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403
            return
        await socket.recv()
        for number, (kind, document) in enumerate(documents()):
            await socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": {"query": document}}))
            codes: list[Any] = []
            while True:
                message = json.loads(await socket.recv())
                if message["type"] == "error":
                    codes = [error["extensions"]["code"] for error in message["payload"]]
                if message["type"] in {"error", "complete"}:
                    break
            assert ("FORBIDDEN" in codes) == (expected(caller, kind) is not None), document


async def test_deletions_by_filter_need_admin_and_nothing_is_written(
    served: tuple[int, MemoryStore], secrets: dict[str, str]
) -> None:
    port, store = served
    async with client(port) as http:
        for field, given in FILTERED.items():
            document = f"mutation {{ {field}(input: {given}) {{ __typename }} }}"
            for caller, status in (("write", 403), ("admin", 200)):
                answer = await http.post("/graphql", json={"query": document}, headers=header(secrets, caller))
                assert answer.status_code == status, answer.text
        head = (await store.log_state()).head
        selection = "... on RunPayload { run { history(first: 1) { nodes { actor } } } }"
        create = f"mutation {{ createRun(input: {{}}) {{ {selection} }} }}"
        refused = await http.post("/graphql", json={"query": create}, headers=header(secrets, "read"))
        assert refused.status_code == 403
        assert (await store.log_state()).head == head
        made = await http.post("/graphql", json={"query": create}, headers=header(secrets, "write"))
        assert made.json()["data"]["createRun"]["run"]["history"]["nodes"] == [{"actor": "write"}]


async def test_revocation_ends_streams(served: tuple[int, MemoryStore], secrets: dict[str, str]) -> None:
    port, store = served
    document = "subscription { runChanges { __typename } }"
    (token,) = [each for each in await store.list_tokens() if each.name == "read"]
    async with (
        client(port) as http,
        websockets.connect(
            f"ws://127.0.0.1:{port}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as socket,
    ):
        await socket.send(json.dumps({"type": "connection_init", "payload": header(secrets, "read")}))
        await socket.recv()
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": document}}))
        for accept in (STREAM, PARTS):
            head = header(secrets, "read") | accept
            if accept is PARTS:
                await _restore(store, token)
                async with asyncio.timeout(5):
                    while (await http.get("/metrics", headers=head)).status_code != 200:
                        pass
            async with http.stream("POST", "/graphql", json={"query": document}, headers=head) as response:
                await store.revoke_token(token.id, 1)
                async with asyncio.timeout(5):
                    text = (await response.aread()).decode()
            assert "UNAUTHENTICATED" in text
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(_drain(socket), 5)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403


async def _drain(socket: websockets.ClientConnection) -> None:
    while True:
        await socket.recv()


async def _restore(store: MemoryStore, token: Token) -> None:
    await store.add_token(token)
