"""Requests that name their query by its hash, over every transport, and clients that always come to their answer."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import httpx
import pytest

from persistence.memory.store import MemoryStore
from resolvers.transports.requests.persisted_queries import PersistedQueries
from tests.api.conftest import OpenSocket
from tests.api.test_streams_over_http import EVENTS, FORMS, PARTS, Read, events
from tests.support.api import Answer, Api, Socket, Value
from tests.support.backends import Opener

pytestmark = pytest.mark.asyncio

GRAPHQL: Final = {"Accept": "application/graphql-response+json"}
CREATE: Final = "mutation { createRun(input: {}) { __typename } }"
CHANGES: Final = "subscription { runChanges(bookmarks: true) { __typename } }"
NOT_FOUND: Final = {
    "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]
}


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


def hashed(document: str, **parts: object) -> Answer:
    """Return the body of a request that names its query by the hash."""
    digest = sha256(document.encode()).hexdigest()
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}, **parts}


def parameters(body: Answer) -> dict[str, str]:
    return {name: part if isinstance(part, str) else json.dumps(part) for name, part in body.items()}


@pytest.mark.parametrize("accept", [{}, GRAPHQL])
async def test_an_unknown_hash_is_told_so_and_the_query_is_known_from_then_on(
    api: Api, accept: Mapping[str, str]
) -> None:
    document, variables = "query ($id: ID!) { runExists(id: $id) }", {"id": "default"}
    by_hash = hashed(document, variables=variables)
    for _ in range(2):  # the second time after everything was forgotten, as by a restart or another server
        for response in (
            await api.post(json=by_hash, headers=accept),
            await api.http.get("/graphql", params=parameters(by_hash), headers=accept),
        ):
            assert (response.status_code, response.json()) == (200, NOT_FOUND)
            assert response.headers["Cache-Control"] == "private, no-cache, must-revalidate"
        for body in ({**by_hash, "query": document}, by_hash):
            assert (await api.post(json=body, headers=accept)).json() == {"data": {"runExists": True}}
        got = await api.http.get("/graphql", params=parameters(by_hash), headers=accept)
        assert got.json() == {"data": {"runExists": True}}
        assert got.headers["Cache-Control"] == "no-store"
        api.endpoint.persisted = PersistedQueries()


async def test_a_query_may_become_known_by_get(api: Api) -> None:
    body = hashed("{ runCount }", query="{ runCount }")
    assert (await api.http.get("/graphql", params=parameters(body))).json() == {"data": {"runCount": 1}}
    assert (await api.post(json=hashed("{ runCount }"))).json() == {"data": {"runCount": 1}}


async def test_a_hash_of_another_query_is_refused(api: Api) -> None:
    response = await api.post(json=hashed("{ runCount }", query="{ __typename }"))
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "provided sha does not match query"
    assert (await api.post(json=hashed("{ __typename }"))).json() == NOT_FOUND


async def test_a_mutation_is_executed_by_its_hash_but_not_by_get(api: Api) -> None:
    for body in (hashed(CREATE, query=CREATE), hashed(CREATE)):
        assert (await api.post(json=body)).json() == {"data": {"createRun": {"__typename": "RunPayload"}}}
        assert (await api.http.get("/graphql", params=parameters(body))).status_code == 405
    assert await api.ask("{ runCount }") == {"runCount": 3}


async def test_head_is_as_get(api: Api) -> None:
    for body in (hashed("{ runCount }"), hashed("{ runCount }", query="{ runCount }"), hashed("{ runCount }")):
        got, head = [await api.http.request(method, "/graphql", params=parameters(body)) for method in ("GET", "HEAD")]
        assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


@FORMS
async def test_a_subscription_may_be_named_by_its_hash(
    http: httpx.AsyncClient, accept: Mapping[str, str], read: Read
) -> None:
    body = hashed(CHANGES)
    async with http.stream("POST", "/graphql", json=body, headers=accept) as response:
        assert response.status_code == 200
        if accept is PARTS:  # Apollo Client reads it as the answer that it is
            assert json.loads(await response.aread()) == NOT_FOUND
        else:
            assert [event async for event in read(response)] == [NOT_FOUND, None]
    for request in ({**body, "query": CHANGES}, body):
        async with http.stream("POST", "/graphql", json=request, headers=accept) as response:
            first = await anext(read(response))
            assert first == {"data": {"runChanges": {"__typename": "Bookmark"}}}


async def test_an_event_source_may_ask_by_hash(api: Api, http: httpx.AsyncClient) -> None:
    del api
    await http.post("/graphql", json=hashed("{ runCount }", query="{ runCount }"))
    async with http.stream("GET", "/graphql", params=parameters(hashed("{ runCount }")), headers=EVENTS) as response:
        assert [event async for event in events(response)] == [{"data": {"runCount": 1}}, None]


async def test_a_socket_takes_hashes(sockets: OpenSocket) -> None:
    socket = await sockets()
    assert await subscribed(socket, "1", hashed("{ runCount }")) == ("error", NOT_FOUND["errors"])
    for number, body in enumerate([hashed("{ runCount }", query="{ runCount }"), hashed("{ runCount }")]):
        assert await subscribed(socket, f"2{number}", body) == ("next", {"data": {"runCount": 1}})
        assert (await socket.message(f"2{number}"))["type"] == "complete"
    kind, errors = await subscribed(socket, "3", hashed("{ runCount }", query="{ __typename }"))
    assert (kind, errors[0]["message"]) == ("error", "provided sha does not match query")
    assert await subscribed(socket, "3", hashed(CHANGES, query=CHANGES)) == (
        "next",
        {"data": {"runChanges": {"__typename": "Bookmark"}}},
    )


@pytest.mark.parametrize("payload", [{}, {"query": None}, {"extensions": {}}, {"query": 5, **hashed("{ runCount }")}])
async def test_a_socket_is_told_of_messages_without_any_query(sockets: OpenSocket, payload: Answer) -> None:
    socket = await sockets()
    await socket.connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    await socket.connection.wait_closed()
    assert socket.connection.close_code == 4400


async def subscribed(socket: Socket, operation: str, payload: Answer) -> tuple[str, Value]:
    """Begin an operation and return the kind and the payload of its first message."""
    await socket.connection.send(json.dumps({"type": "subscribe", "id": operation, "payload": payload}))
    message = await socket.message(operation)
    return message["type"], message["payload"]
