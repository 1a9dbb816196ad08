"""The dashboard in a browser, driven by mouse and by keyboard: it asks nobody but its server."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from tests.support.paths import ROOT
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

CREATE: Final = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ... on RunPayload { run { id } } } }"
MOVE: Final = """mutation ($id: ID!, $to: RunStatus!, $error: String) {
    transitionRun(input: {id: $id, to: $to, error: $error}) { __typename }
}"""
RECORD: Final = "mutation ($input: RecordResultInput!) { recordResult(input: $input) { __typename } }"
AXE: Final = ROOT / "web/node_modules/axe-core/axe.min.js"
GRAVE: Final = """axe.run().then(found => found.violations
    .filter(({impact}) => ['serious', 'critical'].includes(impact))
    .map(({id, nodes}) => id + ': ' + nodes.map(node => node.html.slice(0, 200)).join(' | '))
)"""
LIVE: Final = "document.querySelector('.connection').dataset.state === 'live'"
# The default run is always there.
ROWS: Final = """[...document.querySelectorAll('.run-row .run-link')]
    .map(link => link.textContent).filter(name => name !== 'default')"""
NOTICE: Final = "document.querySelector('.notices').innerText"


@pytest_asyncio.fixture
async def page(served: Served, tmp_path: Path) -> AsyncIterator[Page]:
    """Give a page that, at the end, has asked nobody but the server and had nothing to complain of."""
    async with chromium.open_page(tmp_path / "browser") as page:
        yield page
        own = (served.root, served.ws_url, "data:", "about:")
        assert [url for url in page.addresses if not url.startswith(own)] == []
        assert page.complaints == []


def create(served: Served, name: str, **more: object) -> str:
    run = served.execute(CREATE, input={"name": name, **more})["createRun"]["run"]
    return str(run["id"])


def named(text: str) -> str:
    """Return a script that finds what can be pressed by its text or its label."""
    return (
        "[...document.querySelectorAll('button, a, [role=option]')].find(one => "
        f"one.innerText?.trim() === {json.dumps(text)} || one.getAttribute('aria-label') === {json.dumps(text)})"
    )


async def open_list(served: Served, page: Page, search: str = "") -> None:
    await page.open(f"{served.root}/{search}")
    await page.wait_for("document.querySelector('.connection') && document.querySelector('.runs-tools button')")
    await page.wait_for(LIVE)


async def names(page: Page) -> Any:  # noqa: ANN401 - a list of texts
    return await page.evaluate(ROWS)


async def test_runs_arrive_and_change_without_reload(served: Served, page: Page) -> None:
    first = create(served, "first")
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.join() === 'first'")
    await asyncio.to_thread(create, served, "second")
    await page.wait_for(f"{ROWS}.join() === 'second,first'")
    await asyncio.to_thread(served.execute, MOVE, id=first, to="FAILED", error="out of memory\nat line 3")
    row = f"document.querySelector('[data-run=\"{first}\"]')"
    await page.wait_for(
        f"{row}.dataset.status === 'FAILED' && {row}.querySelector('.error-line').innerText === 'out of memory'"
    )
    await page.wait_for("document.querySelector('.tile[data-status=FAILED] .tile-count').innerText === '1'")


async def test_what_arrives_while_reading_further_down_waits(served: Served, page: Page) -> None:
    for number in range(60):
        create(served, f"run {number}")
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length > 10")
    await page.evaluate("document.querySelector('.runs-table').scrollTo(0, 700)")
    await page.wait_for("document.querySelector('.runs-table').scrollTop === 700")
    read = "document.elementFromPoint(400, 600).closest('[data-run]')?.dataset.run"
    await page.wait_for(read)
    before = await page.evaluate(read)
    for number in range(3):
        await asyncio.to_thread(create, served, f"new {number}")
    await page.wait_for("document.querySelector('.waiting')?.innerText === '3 new'")
    assert await page.evaluate(read) == before
    await page.click("document.querySelector('.waiting')")
    await page.wait_for(f"{ROWS}.slice(0, 3).join() === 'new 2,new 1,new 0'")


async def test_filters_are_in_the_address_and_the_same_in_another_browser(
    served: Served, page: Page, tmp_path: Path
) -> None:
    create(served, "kept", tags=["env:prod", "a|b"], metadata={"model": {"name": "large"}})
    create(served, "other", tags=["env:dev"])
    await open_list(served, page)
    await page.press("f")
    await page.wait_for("document.activeElement?.placeholder === 'Filter by…'")
    await page.press(*"tag")
    await page.wait_for("document.querySelector('[role=option][data-focused]')?.innerText === 'Tag'")
    await page.press("Enter")
    await page.wait_for("[...document.querySelectorAll('[role=option]')].some(one => one.innerText.startsWith('a|b'))")
    await page.press("ArrowDown", "Enter")
    await page.click(named("Apply"))
    await page.wait_for(f"{ROWS}.join() === 'kept'")
    address = await page.evaluate("location.href")
    assert "where=tag:any:a%257Cb" in address
    async with chromium.open_page(tmp_path / "another") as other:
        await other.open(address)
        await other.wait_for(f"{ROWS}.join() === 'kept'")
        assert await other.evaluate("document.querySelector('.chip').innerText.includes('a|b')")


async def test_a_tile_filters_and_a_metadata_column_is_shown(served: Served, page: Page) -> None:
    create(served, "small one", metadata={"model": {"name": "small"}})
    done = create(served, "done", metadata={"model": {"name": "large"}})
    served.execute(MOVE, id=done, to="COMPLETED")
    await open_list(served, page, "?columns=name,metadata.model.name,status&order=metadata.model.name.asc")
    await page.wait_for(f"{ROWS}.join() === 'done,small one'")
    cells = "[...document.querySelectorAll('[data-column=\"metadata.model.name\"]')].map(cell => cell.innerText)"
    assert (await page.evaluate(cells))[:2] == ["large", "small"]
    await page.click("document.querySelector('.tile[data-status=COMPLETED]')")
    await page.wait_for(f"{ROWS}.join() === 'done'")
    assert "status:any:COMPLETED" in await page.evaluate("location.search")


async def test_a_move_by_button_is_made_undone_and_confirmed(served: Served, page: Page) -> None:
    run = create(served, "mover")
    await page.open(f"{served.root}/runs/{run}")
    await page.click(named("Pause"))
    await page.wait_for(f"{NOTICE}.includes('mover was paused')")
    await page.wait_for("document.querySelector('.run-title .status').dataset.status === 'PAUSED'")
    assert not await page.evaluate(f"{named('Complete')} !== undefined")  # the table has no such move
    await page.click(named("Undo"))
    await page.wait_for("document.querySelector('.run-title .status').dataset.status === 'ACTIVE'")
    await page.click(named("Fail"))
    await page.wait_for("document.querySelector('[role=dialog] textarea') === document.activeElement")
    await page.press(*"broken")
    await page.click("document.querySelector('[role=dialog] button[type=submit]')")
    await page.wait_for("document.querySelector('.run-error pre')?.innerText === 'broken'")
    assert served.execute("query ($id: ID!) { run(id: $id) { status error } }", id=run)["run"] == {
        "status": "FAILED",
        "error": "broken",
    }


async def test_a_move_that_lost_a_race_says_so(served: Served, page: Page) -> None:
    run = create(served, "raced")
    await page.open(f"{served.root}/runs/{run}")
    await page.wait_for(named("Pause"))
    # Somebody else completes it just before the page's own mutation.
    other = json.dumps({"query": MOVE, "variables": {"id": run, "to": "COMPLETED"}})
    await page.evaluate(
        "{ const send = fetch; window.fetch = async (url, options) => {"
        "  if (options.body.includes('moveRunMutation'))"
        f"    await send(url, {{...options, body: {json.dumps(other)}}});"
        "  return send(url, options); } }"
    )
    await page.click(named("Pause"))
    await page.wait_for(f"{NOTICE}.includes('Somebody was faster: the run is completed by now')")


async def test_many_are_moved_by_keyboard_alone(served: Served, page: Page) -> None:
    runs = [create(served, f"run {number}") for number in range(3)]
    served.execute(MOVE, id=runs[0], to="COMPLETED")
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length === 3")
    await page.press("j")
    await page.wait_for(f"document.activeElement.dataset.run === '{runs[2]}'")
    await page.press("x", "j")
    await page.wait_for(f"document.activeElement.dataset.run === '{runs[1]}'")
    await page.press("x", "k", "j", "j")
    await page.wait_for(f"document.activeElement.dataset.run === '{runs[0]}'")
    await page.press("x")
    await page.wait_for("document.querySelector('.bulk')?.innerText.includes('3 runs marked')")
    await page.evaluate(f"({named('Cancel…')}).focus()")
    await page.press("Enter")
    await page.wait_for("document.querySelector('[role=dialog]')?.innerText.includes('2 of 3 can be moved')")
    await page.press(*"no longer needed", "Enter")
    await page.wait_for(f"{NOTICE}.includes('2 runs cancelled. 1 run could not be')")
    history = "query ($id: ID!) { run(id: $id) { history { nodes { reason } } } }"
    assert served.execute(history, id=runs[1])["run"]["history"]["nodes"][-1] == {"reason": "no longer needed"}
    await page.press("?")
    await page.wait_for("document.querySelector('[role=dialog]')?.innerText.includes('Keyboard shortcuts')")
    await page.press("Escape")
    await page.wait_for("!document.querySelector('[role=dialog]')")
    await page.press("g", "l")
    await page.wait_for("document.title.startsWith('Lifecycle')")


async def test_many_are_tagged_and_the_way_back_is_offered(served: Served, page: Page) -> None:
    runs = [create(served, f"run {number}") for number in range(2)]
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length === 2")
    for run in runs:
        await page.click(f"document.querySelector('[data-run=\"{run}\"] input')")
    await page.click(named("Tag…"))
    await page.wait_for("document.activeElement?.placeholder === 'Tag…'")
    await page.press(*"later")
    await page.wait_for("document.querySelector('[role=option][data-focused]')?.innerText === 'later'")
    await page.press("Enter")
    await page.wait_for(f"{NOTICE}.includes('later was added to 2 runs.')")
    tags = "[...document.querySelectorAll('.tag')].map(tag => tag.innerText).join()"
    await page.wait_for(f"{tags} === 'later,later'")
    await page.click(named("Undo"))
    await page.wait_for(f"{tags} === ''")


async def test_a_view_is_saved_and_is_the_default(served: Served, page: Page, tmp_path: Path) -> None:
    create(served, "one", tags=["x"])
    create(served, "two")
    await open_list(served, page, "?where=tag:any:x&columns=name,tags")
    await page.press("v")
    await page.wait_for("document.activeElement?.placeholder === 'Name'")
    await page.press(*"mine", "Enter")
    await page.wait_for(f"{NOTICE}.includes('The view mine is saved.')")
    await page.click(named("Make mine the default"))
    await page.wait_for(named("mine is the default; make it none"))
    async with chromium.open_page(tmp_path / "another") as other:
        await open_list(served, other)
        await other.wait_for(f"{ROWS}.join() === 'one' && document.querySelectorAll('.head-cell').length === 2")


async def test_results_show_failures_first_and_differences(served: Served, page: Page) -> None:
    dataset = {
        "datasetId": "golden/set",
        "datasetVersion": "2026-11-01T00:00:00Z",
        "targetType": "AGENT",
        "targetId": "t",
    }
    runs = [create(served, f"evaluation {number}", dataset={**dataset, "totalItems": 2}) for number in range(2)]
    for run in runs:
        at = {"startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z", "latency": 10.0, "runId": run}
        right = {"itemId": "a", "input": 1, "output": {"answer": 41}, "expectedOutput": {"answer": 42}}
        served.execute(RECORD, input={**at, **right})
        served.execute(RECORD, input={**at, "itemId": "b", "input": 2, "error": "timeout" if run == runs[1] else None})
    await page.open(f"{served.root}/runs/{runs[1]}?part=results")
    await page.wait_for("document.querySelectorAll('.result').length === 2")
    items = "[...document.querySelectorAll('.result-item')].map(item => item.innerText)"
    assert await page.evaluate(items) == ["b", "a"]
    await page.click("document.querySelectorAll('.result summary')[1]")
    await page.wait_for("document.querySelector('.diff .added')?.innerText.includes('41')")
    assert "42" in await page.evaluate("document.querySelector('.diff .removed').innerText")
    await page.open(f"{served.root}/compare?ids={runs[0]}&ids={runs[1]}")
    await page.wait_for(
        "[...document.querySelectorAll('section tbody th')].map(head => head.innerText).join() === 'b,a'"
    )
    await page.open(f"{served.root}/datasets/golden/set?item=b")
    await page.wait_for(
        "document.querySelector('section h2[tabindex]')?.innerText.includes('changed its outcome 1 time')"
    )


async def test_a_tree_opens_in_place_and_is_followed(served: Served, page: Page) -> None:
    root = create(served, "root")
    child = create(served, "child", parentId=root)
    create(served, "grandchild", parentId=child)
    await page.open(f"{served.root}/runs/{root}?part=tree")
    lines = "[...document.querySelectorAll('.tree-item a')].map(link => link.innerText).join()"
    await page.wait_for(f"{lines} === 'root,child'")
    await page.click("document.querySelectorAll('.tree-chevron')[1]")
    await page.wait_for(f"{lines} === 'root,child,grandchild'")
    await asyncio.to_thread(create, served, "late", parentId=child)
    await page.wait_for(f"{lines} === 'root,child,grandchild,late'")


async def test_a_killed_server_is_caught_up_with(served: Served, tmp_path: Path) -> None:
    create(served, "before")
    async with chromium.open_page(tmp_path / "browser") as page:  # which complains of the lost connection
        await open_list(served, page)
        await page.wait_for(f"{ROWS}.join() === 'before'")
        served.kill()
        await page.wait_for("document.querySelector('.connection').innerText.startsWith('Connection lost')")
        served.start()
        await asyncio.to_thread(create, served, "after")
        await page.wait_for(LIVE)
        await page.wait_for(f"{ROWS}.join() === 'after,before'")


async def test_a_token_is_asked_for_and_kept_for_the_tab(served: Served, tmp_path: Path) -> None:
    create(served, "seen")
    # A server that wants a token, as seen from the page.
    guard = """{ const send = fetch; window.fetch = async (url, options) =>
        options.headers.Authorization === 'Bearer right' ? send(url, options)
        : new Response('{"errors": [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]}', {status: 401})
    }"""
    async with chromium.open_page(tmp_path / "browser") as page:
        await page.command("Page.addScriptToEvaluateOnNewDocument", source=guard)
        await page.open(served.root)
        await page.wait_for("document.activeElement?.type === 'password'")
        await page.press(*"wrong", "Enter")
        await page.wait_for("document.querySelector('[role=alert]')?.innerText.includes('does not take the token')")
        await page.evaluate("document.activeElement.select()")
        await page.press(*"right", "Enter")
        await page.wait_for(f"{ROWS}.join() === 'seen'")
        await page.command("Page.reload")
        await page.wait_for(f"{ROWS}.join() === 'seen'")
        assert page.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_can_be_used_by_everybody(served: Served, page: Page, theme: str) -> None:
    dataset = {"datasetId": "d", "datasetVersion": "2026-11-01T00:00:00Z", "targetType": "AGENT", "targetId": "t"}
    runs = [create(served, f"run {number}", tags=["x"], dataset={**dataset, "totalItems": 1}) for number in range(2)]
    at = {"startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z", "latency": 10.0}
    for run in runs:
        served.execute(RECORD, input={**at, "runId": run, "itemId": "a", "input": 1, "output": 2, "expectedOutput": 3})
    served.execute(MOVE, id=runs[0], to="FAILED", error="broken")
    served.execute('mutation { createPlan(input: {name: "plan", spec: {}}) { __typename } }')
    served.execute("mutation { enqueueJob(input: {data: 1}) { __typename } }")
    await page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    parts = [
        f"/runs/{runs[0]}?part={part}" for part in ("overview", "tree", "results", "events", "data", "history", "raw")
    ]
    found = {}
    shown = ["/", "/?where=tag:any:x", "/datasets", "/datasets/d?item=a", f"/compare?ids={runs[0]}&ids={runs[1]}"]
    for path in (*shown, "/plans", "/jobs", "/lifecycle", *parts):
        await page.open(served.root + path)
        await page.wait_for("document.querySelector('main h1, main .empty')")
        await page.wait_for("!document.body.innerText.includes('Loading…') && document.fonts.status === 'loaded'")
        await page.evaluate(AXE.read_text())
        found[path] = await page.evaluate(GRAVE)
    assert {path: graves for path, graves in found.items() if graves} == {}
