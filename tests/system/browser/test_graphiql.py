"""GraphiQL in a browser: it works, asks nobody but its server, and does nothing that its policy forbids."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.servers.served import Served, serving

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

CREATE: Final = "mutation ($name: String!) { createRun(input: {name: $name}) { __typename } }"
EXECUTE: Final = "document.querySelector('.graphiql-execute-button')"
EDITORS: Final = "document.querySelectorAll('.CodeMirror').length === 4"  # for query, variables, headers and answer
QUERY: Final = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
FIELD: Final = "document.querySelector('input[name=token]')"
ANSWER: Final = "document.querySelector('.result-window').innerText"


@pytest_asyncio.fixture
async def page(served: Served, tmp_path: Path) -> AsyncIterator[Page]:
    async with chromium.open_page(tmp_path / "browser") as page:
        await page.open(served.url)
        await page.wait_for(EDITORS)
        yield page
        assert [url for url in page.addresses if not url.startswith((served.url, served.ws_url, "data:"))] == []
        assert page.complaints == []


def named(text: str) -> str:
    """Return a script that finds a button by its text."""
    return f"[...document.querySelectorAll('button')].find(button => button.textContent === {text!r})"


def labelled(label: str) -> str:
    """Return a script that finds a button by the start of its label."""
    return f"document.querySelector('button[aria-label^=\"{label}\"]')"


async def choose_tab(page: Page, operation: str) -> None:
    """Choose a tab and wait until its first operation is the one to execute, which takes GraphiQL a moment."""
    await page.click(named(operation))
    await page.wait_for(f"{QUERY}.operations?.[0].name.value === {operation!r}")


async def answer_has(page: Page, text: str) -> None:
    await page.wait_for(f"{ANSWER}.includes({text!r})")


async def test_a_query_is_executed(served: Served, page: Page) -> None:
    served.execute(CREATE, name="seen in a browser")
    await page.click(EXECUTE)
    await answer_has(page, '"seen in a browser"')
    assert await page.evaluate("document.title") == "RunIndex"


async def test_a_subscription_shows_what_happens(served: Served, page: Page) -> None:
    await choose_tab(page, "RunChanges")
    await page.click(EXECUTE)
    await answer_has(page, '"Bookmark"')
    await asyncio.to_thread(served.execute, CREATE, name="arrived by itself")
    await answer_has(page, '"arrived by itself"')
    assert served.ws_url in page.addresses


async def test_an_operation_is_chosen(served: Served, page: Page) -> None:
    await choose_tab(page, "CreateRun")
    await page.click(EXECUTE)
    await page.click("document.querySelector('[role=menuitem]')")
    await answer_has(page, '"ACTIVE"')
    assert served.execute('{ runCount(filter: {nameContains: "made in GraphiQL"}) }') == {"runCount": 1}


async def test_a_link_opens_its_query_and_executes_it_only_when_told(served: Served, page: Page) -> None:
    document = (
        "query Other { runCount } mutation Asked($name: String!) { createRun(input: {name: $name}) { __typename } }"
    )
    asked = {"query": document, "variables": '{"name": "made by a link"}', "operationName": "Asked"}
    for _ in range(2):  # at the second time the page has tabs of its own
        await page.open(f"{served.url}?{urlencode(asked)}")
        await page.wait_for(EDITORS)
        await page.wait_for(f"{QUERY}.getValue().includes({document!r})")
        await page.wait_for("document.querySelectorAll('.CodeMirror')[1].CodeMirror.getValue().includes('by a link')")
        await page.wait_for(f"{QUERY}.operations?.length === 2")
    assert served.execute("{ runCount }") == {"runCount": 1}
    await page.click(EXECUTE)
    await answer_has(page, '"RunPayload"')
    assert served.execute('{ runCount(filter: {nameContains: "made by a link"}) }') == {"runCount": 1}


async def test_every_part_opens(page: Page) -> None:
    await page.click(labelled("Show Documentation Explorer"))
    await page.click("document.querySelector('.graphiql-doc-explorer-content a')")
    await page.click(labelled("Prettify query"))
    await page.click(labelled("Show History"))
    for dialog in ("Open short keys dialog", "Open settings dialog"):
        await page.click(labelled(dialog))
        await page.click("document.querySelector('[role=dialog] .graphiql-dialog-close')")
        await page.wait_for("!document.querySelector('[role=dialog]')")


async def test_a_token_is_asked_for_and_kept_for_the_tab_alone(tmp_path: Path) -> None:
    secret = secrets.token_hex()
    with serving(tmp_path, RUNINDEX_TOKENS=f"browser:write:{secret}") as served:
        served.token = secret
        served.execute(CREATE, name="seen with a token")
        async with chromium.open_page(tmp_path / "browser") as page:
            await page.open(served.url)
            await page.wait_for(EDITORS)
            await page.click(EXECUTE)
            await answer_has(page, "UNAUTHENTICATED")
            await page.click(FIELD)
            await page.command("Input.insertText", text=secret)
            await page.click(named("Use"))
            await page.wait_for(f"{FIELD}?.value === {secret!r} && {EDITORS}")
            await page.click(EXECUTE)
            await answer_has(page, '"seen with a token"')
            await choose_tab(page, "RunChanges")
            await page.click(EXECUTE)
            await answer_has(page, '"Bookmark"')
            assert not await page.evaluate(f"JSON.stringify({{...localStorage}}).includes({secret!r})")
            assert await page.evaluate("document.cookie") == ""
