"""Clients that never finish their request: they are disconnected, and delay no other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
import pytest_asyncio

from runindex.server.http_protocol import HttpProtocol
from runindex.server.process import configured
from tests.support.api import application
from tests.support.servers.listening import listening
from tests.support.servers.served import Served
from tests.support.stores import open_memory_index

pytestmark = pytest.mark.asyncio

QUERY: Final = json.dumps({"query": "{ runCount }"})
HEAD: Final = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
WHOLE: Final = f"{HEAD}Content-Length: {len(QUERY)}\r\n\r\n{QUERY}".encode()
CUTS: Final = pytest.mark.parametrize("length", [0, 4, 60, len(WHOLE) - 1], ids=["all", "word", "head", "end"])
SHORT: Final = 0.3
PATIENCE: Final = 30


class ImpatientProtocol(HttpProtocol):
    """Gives a request little time."""

    request_seconds = SHORT


class LessImpatientProtocol(HttpProtocol):
    """Gives a request some time."""

    request_seconds = 3


@asynccontextmanager
async def serving(http: type[HttpProtocol]) -> AsyncIterator[int]:
    async with (
        open_memory_index() as index,
        listening(configured(application(index), http, port=0, lifespan="off")) as port,
    ):
        yield port


@pytest_asyncio.fixture
async def impatient_port() -> AsyncIterator[int]:
    """Serve with little patience for requests."""
    async with serving(ImpatientProtocol) as port:
        yield port


async def all_from(reader: asyncio.StreamReader) -> bytes:
    """Return what the server sends until it closes the connection."""
    return await asyncio.wait_for(reader.read(), PATIENCE)


@CUTS
async def test_a_request_that_does_not_end_is_refused_in_time(impatient_port: int, length: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient_port)
    writer.write(WHOLE[:length])
    assert (await all_from(reader)).startswith(b"HTTP/1.1 408 ")
    writer.close()


@CUTS
async def test_an_unfinished_request_behind_others_is_refused_in_time(impatient_port: int, length: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient_port)
    for _ in range(2):
        writer.write(WHOLE)
        assert (await reader.readuntil(b"}}")).startswith(b"HTTP/1.1 200 ")
        # Between requests a connection may rest.
        await asyncio.sleep(2 * SHORT)
    if length:
        writer.write(WHOLE[:length])
        assert (await all_from(reader)).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_each_request_has_its_own_time() -> None:
    async with serving(LessImpatientProtocol) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        middle = len(WHOLE) // 2
        writer.write(WHOLE[:middle])
        for _ in range(14):
            # Whenever something comes, it is the end of a request and the beginning of the next.
            writer.write(WHOLE[middle:] + WHOLE[:middle])
            assert b" 200 " in await reader.readuntil(b"}}")
            await asyncio.sleep(0.25)
        assert (await all_from(reader)).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_nothing_is_said_amid_an_answer(impatient_port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient_port)
    query = "query=subscription%7BrunChanges(bookmarks:true)%7Bcursor%7D%7D"
    writer.write(f"GET /graphql?{query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n".encode())
    writer.write(b"Content-Length: 5\r\n\r\n")  # which never come
    answer = await all_from(reader)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b" 408 " not in answer
    writer.close()


async def test_a_request_that_comes_in_small_pieces_is_answered(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for place in range(len(WHOLE)):
        writer.write(WHOLE[place : place + 1])
        await asyncio.sleep(0)
    assert (await reader.readuntil(b"}}")).startswith(b"HTTP/1.1 200 ")
    writer.close()


@CUTS
async def test_a_server_that_stops_does_not_wait_for_an_unfinished_request(served: Served, length: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(WHOLE[:length])
    await asyncio.to_thread(served.execute, "{ runCount }")
    assert await asyncio.to_thread(served.stop) == 0
    assert await all_from(reader) in (
        b"",
        b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    )
    assert "ERROR" not in served.log
    assert "Traceback" not in served.log
    writer.close()
