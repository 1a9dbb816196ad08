"""What the page of a comparison shows, of as many runs as there are."""

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import RECORD, create, focused
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]
FACTS = "[...document.querySelectorAll('.compare tbody tr:not(.group) > th')].map(head => head.innerText)"
HEADS = "[...document.querySelectorAll('.compare-name')].map(link => link.innerText)"
EMPTY = "document.querySelector('.empty')?.innerText.includes('Nothing to compare')"
# The left edges of the cells of a row, and whether it is the page alone that scrolls.
EDGES = "[...document.querySelectorAll('%s')].map(cell => Math.round(cell.getBoundingClientRect().left))"
ONE_SCROLLBAR = "document.documentElement.scrollHeight <= innerHeight"


async def test_only_two_to_twenty_known_runs_are_compared(served: Served, page: Page) -> None:
    runs = [create(served, f"run {number}") for number in range(21)]
    await page.open(f"{served.root}/compare?ids={runs[0]}")
    await page.wait_for(EMPTY)
    await page.open(f"{served.root}/compare?ids={runs[0]},unknown")
    await page.wait_for(f"{EMPTY} && document.querySelector('.note').innerText.includes('unknown')")
    await page.open(f"{served.root}/compare?ids={runs[0]},unknown,{runs[1]}")
    await page.wait_for(f"{HEADS}.join() === 'run 0,run 1'")
    await page.open(f"{served.root}/compare?ids={','.join(runs)}")
    await page.wait_for(f"{HEADS}.length === 20 && document.querySelector('.note').innerText.includes('1 more')")


async def test_differences_are_shown_against_a_baseline_in_one_table(served: Served, page: Page) -> None:
    dataset = {"datasetVersion": "2026-11-01T00:00:00Z", "targetType": "AGENT", "targetId": "t", "totalItems": 20}
    runs = [
        create(
            served, name, metadata={"model": name, "same": 1}, dataset={"datasetId": "set", **dataset}, tags=["a", name]
        )
        for name in ("one", "two")
    ]
    for run in runs:
        for item in range(20):
            broken = {"error": "boom"} if run == runs[1] and item == 7 else {}
            at = {"startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z", "latency": 10.0}
            served.execute(RECORD, input={"runId": run, "itemId": f"item {item}", **at, **broken})
    await page.open(f"{served.root}/compare?ids={runs[0]}&ids={runs[1]}")
    await page.wait_for(f"{FACTS}.slice(0, 3).join() === 'tags,metadata.model,item 7'")
    assert await page.evaluate(EDGES % ".compare thead th") == await page.evaluate(
        EDGES % '.compare tr[data-index="0"] > *'
    )
    assert await page.evaluate(ONE_SCROLLBAR)
    assert "1 worse, 0 better" in await page.evaluate("document.querySelector('.compare').innerText")
    await page.click("document.querySelector('.checkbox')")
    await page.wait_for(f"{FACTS}.includes('metadata.same')")
    await page.click("document.querySelector('.choice-button')")
    await page.wait_for("document.querySelectorAll('[role=option]').length === 2")
    await focused(page, "[role=option]")
    await page.press("ArrowDown", "Enter")
    await page.wait_for(f"{HEADS}.join() === 'two,one'")
    assert "0 worse, 1 better" in await page.evaluate("document.querySelector('.compare').innerText")
