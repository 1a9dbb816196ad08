"""The list of runs, as it changes under a reader."""

import asyncio
from pathlib import Path

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import DATASET, LIVE, MOVE, RECORD, ROWS, create, open_list
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]


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


async def test_the_progress_of_results_is_seen_as_they_are_recorded(served: Served, page: Page) -> None:
    run = create(served, "evaluation", dataset={**DATASET, "totalItems": 2})
    await open_list(served, page)
    cell = f"document.querySelector('[data-run=\"{run}\"] [data-column=results]')?.innerText"
    await page.wait_for(f"{cell} === '0/2'")
    at = {"runId": run, "startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z", "latency": 10.0}
    for item, error, shown in (("a", None, "1/2"), ("b", "timeout", "2/2 1 failed")):
        recorded = {**at, "itemId": item, "input": 1, "error": error}
        await asyncio.to_thread(served.execute, RECORD, input=recorded)
        await page.wait_for(f"{cell} === '{shown}'")


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
