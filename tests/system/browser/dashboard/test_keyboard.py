"""The main path, wholly by keyboard: no script moves the focus, and where it is can always be seen."""

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import DATASET, NOTICE, ROWS, create, named, open_list
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

PART = "document.querySelector('[role=tab][aria-selected=true]')"
STATUS = "document.querySelector('.run-title .status')?.dataset.status"


async def test_a_run_is_found_opened_moved_and_compared(served: Served, page: Page) -> None:
    runs = [create(served, f"wanted {number}", dataset=DATASET) for number in range(2)]
    create(served, "child", parentId=runs[0])
    create(served, "other")
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length === 4")
    await page.press("/", *"wanted")
    await page.wait_for(f"{ROWS}.join() === 'wanted 1,wanted 0'")
    unseen = await page.tab_to("document.querySelector('.run-row')")
    await page.press("j")
    await page.wait_for(f"document.activeElement.dataset.run === '{runs[0]}'")
    await page.press("Enter")
    await page.wait_for(PART)
    unseen += await page.tab_to(PART)
    await page.press("ArrowRight")
    await page.wait_for(f"{PART}.innerText === 'Tree' && document.querySelectorAll('.tree-item').length === 2")
    unseen += await page.tab_to("document.querySelector('.tree-item')")
    await page.press("ArrowLeft")
    await page.wait_for("document.querySelectorAll('.tree-item').length === 1")
    await page.press("ArrowRight")
    await page.wait_for("document.querySelectorAll('.tree-item').length === 2")
    unseen += await page.tab_to(named("Pause"), back=True)
    await page.press("Enter")
    await page.wait_for(f"{NOTICE}.includes('wanted 0 was paused')")
    await page.wait_for(f"{STATUS} === 'PAUSED'")
    await page.evaluate("history.back()")  # what Alt and the left arrow do, which are the browser's own
    await page.wait_for(f"{ROWS}.join() === 'wanted 1,wanted 0'")
    await page.press("j")
    await page.wait_for("document.activeElement.matches('.run-row')")
    await page.press("x", "j")
    await page.wait_for(f"document.activeElement.dataset.run === '{runs[0]}'")
    await page.press("x")
    await page.wait_for(named("Compare"))
    unseen += await page.tab_to(named("Compare"))
    await page.press("Enter")
    await page.wait_for("document.querySelector('h1')?.innerText === 'Compare 2 runs'")
    unseen += await page.tab_to("document.querySelector('.choice-button')")
    await page.press("Enter", "ArrowDown", "Enter")
    await page.wait_for(f"new URLSearchParams(location.search).getAll('ids')[0] === '{runs[0]}'")
    await page.press("g", "d")
    await page.wait_for("document.querySelector('main a')?.innerText === 'd'")
    unseen += await page.tab_to("document.querySelector('main a')")
    await page.press("Enter")
    await page.wait_for("document.querySelector('h1')?.innerText === 'd'")
    assert unseen == []
