"""Filters, columns and views of the list, which the address carries."""

from pathlib import Path

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import MOVE, NOTICE, ROWS, create, focused, named, open_list
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]


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
    await page.press("ArrowDown")
    await page.wait_for("document.querySelector('[role=option][data-focused]')?.innerText.startsWith('a|b')")
    await page.press("Enter")
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


async def test_a_value_of_a_row_is_excluded_or_shown_alone(served: Served, page: Page) -> None:
    create(served, "kept", tags=["env:prod"])
    noise = create(served, "noise", tags=["env:dev"])
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.join() === 'noise,kept'")
    await page.press("j")
    await page.wait_for(f"document.activeElement.dataset.run === '{noise}'")
    await page.press("e")
    await page.wait_for(named("Not tag env:dev"))
    await focused(page, "[role=menuitem]")
    await page.press("ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    await page.wait_for(f"{ROWS}.join() === 'kept'")
    assert "where=tag:not:env" in await page.evaluate("decodeURIComponent(location.search)")
    await page.click("document.querySelector('.run-row .tag')")
    await page.click("document.querySelector('[role=menuitem]')")
    await page.wait_for("document.querySelectorAll('.chip').length === 2")
    await page.wait_for(f"{ROWS}.join() === 'kept'")


async def test_usual_questions_are_one_press_away(served: Served, page: Page) -> None:
    failed = create(served, "broken")
    served.execute(MOVE, id=failed, to="FAILED", error="out of memory")
    create(served, "running")
    await open_list(served, page)
    await page.click(named("Failed today"))
    await page.wait_for(f"{ROWS}.join() === 'broken'")
    await page.click(named("Running now"))
    await page.wait_for(f"{ROWS}.join() === 'running'")
    await page.click(named("Silent"))
    await page.wait_for("document.querySelector('.empty')?.innerText.includes('No run passes these filters')")
