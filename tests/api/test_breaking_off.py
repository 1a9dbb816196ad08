"""What breaks off after a write began answers OUTCOME_UNKNOWN, or the outcome: never the caller's mistake."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, TypeAlias

import httpx
import pytest
import websockets
from starlette.applications import Starlette
from websockets.frames import CloseCode

from resolvers.execution import mutate
from resolvers.execution.compilation import operations
from resolvers.transports import endpoint, streaming, websocket
from runindex.commands import AnyCommand
from runindex.domain.errors import UnavailableError
from runindex.ports.store import Applied
from runindex.server import websocket_protocol
from runindex.server.process import configured
from tests.api.conftest import OpenSocket
from tests.support.api import Answer, Api, Socket
from tests.support.servers.listening import listening

pytestmark = pytest.mark.asyncio

CREATE: Final = """
    mutation ($key: String!) {
      createRun(input: {idempotencyKey: $key}) { __typename ... on RunPayload { run { id } replayed } }
    }
"""
COUNT: Final = "{ runCount }"
FAULTS: Final = (MemoryError, RecursionError, asyncio.CancelledError, TimeoutError, ZeroDivisionError)
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
PARTS: Final = "multipart/mixed;subscriptionSpec=1.0, application/json"
PROTOCOL: Final = websockets.Subprotocol("graphql-transport-ws")
Ask: TypeAlias = Callable[[str, str], Coroutine[Any, Any, Answer]]


def over_http(http: httpx.AsyncClient, accept: str) -> Ask:
    async def ask(document: str, key: str) -> Answer:
        body = {"query": document, "variables": {"key": key}}
        response = await http.post("/graphql", json=body, headers={"Accept": accept})
        assert response.status_code == httpx.codes.OK, response.text
        if accept != EVENTS:
            return dict(response.json())
        _, *events = response.text.split("event: next\ndata: ")
        *_, last = events
        payload, end = last.split("\n\n", 1)
        # Without `complete`, a client takes the stream for one that it lost, and sends the mutation again.
        assert end.startswith("event: complete\nid: complete")
        return dict(json.loads(payload))

    return ask


def over_socket(open_socket: OpenSocket) -> Ask:
    async def ask(document: str, key: str) -> Answer:
        socket = await open_socket()
        await socket.subscribe(key, document, key=key)
        message = await socket.message(key)
        if message["type"] == "error":
            return {"errors": message["payload"]}
        assert (await socket.message(key))["type"] == "complete"
        return dict(message["payload"])

    return ask


@pytest.fixture(params=["json", "events", "parts", "socket"])
def ask(request: pytest.FixtureRequest, http: httpx.AsyncClient, sockets: OpenSocket) -> Ask:
    """Give a function that executes an operation by one way in, once or again under the same key."""
    match request.param:
        case "socket":
            return over_socket(sockets)
        case form:
            return over_http(http, {"json": JSON, "events": EVENTS, "parts": PARTS}[form])


def breaking(fault: type[BaseException]) -> Callable[..., Any]:
    def broken(*_: object, **__: object) -> None:
        raise fault

    return broken


def code_of(answer: Answer) -> str:
    assert answer.get("data") is None
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


async def assert_written_once(api: Api, ask: Ask, key: str, runs: int) -> None:
    """Assert that the mutation was carried out, and that sending it again with its key tells of it."""
    assert await api.ask(COUNT) == {"runCount": runs}
    payload = (await ask(CREATE, key))["data"]["createRun"]
    assert payload["replayed"] is True
    assert await api.ask(COUNT) == {"runCount": runs}


async def test_a_payload_that_cannot_be_made(api: Api, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, fault in enumerate(FAULTS):
        with monkeypatch.context() as patch:
            patch.setattr(mutate, "member", breaking(fault))
            assert code_of(await ask(CREATE, fault.__name__)) == "OUTCOME_UNKNOWN", fault
        await assert_written_once(api, ask, fault.__name__, number + 2)


async def test_an_answer_that_cannot_be_written(api: Api, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, fault in enumerate(FAULTS):
        with monkeypatch.context() as patch:
            patch.setattr(operations, "encode", breaking(fault))
            patch.setattr(endpoint.Endpoint, "encode_json", breaking(fault))
            patch.setattr(streaming, "payload_of", breaking(fault))
            patch.setattr(websocket, "payload_of", breaking(fault))
            assert code_of(await ask(CREATE, fault.__name__)) == "OUTCOME_UNKNOWN", fault
        await assert_written_once(api, ask, fault.__name__, number + 2)


async def test_a_storage_that_breaks_off_behind_its_commit(api: Api, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = api.index.store.apply
    for number, fault in enumerate(FAULTS):

        async def broken(batch: Sequence[AnyCommand], fault: type[BaseException] = fault) -> Applied:
            await apply(batch)
            raise fault

        with monkeypatch.context() as patch:
            patch.setattr(api.store, "apply", broken, raising=False)
            assert code_of(await ask(CREATE, fault.__name__)) == "OUTCOME_UNKNOWN", fault
        await assert_written_once(api, ask, fault.__name__, number + 2)


async def test_subscribers_that_cannot_be_told(api: Api, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, fault in enumerate((MemoryError, RecursionError)):
        with monkeypatch.context() as patch:
            patch.setattr(api.index.writer, "committed", breaking(fault))
            assert (await ask(CREATE, fault.__name__))["data"]["createRun"]["replayed"] is False
        await assert_written_once(api, ask, fault.__name__, number + 2)


@pytest.mark.parametrize(
    ("field", "message"),
    [("children(first: 0) { nodes { id } }", "`first`"), ("descendants(first: 501) { nodes { id } }", "`first`")],
)
async def test_a_mistake_below_a_payload_does_not_hide_that_it_was_written(
    api: Api, ask: Ask, field: str, message: str
) -> None:
    document = f"mutation {{ createRun(input: {{}}) {{ ... on RunPayload {{ run {{ {field} }} }} }} }}"
    answer = await ask(document, "1")
    assert code_of(answer) == "OUTCOME_UNKNOWN"
    assert message in answer["errors"][0]["message"]
    assert "carried out" in answer["errors"][0]["message"]
    assert await api.ask(COUNT) == {"runCount": 2}


async def test_a_storage_that_goes_away_between_two_mutations(
    api: Api, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, calls = api.index.store.apply, 0

    async def broken(batch: Sequence[AnyCommand]) -> Applied:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise UnavailableError("away")
        return await apply(batch)

    monkeypatch.setattr(api.store, "apply", broken, raising=False)
    answer = await ask(
        "mutation { a: createRun(input: {}) { __typename } b: createRun(input: {}) { __typename } }", "1"
    )
    assert code_of(answer) == "OUTCOME_UNKNOWN"
    assert answer["errors"][0]["message"].startswith("away; ")


async def test_memory_that_ran_out_before_a_write_is_no_mistake_either(
    api: Api, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(operations, "encode", breaking(MemoryError))
        patch.setattr(endpoint.Endpoint, "process_result", breaking(MemoryError))
        response = await http.post("/graphql", json={"query": COUNT})
    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert response.headers["retry-after"] == "1"
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    with monkeypatch.context() as patch:
        patch.setattr(api.store, "count_runs", breaking(MemoryError), raising=False)
        response = await http.post("/graphql", json={"query": COUNT})
    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}


async def held_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Have the storage hold up the next batch; return what is set when it came, and what lets it go on."""
    came, free, apply = asyncio.Event(), asyncio.Event(), api.index.store.apply

    async def slow(batch: Sequence[AnyCommand]) -> Applied:
        came.set()
        await free.wait()
        return await apply(batch)

    monkeypatch.setattr(api.store, "apply", slow, raising=False)
    return came, free


async def test_a_request_that_is_cancelled_in_its_commit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    came, free = await held_up(api, monkeypatch)
    async with asyncio.timeout(30):
        sending = asyncio.create_task(api.post(json={"query": CREATE, "variables": {"key": "k"}}))
        await came.wait()
        sending.cancel()  # the transport of the test executes the application in the same task
        response = await sending
    free.set()
    assert response.status_code == httpx.codes.OK
    assert code_of(response.json()) == "OUTCOME_UNKNOWN"


async def test_a_stream_of_a_mutation_that_outlasts_the_server(
    app: Starlette, api: Api, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "GRACE_SECONDS", 0.05)
    came, free = await held_up(api, monkeypatch)
    async with asyncio.timeout(30):
        sending = asyncio.create_task(over_http(http, EVENTS)(CREATE, "k"))
        await came.wait()
        app.state.going_away.set()
        assert code_of(await sending) == "OUTCOME_UNKNOWN"
    free.set()


async def test_a_mutation_on_a_socket_that_outlasts_the_server(
    app: Starlette, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_protocol, "GRACE_SECONDS", 0.05)
    came, free = await held_up(api, monkeypatch)
    async with asyncio.timeout(30), AsyncExitStack() as server:
        port = await server.enter_async_context(listening(configured(app, port=0, lifespan="off")))
        address = f"ws://127.0.0.1:{port}/graphql"
        async with websockets.connect(address, subprotocols=[PROTOCOL]) as connection:
            socket = await Socket.open(connection)
            await socket.subscribe("1", CREATE, key="k")
            await came.wait()
            stop = asyncio.create_task(server.aclose())
            assert (await socket.error("1"))[0] == "OUTCOME_UNKNOWN"
            await connection.wait_closed()
            assert connection.close_code == CloseCode.GOING_AWAY
        await stop
    free.set()


async def test_a_mutation_that_its_client_completes_is_answered_nothing(
    api: Api, sockets: OpenSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    came, free = await held_up(api, monkeypatch)
    async with asyncio.timeout(30):
        socket = await sockets()
        await socket.subscribe("1", CREATE, key="k")
        await came.wait()
        await socket.complete("1")
        await socket.subscribe("2", COUNT)
        assert json.loads(await socket.connection.recv())["id"] == "2"
    free.set()


async def test_the_writer_goes_on_after_a_batch_was_broken_off(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    document = "mutation { createRun(input: {}) { __typename } }"
    with monkeypatch.context() as patch:
        patch.setattr(api.store, "apply", breaking(asyncio.CancelledError), raising=False)
        async with asyncio.timeout(30):
            answers = await asyncio.gather(*(api.send(document) for _ in range(20)))
    assert {code_of(answer) for answer in answers} == {"OUTCOME_UNKNOWN"}
    async with asyncio.timeout(30):
        assert "errors" not in await api.send(document)


async def test_memory_that_ran_out_in_a_batch_does_not_repeat_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = api.index.store.apply

    async def broken(batch: Sequence[AnyCommand]) -> Applied:
        await apply(batch)
        raise MemoryError

    document = "mutation { createRun(input: {}) { __typename } }"
    with monkeypatch.context() as patch:
        patch.setattr(api.store, "apply", broken, raising=False)
        answers = await asyncio.gather(*(api.send(document) for _ in range(20)))
    assert {code_of(answer) for answer in answers} == {"OUTCOME_UNKNOWN"}
    assert await api.ask(COUNT) == {"runCount": 21}
