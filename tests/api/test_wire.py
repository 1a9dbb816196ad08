"""HTTP as its versions have it, byte by byte: lengths, ends of connections, methods, and heads that are wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
import pytest_asyncio

from resolvers.transports import graphiql
from runindex.server.app import create_app
from runindex.server.process import configured
from runindex.settings.settings import Settings, StorageBackend
from tests.support.servers.listening import listening
from tests.support.servers.wire import ANSWER, ASKED, BODY, PATIENCE, Wire

pytestmark = pytest.mark.asyncio

EVENTS: Final = b'event: next\ndata: {"data":{"runCount":1}}\n\nevent: complete\nid: complete\ndata: \n\n'
CHANGES: Final = "/graphql?query=" + quote("subscription { runChanges(bookmarks: true) { __typename } }")


@pytest_asyncio.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Serve all routes, with a page and an asset of the test's own."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "main-1.js").write_text("1")
    monkeypatch.setattr(graphiql, "FILES", tmp_path)
    app = create_app(Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"), allowed_hosts=("x",)))
    async with listening(configured(app, port=0)) as number:
        yield number


@pytest_asyncio.fixture
async def wire(port: int) -> AsyncIterator[Wire]:
    wire = await Wire.open(port)
    yield wire
    wire.writer.close()


@pytest.mark.parametrize("headers", [(), ("Connection: keep-alive",), ("Connection: close",), ("Host: x",)])
async def test_an_answer_to_the_old_version_has_a_length_and_ends_its_connection(
    wire: Wire, headers: tuple[str, ...]
) -> None:
    wire.post(*headers, version="1.0")
    head, body = await wire.answer()
    assert (head.status, body, head.headers["connection"]) == (200, ANSWER, "close")
    assert "transfer-encoding" not in head.headers
    assert await wire.rest() == b""


@pytest.mark.parametrize("headers", [(), ("Connection: keep-alive",)])
async def test_a_stream_in_the_old_version_ends_with_its_connection(wire: Wire, headers: tuple[str, ...]) -> None:
    wire.send(f"GET {ASKED} HTTP/1.0", "Accept: text/event-stream", *headers)
    head = await wire.head()
    assert (head.status, head.headers["connection"]) == (200, "close")
    assert head.headers.keys() & {"transfer-encoding", "content-length"} == set()
    assert (await wire.rest()).replace(b":\n\n", b"") == EVENTS


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_a_subscription_in_the_old_version_is_sent_as_it_happens(wire: Wire, accept: str, port: int) -> None:
    wire.send(f"GET {CHANGES} HTTP/1.0", f"Accept: {accept}")
    assert "transfer-encoding" not in (await wire.head()).headers
    other = await Wire.open(port)
    async with asyncio.timeout(PATIENCE):
        assert b"Bookmark" in await wire.reader.readuntil(b"Bookmark")
        for _ in range(3):
            other.post(body=json.dumps({"query": "mutation { createRun(input: {}) { __typename } }"}).encode())
            assert (await other.answer())[0].status == 200
            text = await wire.reader.readuntil(b"RunChange")
            assert b"\r\n1" not in text.replace(b"\r\n--graphql", b"")
    other.writer.close()


async def test_the_new_version_has_chunks_and_keeps_its_connection(wire: Wire) -> None:
    wire.send(f"GET {ASKED} HTTP/1.1", "Host: x", "Accept: text/event-stream")
    assert (await wire.head()).headers["transfer-encoding"] == "chunked"
    async with asyncio.timeout(PATIENCE):
        assert (await wire.reader.readuntil(b"\r\n0\r\n\r\n")).startswith(b"3\r\n:\n\n\r\n")
    assert await wire.is_kept()


async def test_a_connection_is_ended_when_the_client_says_so(wire: Wire) -> None:
    wire.post()
    assert (await wire.answer())[1] == ANSWER
    wire.post("Connection: close")
    head, body = await wire.answer()
    assert (body, head.headers["connection"], await wire.rest()) == (ANSWER, "close", b"")


PATHS: Final = ("/livez", "/readyz", "/metrics", ASKED, "/graphql", "/graphql/assets/main-1.js", "/nowhere")
PAGE: Final = "Accept: text/html"


@pytest.mark.parametrize(
    ("path", "accept"), [*((path, "Accept: */*") for path in PATHS), ("/graphql", PAGE), (ASKED, PAGE)]
)
async def test_head_is_get_without_a_body_on_every_route(wire: Wire, path: str, accept: str) -> None:
    heads = []
    for method in ("GET", "HEAD"):
        wire.send(f"{method} {path} HTTP/1.1", "Host: x", accept)
        heads.append(await wire.head())
        if method == "GET":
            await wire.reader.readexactly(int(heads[0].headers["content-length"]))
    for head in heads:
        del head.headers["date"]
        if path == "/metrics":  # which grow
            del head.headers["content-length"]
    assert heads[0] == heads[1]
    assert await wire.is_kept()


async def test_head_begins_no_stream(wire: Wire) -> None:
    wire.send(f"HEAD {CHANGES} HTTP/1.1", "Host: x", "Accept: text/event-stream")
    assert (await wire.head()).headers["content-type"] == "text/event-stream; charset=utf-8"
    assert await wire.is_kept()


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize(
    ("path", "allowed"), [("/graphql", "GET, HEAD, POST"), *((path, "GET, HEAD") for path in PATHS[:3])]
)
async def test_what_a_route_does_not_do_is_told_with_what_it_does(
    wire: Wire, method: str, path: str, allowed: str
) -> None:
    wire.send(f"{method} {path} HTTP/1.1", "Host: x")
    head, _ = await wire.answer()
    assert head.status == 405
    assert sorted(head.headers["allow"].split(", ")) == sorted(allowed.split(", "))


@pytest.mark.parametrize("expectation", ["100-continue", "100-Continue"])
async def test_a_client_that_waits_to_send_its_body_is_told_to(wire: Wire, expectation: str) -> None:
    wire.send(
        "POST /graphql HTTP/1.1",
        "Host: x",
        f"Expect: {expectation}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
    )
    assert (await wire.head()).status == 100
    wire.writer.write(BODY)
    assert (await wire.answer())[1] == ANSWER
    assert await wire.is_kept()


async def test_a_client_whose_body_is_not_wanted_need_not_send_it(wire: Wire) -> None:
    wire.send(
        "POST /graphql HTTP/1.1", "Host: x", "Expect: 100-continue", "Content-Type: text/plain", "Content-Length: 9999"
    )
    head, _ = await wire.answer()
    assert (head.status, head.headers["connection"], await wire.rest()) == (415, "close", b"")


async def test_the_old_version_has_no_interim_answers(wire: Wire) -> None:
    wire.post("Expect: 100-continue", version="1.0")
    assert (await wire.answer())[1] == ANSWER


@pytest.mark.parametrize("headers", [("TE: trailers, deflate;q=0.5",), ("Upgrade: TLS/1.0",), ("Trailer: X",)])
async def test_what_needs_no_answer_is_passed_over(wire: Wire, headers: tuple[str, ...]) -> None:
    wire.post(*headers)
    assert (await wire.answer())[1] == ANSWER
    assert await wire.is_kept()


async def test_a_body_in_chunks_is_read(wire: Wire) -> None:
    chunks = b"".join(b"1;x=y\r\n%c\r\n" % byte for byte in BODY) + b"0\r\nX: y\r\n\r\n"
    described = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    wire.send("POST /graphql HTTP/1.1", "Host: x", *described, body=chunks)
    assert (await wire.answer())[1] == ANSWER
    assert await wire.is_kept()


OFFER: Final = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAA")


@pytest.mark.parametrize("parts", [1, 2, 10_000])
async def test_an_offer_of_another_protocol_is_passed_over(wire: Wire, parts: int) -> None:
    """As Java's HttpClient and `curl --http2` make it; what comes behind it is read."""
    offered = "\r\n".join(["POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", *OFFER])
    text = f"{offered}\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    size = -(-len(text) // parts) if parts <= len(text) else 1
    for start in range(0, len(text), size):
        wire.writer.write(text[start : start + size])
        await wire.writer.drain()
        await asyncio.sleep(0)
    assert (await wire.answer())[1] == ANSWER
    wire.post(*OFFER)
    wire.send(f"GET {ASKED} HTTP/1.1", "Host: x", *OFFER)
    assert [(await wire.answer())[1] for _ in range(2)] == [ANSWER] * 2
    wire.post("Connection: close, Upgrade", "Upgrade: h2c")
    assert (await wire.answer())[1] == ANSWER
    assert await wire.rest() == b""


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /livez HTTP/1.1", (), 400),
        ("GET /livez HTTP/1.1", ("Host: a", "Host: b"), 400),
        ("GET /livez HTTP/1.0", ("Host: a", "Host: b"), 400),
        ("GET /livez HTTP/2.0", ("Host: x",), 505),
        ("GET /livez HTTP/1.1", ("Host: x", "Expect: a miracle"), 417),
        ("POST /graphql HTTP/1.1", ("Host: x", "Transfer-Encoding: gzip, chunked"), 501),
        ("POST /graphql HTTP/1.0", ("Transfer-Encoding: chunked",), 400),
        ("POST /graphql HTTP/1.1", ("Host: x", "Transfer-Encoding: chunked", "Content-Length: 5"), 400),
        ("POST /graphql HTTP/1.1", ("Host: x", "Content-Length: 5", "Content-Length: 6"), 400),
        ("POST /graphql HTTP/1.1", ("Host: x", "Content-Length: -5"), 400),
        ("GET /livez HTTP/1.1", ("Host: x", "A b: c"), 400),
        ("CONNECT x:80 HTTP/1.1", ("Host: x",), 400),
        ("PRI * HTTP/2.0", ("", "SM"), 400),
    ],
)
async def test_a_head_that_is_wrong_is_refused_and_its_connection_ended(
    wire: Wire, line: str, headers: tuple[str, ...], status: int
) -> None:
    wire.send(line, *headers)
    head, _ = await wire.answer()
    assert (head.status, head.headers["connection"], await wire.rest()) == (status, "close", b"")


async def test_a_head_that_is_wrong_is_refused_behind_the_answers_before_it(wire: Wire) -> None:
    wire.post()
    wire.send("GET /livez HTTP/1.1")
    assert [(await wire.answer())[0].status for _ in range(2)] == [200, 400]


@pytest.mark.parametrize("piece", [1_000, 60_000, 250_000])
async def test_a_head_that_does_not_end_is_refused_before_it_is_read(wire: Wire, piece: int) -> None:
    wire.writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Long: ")
    sent = 0
    while not wire.reader.at_eof() and sent < 100_000_000:
        try:
            wire.writer.write(b"a" * piece)
            await wire.writer.drain()
        except ConnectionError:
            break
        sent += piece
        await asyncio.sleep(0)
    assert sent < 20_000_000
    # A client that goes on writing may see its connection reset before it reads why.
    with suppress(ConnectionError):
        assert (await wire.rest())[:12] in {b"HTTP/1.1 431", b""}


async def test_a_head_of_many_lines_is_refused(wire: Wire) -> None:
    wire.post(*(f"X-{n}: {'a' * 1000}" for n in range(70)))
    assert (await wire.head()).status == 431


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(wire: Wire) -> None:
    wire.send(
        "POST /graphql HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {2 * 1024 * 1024 + 1}",
    )
    head, body = await wire.answer()
    assert (head.status, head.headers["connection"]) == (413, "close")
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_a_body_in_chunks_is_refused_once_it_is_too_large(wire: Wire) -> None:
    wire.send("POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked")
    for _ in range(40):
        wire.writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
    head, _ = await wire.answer()
    assert head.status == 413


async def test_a_body_of_the_largest_size_is_read(wire: Wire) -> None:
    body = BODY + b" " * (2 * 1024 * 1024 - len(BODY))
    wire.post(body=body)
    assert (await wire.answer())[0].status == 200


async def test_bodies_are_bounded_together_until_they_are_answered(port: int) -> None:
    size = 2 * 1024 * 1024
    held = [await Wire.open(port) for _ in range(32)]
    for each in held:
        each.send("POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {size}")
    other = await Wire.open(port)
    async with asyncio.timeout(PATIENCE):
        while True:
            other.post()
            head, _ = await other.answer()
            if head.status == 503:
                break
    assert head.headers["retry-after"] == "1"
    for each in held:
        each.writer.write(BODY + b" " * (size - len(BODY)))
    for each in held:
        assert (await each.answer())[0].status == 200
        each.writer.close()
    again = await Wire.open(port)
    again.post()
    assert (await again.answer())[0].status == 200
    for each in (other, again):
        each.writer.close()
