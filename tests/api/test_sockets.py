"""graphql-transport-ws, spoken well and badly."""

import json

import pytest
import websockets

from persistence.memory.store import MemoryStore
from tests.api.conftest import Connect, OpenSocket
from tests.support.api import Api
from tests.support.backends import Opener

pytestmark = pytest.mark.asyncio

INIT = {"type": "connection_init"}
COUNT = {"query": "{ runCount }"}


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


async def closed(connection: websockets.ClientConnection, *messages: object) -> int | None:
    """Send messages, texts and bytes as they are, and return the code by which the server closes."""
    for message in messages:
        await connection.send(message if isinstance(message, str | bytes) else json.dumps(message))
    await connection.wait_closed()
    return connection.close_code


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        b"{}",
        "[" * 60_000,
        '{"type":"ping","payload":{"a":NaN}}',
        None,
        5,
        "text",
        [],
        {},
        {"type": None},
        {"type": []},
        {"type": "start"},
        {"type": "x" * 500},
        {"type": "ping", "payload": []},
        {"type": "pong", "payload": 5},
        {"type": "connection_init", "payload": "x"},
        {"type": "complete"},
        {"type": "complete", "id": 5},
        {"type": "subscribe"},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": 1, "payload": COUNT},
        {"type": "subscribe", "id": "", "payload": COUNT},
        {"type": "subscribe", "id": None, "payload": COUNT},
        {"type": "subscribe", "id": "\ud800", "payload": COUNT},
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
        {"type": "subscribe", "id": "1", "payload": COUNT | {"variables": "{}"}},
        {"type": "subscribe", "id": "1", "payload": COUNT | {"variables": []}},
        {"type": "subscribe", "id": "1", "payload": COUNT | {"operationName": 5}},
        {"type": "subscribe", "id": "1", "payload": COUNT | {"extensions": []}},
    ],
)
async def test_a_malformed_message_closes_the_socket(connect: Connect, message: object) -> None:
    connection = await connect()
    raw = isinstance(message, str | bytes) and message != "text"
    assert await closed(connection, INIT, message if raw else json.dumps(message)) == 4400


async def test_the_conversation_has_an_order(connect: Connect) -> None:
    subscribe = {"type": "subscribe", "id": "x" * 500, "payload": {"query": "subscription { runCounts { key } }"}}
    assert await closed(await connect(), subscribe) == 4401
    assert await closed(await connect(), INIT, INIT) == 4429
    assert await closed(await connect(), INIT, subscribe, subscribe) == 4409


async def test_another_protocol_is_not_spoken(connect: Connect) -> None:
    assert await closed(await connect("graphql-ws")) == 4406


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {"a": 1}}])
async def test_a_socket_answers_pings(connect: Connect, payload: dict[str, object]) -> None:
    connection = await connect()
    await connection.send(json.dumps(INIT | payload))
    assert json.loads(await connection.recv()) == {"type": "connection_ack"}
    await connection.send(json.dumps({"type": "ping"} | payload))
    assert json.loads(await connection.recv()) == {"type": "pong"}
    await connection.send(json.dumps({"type": "pong"} | payload))


@pytest.mark.parametrize(
    "payload",
    [
        {"query": "{"},
        {"query": ""},
        {"query": "{ nope }"},
        {"query": "query A { runCount } query B { runCount }"},
        {"query": "{ runCount }", "operationName": "Nope"},
        {"query": "{ runCount }", "operationName": "\ud800"},
        {"query": "fragment F on Run { id }"},
        {"query": "query ($id: ID!) { run(id: $id) { id } }", "variables": {}},
        {"query": "subscription ($id: ID!) { run(id: $id) { id } }", "variables": {"id": {"\ud800": 1}}},
        {"query": 'subscription { runChanges(after: "x") { cursor } }'},
    ],
)
async def test_a_mistake_in_one_operation_leaves_the_others(
    sockets: OpenSocket, api: Api, payload: dict[str, object]
) -> None:
    socket = await sockets()
    await socket.subscribe("other", "subscription { runCounts { count } }")
    assert await socket.next("other") == [{"count": 1}]
    await socket.connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    message = await socket.message("1")
    assert message["type"] == "error"
    assert {error["extensions"]["code"] for error in message["payload"]} == {"BAD_USER_INPUT"}
    await api.run()
    assert await socket.next("other") == [{"count": 2}]
    # The id is free again.
    await socket.subscribe("1", "{ runCount }")
    assert await socket.next("1") == 2


async def test_a_socket_carries_a_hundred_operations(sockets: OpenSocket) -> None:
    socket = await sockets()
    for number in range(101):
        await socket.subscribe(str(number), "subscription { runCounts { count } }")
    assert (await socket.error("100"))[0] == "LIMIT_EXCEEDED"
    assert await socket.next("99") == [{"count": 1}]
