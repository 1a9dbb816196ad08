"""The forms of a request: media types and codings of bodies, parameters of URLs, what is accepted, batches."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from persistence.memory.store import MemoryStore
from tests.support.backends import Opener
from tests.support.servers.wire import ANSWER, BODY, Wire

pytestmark = pytest.mark.asyncio


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


@pytest_asyncio.fixture
async def wire(port: int) -> AsyncIterator[Wire]:
    wire = await Wire.open(port)
    yield wire
    wire.writer.close()


@pytest.mark.parametrize(
    ("media_type", "headers", "body", "status"),
    [
        ("application/json; charset=utf-8", (), BODY, 200),
        ('application/json;CHARSET="UTF-8"', (), BODY, 200),
        ("application/json; charset=utf8", ("Content-Encoding: identity",), BODY, 200),
        ("application/json; charset=", (), BODY, 415),
        ("application/json; charset=utf-16", (), BODY.decode().encode("utf-16"), 415),
        ("application/json; charset=iso-8859-1", (), BODY, 415),
        ("application/json", (), BODY.decode().encode("utf-16"), 400),
        ("application/json", ("Content-Encoding: gzip",), gzip.compress(BODY, mtime=0), 415),
        ("application/json", ("Content-Encoding: br",), BODY, 415),
        ("application/json", ("Content-Encoding: identity, gzip",), BODY, 415),
        ("application/graphql", (), b"{ runCount }", 415),
        ("application/x-www-form-urlencoded", (), b"query={runCount}", 415),
    ],
)
async def test_a_body_is_json_in_utf_8_and_as_it_is(
    wire: Wire, media_type: str, headers: tuple[str, ...], body: bytes, status: int
) -> None:
    wire.post(*headers, body=body, media_type=media_type)
    head, answer = await wire.answer()
    assert (head.status, answer == ANSWER) == (status, status == 200)
    is_coded = status == 415 and bool(headers)
    assert head.headers.get("accept-encoding") == ("identity" if is_coded else None)
    assert await wire.is_kept()


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("query={runCount}&variables=&operationName=&extensions=", 200),
        ("query={runCount}&variables=null&extensions=null", 200),
        ("query={runCount}&variables={}&extensions={}&other=1&other=2", 200),
        ("query=query+A+{runCount}&operationName=A", 200),
        ("query={runCount}&operationName=A", 400),
        ("query=", 400),
        ("query", 400),
        ("", 400),
        ("variables={}", 400),
        ("query={runCount}&variables=[]", 400),
        ("query={runCount}&variables=%22%22", 400),
        ("query={runCount}&extensions=5", 400),
        ("query={runCount}&query={runCount}", 400),
        ("query={runCount}&query=", 400),
        ("query={runCount}&variables={}&variables={}", 400),
        ("query={runCount}&operationName=&operationName=A", 400),
    ],
)
async def test_an_empty_parameter_is_none_and_two_are_one_too_many(wire: Wire, parameters: str, status: int) -> None:
    wire.send(f"GET /graphql?{parameters} HTTP/1.1", "Host: x", "Accept: application/graphql-response+json")
    head, body = await wire.answer()
    assert (head.status, body == ANSWER) == (status, status == 200)


@pytest.mark.parametrize("part", ["variables", "operationName", "extensions"])
@pytest.mark.parametrize("is_empty", [True, False])
async def test_null_in_a_body_is_none(wire: Wire, part: str, is_empty: bool) -> None:  # noqa: FBT001
    value: Any = ("" if part == "operationName" else {}) if is_empty else None
    wire.post(body=json.dumps({"query": "{ runCount }", part: value}).encode())
    assert (await wire.answer())[1] == ANSWER


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ((), "application/json"),
        (("Accept:",), "application/json"),
        (("Accept: */*;q=0",), "application/json"),
        (("Accept: text/plain",), "application/json"),
        (("Accept: application/json;q=0, */*",), "application/graphql-response+json"),
        (("Accept: text/html;q=0.1", "Accept: application/graphql-response+json"), "application/graphql-response+json"),
    ],
)
async def test_who_accepts_nothing_that_there_is_gets_json(
    wire: Wire, accept: tuple[str, ...], media_type: str
) -> None:
    """RFC 9110 (12.5.1) lets a server disregard the header, which is of more use than a refusal."""
    wire.post(*accept)
    head, body = await wire.answer()
    assert (head.status, head.headers["content-type"], body) == (200, media_type, ANSWER)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_handshake_that_a_proxy_has_cut_down_is_told_what_it_lacks(wire: Wire, version: str) -> None:
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    wire.send(f"GET /graphql HTTP/{version}", "Host: x", "Sec-WebSocket-Version: 13", key, "Connection: close")
    head, answer = await wire.answer()
    assert (head.status, head.headers["upgrade"]) == (426, "websocket")
    assert b"a proxy has to pass them on" in answer


@pytest.mark.parametrize("body", [b"[]", b'[{"query":"{ runCount }"}]', b"[5]", b"[" + BODY + b"," + BODY + b"]"])
async def test_a_batch_is_refused_with_what_to_do_instead(wire: Wire, body: bytes) -> None:
    wire.post("Accept: application/graphql-response+json, application/json;q=0.9", body=body)
    head, answer = await wire.answer()
    assert (head.status, head.headers["content-type"]) == (400, "application/json")
    (error,) = json.loads(answer)["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert all(word in error["message"] for word in ("batches are not supported", "a request of its own", "HttpLink"))
