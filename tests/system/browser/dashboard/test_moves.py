"""Moves and tags of one run and of many, by mouse and by keyboard."""

import json

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import KEEP_NOTICES, MOVE, NOTICE, ROWS, create, focused, named, open_list
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]


async def test_a_move_by_button_is_made_undone_and_confirmed(served: Served, page: Page) -> None:
    run = create(served, "mover")
    await page.open(f"{served.root}/runs/{run}")
    await page.evaluate(KEEP_NOTICES)
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
    await focused(page, "[role=dialog] input")
    await page.press(*"no longer needed", "Enter")
    await page.wait_for(f"{NOTICE}.includes('2 runs cancelled. 1 run could not be')")
    history = "query ($id: ID!) { run(id: $id) { history { nodes { reason } } } }"
    assert served.execute(history, id=runs[1])["run"]["history"]["nodes"][-1] == {"reason": "no longer needed"}
    await page.press("?")
    await page.wait_for("document.querySelector('[role=dialog]')?.innerText.includes('Keyboard shortcuts')")
    await focused(page, "[role=dialog]")
    await page.press("Escape")
    await page.wait_for("!document.querySelector('[role=dialog]')")
    await page.press("g", "l")
    await page.wait_for("document.title.startsWith('Lifecycle')")


async def test_many_are_tagged_and_the_way_back_is_offered(served: Served, page: Page) -> None:
    runs = [create(served, f"run {number}") for number in range(2)]
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length === 2")
    await page.evaluate(KEEP_NOTICES)
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
