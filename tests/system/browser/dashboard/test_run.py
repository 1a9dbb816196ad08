"""What the pages of a run, of a comparison and of a dataset show."""

import asyncio
import json
import shutil
import subprocess
import sys

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import MOVE, RECORD, create, focused, named
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

APPEND = """mutation ($run: ID!, $events: [RunEventEntry!]!) {
    appendRunEvents(input: {runId: $run, events: $events}) { __typename }
}"""
MANY = "mutation ($results: [RecordResultInput!]!) { recordResults(input: {results: $results}) { __typename } }"
DELETE = "mutation ($id: ID!) { deleteRun(input: {id: $id}) { __typename } }"
PANELS = "[...document.querySelectorAll('.panel h2')].map(head => head.innerText).join()"


def result_of(run: str, item: int, error: str | None = None) -> dict[str, object]:
    """Return a result as it is recorded."""
    at = {"startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z"}
    return {"runId": run, "itemId": f"item {item:04}", "latency": float(item + 1), "error": error, **at}


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
        "[...document.querySelectorAll('tr[data-index] th')].map(head => head.innerText).join() === 'b,a'"
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


async def test_the_overview_has_what_matters_and_follows(served: Served, page: Page) -> None:
    run = create(served, "looked at", metadata={"model": "m"})
    create(served, "below", parentId=run)
    served.execute(RECORD, input=result_of(run, 1, "boom\nat line 2"))
    await page.open(f"{served.root}/runs/{run}")
    await page.wait_for(f"{PANELS} === 'Failed results,Timeline,Tree,Metadata'")
    await page.wait_for("document.querySelector('.panel').innerText.includes('boom')")
    await asyncio.to_thread(
        served.execute, APPEND, run=run, events=[{"stream": "log", "payload": {"text": "came late"}}]
    )
    await page.wait_for("document.querySelector('[aria-label=\"Last events\"]')?.innerText.includes('came late')")
    await asyncio.to_thread(served.execute, MOVE, id=run, to="FAILED", error="the\nend")
    await page.wait_for("document.querySelector('.run-error')?.innerText.includes('end')")
    await asyncio.to_thread(served.execute, DELETE, id=run)
    await page.wait_for("document.querySelector('.empty')?.innerText.includes('There is no such run')")


async def test_of_thousands_only_what_is_in_sight_is_there(served: Served, page: Page) -> None:
    run = create(served, "large", metadata={f"key {number}": number for number in range(1000)})
    for start in range(0, 1000, 500):
        results = [result_of(run, item, "boom" if item % 2 else None) for item in range(start, start + 500)]
        served.execute(MANY, results=results)
        events = [{"stream": "log", "payload": {"n": number}} for number in range(start, start + 500)]
        served.execute(APPEND, run=run, events=events)
    await page.open(f"{served.root}/runs/{run}?part=results")
    await page.wait_for("document.querySelector('.result-title')?.innerText === 'Failed 500'")
    # Each result is seen once while one scrolls down, those that failed before the others.
    step = """(window.seen ??= new Set(),
        document.querySelectorAll('.result-item').forEach(item => seen.add(item.innerText)),
        document.getElementById('main').scrollBy(0, 700), seen.size === 1000)"""
    await page.wait_for(step)
    seen = await page.evaluate("[...seen]")
    assert {int(item.removeprefix("item ")) % 2 for item in seen[:500]} == {1}
    assert await page.evaluate("document.querySelectorAll('.result').length") < 80
    await page.open(f"{served.root}/runs/{run}?part=events")
    lines = "[...document.querySelectorAll('.event code')].map(code => code.innerText)"
    await page.wait_for(f"{lines}.at(-1) === '{{\"n\":999}}'")
    assert await page.evaluate(f"{lines}.length") < 80
    await asyncio.to_thread(served.execute, APPEND, run=run, events=[{"stream": "other", "payload": {"a": [1]}}])
    await page.wait_for(f"{lines}.at(-1) === '{{\"a\":[1]}}'")
    await page.click("[...document.querySelectorAll('.event summary')].at(-1)")
    await page.wait_for("document.querySelector('.event pre')?.innerText.includes('\"a\": [')")
    up = "document.querySelector('.events').scrollTo(0, 0)"
    await page.wait_for(f"({up}, {lines}[0] === '{{\"n\":0}}')")


@pytest.mark.parametrize("way", ["curl", "Python", "GraphQL"])
async def test_what_is_copied_runs(served: Served, page: Page, way: str) -> None:
    if way == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl")
    run = create(served, 'it\'s "copied" $HOME', metadata={"a": "'"})
    await page.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    await page.open(f"{served.root}/runs/{run}")
    await page.wait_for(named("Copy ▾"))
    await page.evaluate(f"{named('Copy ▾')}.focus()")
    await page.press("Enter")
    await page.wait_for("document.querySelectorAll('[role=menuitem]').length === 5")
    await focused(page, "[role=menuitem]")
    await page.press(way[0])
    await page.wait_for(f"document.activeElement.innerText === '{way}'")
    await page.press("Enter")
    await page.wait_for(f"document.querySelector('.notices').innerText.includes('{way} copied')")
    text = await page.evaluate("navigator.clipboard.readText()")
    assert (await asyncio.to_thread(answer_of, served, way, text))["id"] == run


def answer_of(served: Served, way: str, text: str) -> dict[str, object]:
    """Return the run that what was copied answers with, run as a person would who pasted it."""
    if way == "GraphQL":
        run: dict[str, object] = served.execute(text)["run"]
        return run
    command = ["sh", "-c", text] if way == "curl" else [sys.executable, "-c", text]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    return dict(answer["data"]["run"] if way == "curl" else answer)
