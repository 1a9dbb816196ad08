"""What the pages of a run, of a comparison and of a dataset show."""

import asyncio

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import RECORD, create
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]


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
