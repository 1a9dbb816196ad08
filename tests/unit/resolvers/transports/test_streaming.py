"""Responses that last: who gets which framing, and how they begin, wait and end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Message
from strawberry.types.graphql import OperationType

from resolvers.transports.framing import EVENT_STREAM, MULTIPART, StreamFraming, wanted_framing
from resolvers.transports.streaming import Payload, Payloads, StreamedResponse

SUBSCRIPTION, QUERY = OperationType.SUBSCRIPTION, OperationType.QUERY
JSON, EVENTS = "application/json", "text/event-stream"
PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
SILENT = 3600.0
PATIENCE = 30


@pytest.mark.parametrize(
    ("accept", "operation", "framing"),
    [
        ("", SUBSCRIPTION, None),
        ("*/*", SUBSCRIPTION, None),
        (JSON, SUBSCRIPTION, None),
        (EVENTS, SUBSCRIPTION, EVENT_STREAM),
        (f"{JSON}, {EVENTS};q=0.1", SUBSCRIPTION, EVENT_STREAM),
        (f"{EVENTS};q=0", SUBSCRIPTION, None),
        (f"{EVENTS};q=0.5, {PARTS}", SUBSCRIPTION, MULTIPART),
        (f"{PARTS}, {EVENTS}", SUBSCRIPTION, MULTIPART),
        (f"{PARTS},application/graphql-response+json,{JSON};q=0.9", SUBSCRIPTION, MULTIPART),
        ('Multipart/Mixed; boundary="graphql"; subscriptionSpec="1.0"', SUBSCRIPTION, MULTIPART),
        (f"multipart/mixed, {EVENTS}", SUBSCRIPTION, EVENT_STREAM),
        ("multipart/mixed;deferSpec=20220824", SUBSCRIPTION, None),
        (EVENTS, QUERY, EVENT_STREAM),
        (EVENTS, None, EVENT_STREAM),
        (f"{EVENTS}, */*", QUERY, EVENT_STREAM),
        (f"{JSON}, {EVENTS}", QUERY, None),
        (f"{EVENTS};q=0.5, */*", QUERY, None),
        (PARTS, QUERY, None),
        (f"{PARTS}, {JSON}", QUERY, None),
        (PARTS, None, None),
    ],
)
def test_the_framing_is_the_one_that_is_wanted(
    accept: str, operation: OperationType | None, framing: StreamFraming | None
) -> None:
    assert wanted_framing(Headers({"Accept": accept}), operation) is framing


@dataclass(slots=True)
class Client:
    """The other side of a response, which may leave, and takes so many messages at most."""

    most: int = 1000
    messages: list[Message] = field(default_factory=list)
    leaves: asyncio.Event = field(default_factory=asyncio.Event)
    was_sent: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def is_answered(self) -> bool:
        return self.messages[-1].get("more_body") is False

    async def send(self, message: Message) -> None:
        if len(self.messages) == self.most:
            await asyncio.Event().wait()
        self.messages.append(message)
        self.was_sent.set()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}


@dataclass(slots=True)
class Source:
    """Payloads, and how many of them were asked for; it ends when it may."""

    limit: int
    asked: int = 0
    is_closed: bool = False
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def payloads(self) -> Payloads:
        try:
            while self.asked < self.limit:
                self.asked += 1
                yield Payload(b"%d" % self.asked)
            await self.may_end.wait()
        finally:
            self.is_closed = True


@asynccontextmanager
async def responding(
    client: Client,
    source: Source,
    stop: asyncio.Event,
    framing: StreamFraming,
    **seconds: Any,  # noqa: ANN401 - any of them
) -> AsyncIterator[None]:
    options: dict[str, Any] = {"heartbeat_seconds": SILENT, **seconds}
    response = StreamedResponse(framing, lambda _: source.payloads(), stop=stop, **options)
    before = len(asyncio.all_tasks())
    task = asyncio.create_task(response({"type": "http"}, client.receive, client.send))
    try:
        for _ in range(20):
            await asyncio.sleep(0)
        yield
    finally:
        await asyncio.wait_for(task, PATIENCE)
    assert source.is_closed
    assert len(asyncio.all_tasks()) == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (EVENT_STREAM, b":\n\nevent: next\ndata: 1\n\nevent: complete\nid: complete\ndata: \n\n"),
        (
            MULTIPART,
            b'\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{"payload":1}\r\n--graphql--\r\n',
        ),
    ],
)
async def test_a_source_that_ends_completes_the_response(framing: StreamFraming, body: bytes) -> None:
    client, source = Client(), Source(limit=1)
    source.may_end.set()
    async with responding(client, source, asyncio.Event(), framing):
        pass
    assert client.body == body
    assert client.is_answered


@pytest.mark.asyncio
@pytest.mark.parametrize("framing", [EVENT_STREAM, MULTIPART])
async def test_a_client_that_leaves_frees_the_source(framing: StreamFraming) -> None:
    client, source = Client(), Source(limit=1)
    async with responding(client, source, asyncio.Event(), framing):
        assert not source.is_closed
        client.leaves.set()
    assert not client.is_answered


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("framing", "notice"),
    [
        (EVENT_STREAM, b"data: 1\n\n: the server stops: connect again and go on from the last cursor\n\n"),
        (
            MULTIPART,
            (
                b'\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{"payload":null,"errors":[{"message":"the '
                b'server stops: connect again and go on from the last cursor","extensions":{"code":"UNAVAILABLE"}}]}'
                b"\r\n--graphql--\r\n"
            ),
        ),
    ],
)
async def test_a_server_that_stops_says_so_behind_the_last_item(framing: StreamFraming, notice: bytes) -> None:
    client, source, stop = Client(), Source(limit=1), asyncio.Event()
    async with responding(client, source, stop, framing):
        stop.set()
    assert client.body.endswith(notice)
    assert client.is_answered


@pytest.mark.asyncio
async def test_a_server_that_stops_does_not_wait_for_a_client_that_reads_nothing() -> None:
    client, source, stop = Client(most=3), Source(limit=9), asyncio.Event()
    async with responding(client, source, stop, EVENT_STREAM, notice_seconds=0.01):
        stop.set()
    assert not client.is_answered


@pytest.mark.asyncio
async def test_nothing_is_asked_for_ahead_of_the_client() -> None:
    client, source = Client(most=4), Source(limit=9)
    async with responding(client, source, asyncio.Event(), EVENT_STREAM):
        assert client.body.endswith(b"data: 2\n\n")
        assert source.asked == 3
        client.leaves.set()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("framing", "heartbeat"),
    [(EVENT_STREAM, b":\n\n:\n\n"), (MULTIPART, b"Content-Type: application/json\r\n\r\n{}\r\n--graphql")],
)
async def test_a_quiet_stream_shows_that_it_lives(framing: StreamFraming, heartbeat: bytes) -> None:
    client, source = Client(), Source(limit=0)
    async with responding(client, source, asyncio.Event(), framing, heartbeat_seconds=0.01), asyncio.timeout(PATIENCE):
        while heartbeat not in client.body:
            client.was_sent.clear()
            await client.was_sent.wait()
        source.may_end.set()
    assert client.body.endswith(framing.complete)


@pytest.mark.asyncio
async def test_what_ends_by_itself_has_time_to_when_the_server_stops() -> None:
    client, source, stop = Client(), Source(limit=1), asyncio.Event()
    response = StreamedResponse(
        EVENT_STREAM, lambda _: source.payloads(), heartbeat_seconds=SILENT, stop=stop, grace=SILENT
    )
    task = asyncio.create_task(response({"type": "http"}, client.receive, client.send))
    stop.set()
    await asyncio.wait({task}, timeout=0.05)
    source.may_end.set()
    await asyncio.wait_for(task, PATIENCE)
    assert client.body.endswith(EVENT_STREAM.complete)
