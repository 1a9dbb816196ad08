"""What a connection may cost, byte by byte: heads, requests at a time, sockets, operations, frames, rates."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from runindex.domain.tokens import Token, TokenScope, hash_of
from runindex.server.app import create_app
from runindex.server.doors import admission
from runindex.server.doors.admission import Admission
from runindex.server.process import configured
from runindex.settings.connection_limits import ConnectionLimits
from runindex.settings.settings import Settings, StorageBackend
from tests.faults.frames import framed
from tests.support.servers.listening import listening
from tests.support.servers.wire import ANSWER, ASKED, BODY, PATIENCE, Head, Wire

pytestmark = pytest.mark.asyncio

Open: TypeAlias = Callable[[], Awaitable[Wire]]
HOST: Final = "Host: localhost"
UPGRADE: Final = (
    HOST,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Protocol: graphql-transport-ws",
)
FOLLOW: Final = "subscription { runChanges(bookmarks: true) { cursor } }"
TEXT, PONG = 1, 0x8A


@pytest.fixture(autouse=True)
def _quick_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REFUSAL_SECONDS", (0.0, 0.0))


@asynccontextmanager
async def serving(limits: ConnectionLimits | None = None, **settings: Any) -> AsyncIterator[Open]:  # noqa: ANN401 - of any kind
    limits = limits or ConnectionLimits()
    app = create_app(
        Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"), connection_limits=limits, **settings)
    )
    wires: list[Wire] = []
    async with listening(configured(app, limits=limits, port=0)) as port:

        async def open_wire() -> Wire:
            wires.append(await Wire.open(port))
            return wires[-1]

        yield open_wire
        for wire in wires:
            wire.writer.close()


async def asked(wire: Wire, *headers: str, path: str = ASKED) -> tuple[Head, bytes]:
    wire.send(f"GET {path} HTTP/1.1", HOST, *headers)
    return await wire.answer()


def error_of(body: bytes) -> dict[str, Any]:
    (error,) = json.loads(body)["errors"]
    return {"message": error["message"], **error["extensions"]}


async def socket_of(wire: Wire) -> Wire:
    wire.send("GET /graphql HTTP/1.1", *UPGRADE)
    assert (await wire.head()).status == 101
    return wire


def tell(wire: Wire, **message: object) -> None:
    wire.writer.write(framed(TEXT, json.dumps(message).encode()))


async def told(wire: Wire) -> Any:  # noqa: ANN401 - JSON
    """Return the next message of a socket, or the code with which it is closed."""
    async with asyncio.timeout(PATIENCE):
        kind, length = await wire.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await wire.reader.readexactly(2))
        data = await wire.reader.readexactly(length)
    return int.from_bytes(data[:2]) if kind & 15 == 8 else json.loads(data)


@pytest.mark.parametrize("end", ["", "\r\n\r\n"])
@pytest.mark.parametrize("header", ["X: " + "x" * 1_100, "\r\n".join(f"X-{i}: {'x' * 60}" for i in range(20))])
async def test_the_longest_head_is_a_setting(end: str, header: str) -> None:
    async with serving(ConnectionLimits(head=1_000)) as open_wire:
        wire = await open_wire()
        wire.writer.write(f"GET /livez HTTP/1.1\r\n{HOST}\r\n{header}{end}".encode())
        head, body = await wire.answer()
        assert (head.status, head.headers["connection"], await wire.rest()) == (431, "close", b"")
        assert error_of(body)["code"] == "LIMIT_EXCEEDED"
        assert "RUNINDEX_MAX_HEAD" in error_of(body)["message"]


async def test_a_client_that_still_sends_sees_why_it_was_refused() -> None:
    async with serving() as open_wire:
        wire = await open_wire()
        wire.send("POST /graphql HTTP/1.1", HOST, "Content-Type: application/json", "Content-Length: 9000000")
        sending = asyncio.create_task(_send_all(wire, b" " * 9_000_000))
        head, body = await wire.answer()
        assert (head.status, error_of(body)["code"]) == (413, "LIMIT_EXCEEDED")
        async with asyncio.timeout(PATIENCE):
            await sending
        assert await wire.rest() == b""


async def _send_all(wire: Wire, data: bytes) -> None:
    wire.writer.write(data)
    await wire.writer.drain()


async def test_thirty_unfinished_bodies_of_ten_megabytes_are_not_taken() -> None:
    async with serving() as open_wire:
        statuses = []
        for _ in range(30):
            wire = await open_wire()
            wire.send("POST /graphql HTTP/1.1", HOST, "Content-Type: application/json", "Content-Length: 10000000")
            wire.writer.write(b" " * 100_000)
            statuses.append((await wire.answer())[0].status)
        assert statuses == [413] * 30
        assert (await asked(await open_wire()))[1] == ANSWER


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_that_finds_no_room_is_refused_and_a_probe_is_not(method: str) -> None:
    running, ended = asyncio.Event(), asyncio.Event()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        running.set()
        if scope["path"] == "/slow":
            await ended.wait()
        await PlainTextResponse("done")(scope, _nothing, send)

    door = Admission(application, ConnectionLimits(requests=1, waiting=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://localhost") as http:
        content = b"x" if method == "POST" else None
        slow = asyncio.create_task(http.request(method, "/slow", content=content))
        await running.wait()
        waiting = asyncio.create_task(http.request(method, "/", content=content))
        async with asyncio.timeout(PATIENCE):
            while not door.turns.waiting:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0)
        refused = await http.request(method, "/", content=content)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert error_of(refused.content)["code"] == "UNAVAILABLE"
        assert (await http.get("/livez")).status_code == 200
        ended.set()
        assert [(await task).status_code for task in (slow, waiting)] == [200, 200]
    assert (door.turns.free, door.turns.waiting) == (1, 0)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def test_sockets_and_streams_are_counted_together() -> None:
    async with serving(ConnectionLimits(sockets=2)) as open_wire:
        await socket_of(await open_wire())
        stream = await open_wire()
        stream.send(f"GET /graphql?query={FOLLOW.replace(' ', '%20')} HTTP/1.1", HOST, "Accept: text/event-stream")
        assert (await stream.head()).status == 200
        refused = await open_wire()
        refused.send("GET /graphql HTTP/1.1", *UPGRADE)
        for head, body in (await refused.answer(), await asked(await open_wire(), "Accept: text/event-stream")):
            assert (head.status, head.headers["retry-after"]) == (503, "1")
            assert "RUNINDEX_MAX_SOCKETS" in error_of(body)["message"]
        assert (await asked(await open_wire()))[1] == ANSWER
        stream.writer.close()
        async with asyncio.timeout(PATIENCE):
            while True:
                again = await open_wire()
                again.send("GET /graphql HTTP/1.1", *UPGRADE)
                if (await again.head()).status == 101:
                    break


async def test_operations_of_all_sockets_of_a_caller_are_counted() -> None:
    async with serving(ConnectionLimits(subscriptions_per_caller=2)) as open_wire:
        sockets = [await socket_of(await open_wire()) for _ in range(2)]
        message: Any = None
        for number, wire in enumerate((*sockets, sockets[0])):
            if number < 2:
                tell(wire, type="connection_init")
                assert (await told(wire))["type"] == "connection_ack"
            tell(wire, type="subscribe", id=str(number), payload={"query": FOLLOW})
            message = await told(wire)
            assert message["type"] == ("next" if number < 2 else "error")
        assert "RUNINDEX_MAX_SUBSCRIPTIONS_PER_CALLER" in message["payload"][0]["message"]
        tell(sockets[1], type="complete", id="1")
        tell(sockets[1], type="subscribe", id="3", payload={"query": "{ runCount }"})
        message = await told(sockets[1])
        assert message["type"] in {"next", "error"}  # the other may not have ended yet


async def test_a_socket_carries_a_hundred_subscriptions() -> None:
    async with serving() as open_wire:
        wire = await socket_of(await open_wire())
        tell(wire, type="connection_init")
        assert (await told(wire))["type"] == "connection_ack"
        for number in range(101):
            tell(wire, type="subscribe", id=str(number), payload={"query": FOLLOW})
        messages = [await told(wire) for _ in range(101)]
        (refused,) = (message for message in messages if message["type"] == "error")
        assert refused["id"] == "100"
        assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_a_message_that_is_too_long_closes_its_socket() -> None:
    async with serving() as open_wire:
        wire = await socket_of(await open_wire())
        wire.writer.write(framed(TEXT, b" " * 65_537))
        assert await told(wire) == 1009


async def test_whoever_does_not_begin_is_disconnected() -> None:
    async with serving() as open_wire:
        assert await told(await socket_of(await open_wire())) == 4408


async def test_a_flood_of_pings_is_answered_in_turns() -> None:
    async with serving(ConnectionLimits(frames=20_000)) as open_wire:
        wire, count = await socket_of(await open_wire()), 30_000
        wire.writer.write(b"\x89\x80\0\0\0\0" * count)
        assert (await asked(await open_wire()))[1] == ANSWER
        async with asyncio.timeout(PATIENCE):
            assert await wire.reader.readexactly(2 * count) == bytes((PONG, 0)) * count


async def test_a_thousand_requests_in_a_row_are_answered_and_others_between_them() -> None:
    async with serving() as open_wire:
        wire, count = await open_wire(), 1_000
        request = f"GET {ASKED} HTTP/1.1\r\n{HOST}\r\n\r\n".encode()
        sending = asyncio.create_task(_send_all(wire, request * (count - 1) + f"GET {ASKED} HTTP/1.1\r\n".encode()))
        assert (await asked(await open_wire()))[1] == ANSWER
        for number in range(count):
            if number == count - 1:  # whose head was cut
                await sending
                wire.writer.write(f"{HOST}\r\n\r\n".encode())
            assert (await wire.answer())[1] == ANSWER


async def test_requests_behind_a_body_that_arrives_in_parts_are_answered_in_order() -> None:
    async with serving() as open_wire:
        wire = await open_wire()
        size = f"Content-Length: {len(BODY) + 100_000}"
        wire.send("POST /graphql HTTP/1.1", HOST, "Content-Type: application/json", size)
        wire.writer.write(BODY + b" " * 100_000)
        wire.send("GET /livez HTTP/1.1", HOST)
        wire.send("GET /nowhere HTTP/1.1", HOST)
        assert [(await wire.answer())[0].status for _ in range(3)] == [200, 200, 404]


async def test_a_token_has_so_many_points_a_minute() -> None:
    secrets = {name: f"secret-of-{name}-0123456789" for name in ("ci", "dash")}
    tokens = tuple(Token(name, name, TokenScope.READ, hash_of(secret), 0) for name, secret in secrets.items())
    async with serving(tokens=tokens, rate_per_token=60) as open_wire:
        path = "/graphql?query=%7Bruns%7Bnodes%7Bid%7D%7D%7D"  # of 50 points
        for name, status in (("ci", 200), ("ci", 429), ("dash", 200)):
            head, body = await asked(await open_wire(), f"Authorization: Bearer {secrets[name]}", path=path)
            assert head.status == status
            if status == 429:
                error = error_of(body)
                assert (error["code"], error["limit"]) == ("LIMIT_EXCEEDED", 60)
                assert 1 <= int(head.headers["retry-after"]) == error["retryAfter"] <= 40
                assert "data" not in json.loads(body)
