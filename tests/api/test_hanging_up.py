"""Nothing is done any more for a caller who hangs up, but what was submitted is done."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.api.conftest import OpenSocket
from tests.support.api import Api, until

pytestmark = pytest.mark.asyncio

SECONDS: Final = 30
QUERY: Final = '{ run(id: "00000000-0000-0000-0000-000000000001") { id } }'
CREATE: Final = 'mutation { createRun(input: {name: "submitted"}) { __typename } }'
CALLERS: Final = 10


class Held:
    """Calls of one method of a store that do not come to their end until they are let go, or cancelled."""

    def __init__(self, api: Api, method: str) -> None:
        self._carry_out = getattr(api.store, method)
        self.begun = self.cancelled = self.done = 0
        self.free = asyncio.Event()
        setattr(api.store, method, self.call)

    async def call(self, *args: Any) -> Any:  # noqa: ANN401 - a store's
        """Carry out a call once it is let go."""
        self.begun += 1
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        found = await self._carry_out(*args)
        self.done += 1
        return found


def posted(document: str, accept: str = "application/json") -> bytes:
    """Return a request that posts a document."""
    body = json.dumps({"query": document})
    head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Accept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def got(document: str) -> bytes:
    """Return a request that gets a document's answer."""
    return f"GET /graphql?query={quote(document)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


@asynccontextmanager
async def calling(port: int, request: bytes) -> AsyncIterator[None]:
    """Send a request, and hang up in the end."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        yield
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "request_bytes",
    [posted(QUERY), got(QUERY), posted(QUERY, "text/event-stream")],
    ids=["POST", "GET", "event stream"],
)
async def test_a_query_ends_when_its_caller_hangs_up(api: Api, port: int, request_bytes: bytes) -> None:
    held = Held(api, "find_runs")
    async with calling(port, request_bytes):
        await until(lambda: held.begun == 1)
        assert held.cancelled == 0
    await until(lambda: held.cancelled == 1)
    assert held.done == 0


async def test_many_who_hang_up_at_once_cost_nothing_further(api: Api, port: int) -> None:
    held = Held(api, "find_runs")
    tasks = len(asyncio.all_tasks())
    async with calling(port, posted(QUERY)), calling(port, got(QUERY)):
        for number in range(CALLERS):
            async with calling(port, posted(QUERY)):
                await until(lambda number=number: held.begun >= number + 1)  # type: ignore[misc]
    await until(lambda: held.cancelled == held.begun)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)


async def test_a_query_on_a_socket_ends_when_that_is_closed(api: Api, sockets: OpenSocket) -> None:
    held = Held(api, "find_runs")
    socket = await sockets()
    await socket.subscribe("1", QUERY)
    await until(lambda: held.begun == 1)
    await socket.connection.close()
    await until(lambda: held.cancelled == 1)


async def test_a_query_on_a_socket_ends_when_it_is_completed(api: Api, sockets: OpenSocket) -> None:
    held = Held(api, "find_runs")
    socket = await sockets()
    await socket.subscribe("1", QUERY)
    await until(lambda: held.begun == 1)
    await socket.complete("1")
    await until(lambda: held.cancelled == 1)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_mutation_that_was_submitted_is_carried_out(api: Api, port: int, accept: str) -> None:
    held = Held(api, "apply")
    async with calling(port, posted(CREATE, accept)):
        await until(lambda: held.begun == 1)
    held.free.set()
    await until(lambda: held.done == 1)
    assert held.cancelled == 0
    assert (await api.ask('{ runCount(filter: {nameContains: "submitted"}) }')) == {"runCount": 1}


async def test_a_caller_who_stays_is_answered(api: Api, port: int) -> None:
    held = Held(api, "find_runs")
    async with calling(port, got(QUERY)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(posted(QUERY))
        await until(lambda: held.begun == 2)
    await until(lambda: held.cancelled == 1)
    held.free.set()
    async with asyncio.timeout(SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    writer.close()
