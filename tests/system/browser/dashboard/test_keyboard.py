"""The main path, wholly by keyboard: no script moves the focus, and where it is can always be seen."""

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import DATASET, NOTICE, ROWS, create, focused, named, open_list
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

PART = "document.querySelector('[role=tab][aria-selected=true]')"
SEARCH = "document.querySelector('[data-shortcut=\"/\"]')"
MARKED = "document.querySelector('[aria-selected=true]')"
HOLD_FRAMES = "window.held = []; window.requestAnimationFrame = work => held.push(work)"
LET_GO = "held.splice(0).forEach(work => work(performance.now()))"
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
    await page.press("Enter")
    await focused(page, "[role=option]")
    await page.press("ArrowDown", "Enter")
    await page.wait_for(f"new URLSearchParams(location.search).getAll('ids')[0] === '{runs[0]}'")
    await page.press("g", "d")
    await page.wait_for("document.querySelector('main a')?.innerText === 'd'")
    unseen += await page.tab_to("document.querySelector('main a')")
    await page.press("Enter")
    await page.wait_for("document.querySelector('h1')?.innerText === 'd'")
    assert unseen == []


async def test_keys_are_taken_however_late_the_next_frame_is(served: Served, page: Page) -> None:
    runs = [create(served, f"run {number}") for number in range(60)]
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length > 10")
    await page.evaluate(HOLD_FRAMES)
    await page.press("j", "x")
    await page.wait_for(f"document.querySelector('.bulk') && {MARKED}.dataset.run === '{runs[-1]}'")
    await page.press("x", "End")
    await page.wait_for(f"{ROWS}.includes('run 0') && !{ROWS}.includes('run 59')")
    await page.press("x")
    await page.wait_for(f"Number({MARKED}?.getAttribute('aria-rowindex')) > 50")
    await page.press("Home", "/")
    await page.wait_for(f"{ROWS}.includes('run 59')")
    await page.evaluate(LET_GO)
    assert await page.evaluate(f"document.activeElement === {SEARCH}")
