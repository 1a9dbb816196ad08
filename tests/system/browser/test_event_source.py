"""A browser's own `EventSource`: it connects again, misses nothing, repeats nothing, and stops when all is over."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from tests.support.databases.proxy import Proxy
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.servers.served import COMMAND, PATIENCE, Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

CREATE: Final = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"
DELETE: Final = "mutation ($id: ID!) { deleteRun(input: {id: $id}) { __typename } }"
CHANGES: Final = """
    subscription { item: runChanges(bookmarks: true) { ... on RunChange { runId cursor } ... on Bookmark { cursor } } }
"""
AFTER: Final = "subscription ($after: String) { item: runChanges(after: $after) { ... on RunChange { runId cursor } } }"
RESULTS: Final = "subscription ($id: ID!) { item: resultRecorded(runId: $id) { cursor } }"
# What a page does: it keeps nothing itself, and lets the browser connect again.
FOLLOW: Final = """
    window.heard = [], window.connections = 0
    window.source = new EventSource('/graphql?' + new URLSearchParams({query: %r, variables: %r}))
    source.addEventListener('open', () => connections++)
    source.addEventListener('next', ({data, lastEventId}) => heard.push({...JSON.parse(data), lastEventId}))
"""


@pytest_asyncio.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with chromium.open_page(tmp_path / "browser") as page:
        yield page


async def follow(page: Page, root: str, document: str, **variables: str) -> None:
    """Open a stream in a page of the server's, and wait until it is open."""
    await page.open(f"{root}/livez")
    await page.wait_for("document.body?.innerText === 'ok'")
    await page.evaluate(FOLLOW % (document, json.dumps(variables)))
    await page.wait_for("heard.length" if document == CHANGES else "connections === 1")


async def changes(page: Page, count: int) -> list[Any]:
    """Return the changes that the page has heard of, once they are so many."""
    of_runs = "heard.filter(({data}) => data?.item.runId)"
    await page.wait_for(f"{of_runs}.length >= {count}")
    answers: list[Any] = await page.evaluate(of_runs)
    return answers


def create(served: Served, count: int) -> list[str]:
    return [served.execute(CREATE)["createRun"]["run"]["id"] for _ in range(count)]


@asynccontextmanager
async def proxied(served: Served) -> AsyncIterator[tuple[str, Proxy]]:
    """Give the address of a proxy that can cut all connections, and the proxy."""
    proxy = Proxy("127.0.0.1", served.port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", proxy
    finally:
        server.close()
        proxy.cut()


async def test_each_change_is_heard_once_over_ends_of_the_server(served: Served, page: Page) -> None:
    await follow(page, served.root, CHANGES)
    made: list[str] = []
    for end in (served.kill, served.stop):
        made += await asyncio.to_thread(create, served, 2)
        await changes(page, len(made))
        await asyncio.to_thread(end)
        await asyncio.to_thread(served.start)
        made += await asyncio.to_thread(create, served, 3)  # before the browser is back, which waits for seconds
    made += await asyncio.to_thread(create, served, 1)
    answers = await changes(page, len(made))
    assert [answer["data"]["item"]["runId"] for answer in answers] == made
    assert [answer["lastEventId"] for answer in answers] == [answer["data"]["item"]["cursor"] for answer in answers]
    assert await page.evaluate("connections") == 3


@pytest.mark.parametrize("document", [CHANGES, AFTER])
async def test_each_change_is_heard_once_over_cuts_in_between(served: Served, page: Page, document: str) -> None:
    """Also over one before the first; the id goes before the variable, which the browser sends again."""
    after = (await asyncio.to_thread(served.execute, "{ changeCursor }"))["changeCursor"]
    async with proxied(served) as (root, proxy):
        await follow(page, root, document, after=after)
        made: list[str] = []
        for count in (0, 2, 1):
            made += await asyncio.to_thread(create, served, count)
            await changes(page, len(made))
            connections = await page.evaluate("connections")
            proxy.cut()
            made += await asyncio.to_thread(create, served, 2)
            await page.wait_for(f"connections > {connections}")
        answers = await changes(page, len(made))
        assert [answer["data"]["item"]["runId"] for answer in answers] == made


async def test_a_stream_that_is_over_is_not_opened_again(served: Served, page: Page) -> None:
    (run_id,) = await asyncio.to_thread(create, served, 1)
    await follow(page, served.root, RESULTS, id=run_id)
    await asyncio.to_thread(served.execute, DELETE, id=run_id)
    await page.wait_for("source.readyState === EventSource.CLOSED")
    assert await page.evaluate("[connections, heard]") == [1, []]


async def test_a_cursor_that_has_expired_is_told_once(served: Served, page: Page) -> None:
    await follow(page, served.root, CHANGES)
    await asyncio.to_thread(create, served, 1)
    await changes(page, 1)
    await asyncio.to_thread(served.stop)
    await asyncio.to_thread(renew_epoch, served)
    await asyncio.to_thread(served.start)
    await page.wait_for("source.readyState === EventSource.CLOSED")
    _, _, refused = await page.evaluate("heard")
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["CURSOR_EXPIRED"]
    assert await page.evaluate("connections") == 2


def renew_epoch(served: Served) -> None:
    """Do what is done after a backup was restored."""
    environment = {"PATH": os.defpath, "SQLITE_PATH": str(served.directory / "runindex.db")}
    subprocess.run([COMMAND, "new-epoch"], check=True, env=environment, timeout=PATIENCE, capture_output=True)
