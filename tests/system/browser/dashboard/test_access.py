"""Who may look, and whether everybody can."""

import asyncio
import json
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from tests.support.paths import ROOT
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import (
    DATASET,
    LIVE,
    MOVE,
    NOTICE,
    RECORD,
    ROWS,
    create,
    focused,
    named,
    open_list,
    run_command,
)
from tests.support.servers import nginx
from tests.support.servers.served import Served, serving

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

AXE: Final = ROOT / "web/node_modules/axe-core/axe.min.js"
GRAVE: Final = """axe.run({resultTypes: ['violations']}).then(found => found.violations
    .filter(({impact}) => ['serious', 'critical'].includes(impact))
    // The arrows of the field above a list of offers scroll it, which axe knows of comboboxes only.
    .filter(({id, nodes}) => id !== 'scrollable-region-focusable'
        || !nodes.every(node => node.html.includes('suggestions')))
    .map(({id, nodes}) => id + ': ' + nodes.map(node => node.html.slice(0, 200)).join(' | '))
)"""


# What a key puts in front of the list.
IN_FRONT: Final = {
    "e": "[role=menu]",
    "?": "[role=dialog]",
    "f": "[role=dialog] input",
    "v": "[role=dialog] input",
    "c": ".columns-editor",
}

# What the browser itself says of an answer that refuses, and of a socket that is closed.
REFUSALS: Final = ("status of 401", "status of 403", "WebSocket connection")


async def enter(page: Page, token: str) -> None:
    """Type a token into the field that asks for it."""
    await page.wait_for("document.activeElement?.type === 'password'")
    await page.evaluate("document.activeElement.select()")
    await page.press(*token, "Enter")


async def choose_theme(page: Page, theme: str) -> None:
    """Prefer light or dark, as the system would."""
    await page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])


async def test_a_token_is_asked_for_and_kept_for_the_tab(tmp_path: Path) -> None:
    right = f"right-{uuid4()}"
    with serving(tmp_path, RUNINDEX_TOKENS=f"ci:write:{right}") as served:
        served.token = right
        create(served, "seen")
        async with chromium.open_page(tmp_path / "browser") as page:
            await page.open(served.root)
            await enter(page, "wrong")
            await page.wait_for("document.querySelector('[role=alert]')?.innerText.includes('does not take the token')")
            await enter(page, right)
            await page.wait_for(f"{ROWS}.join() === 'seen'")
            await page.open(served.root)
            await page.wait_for(f"{ROWS}.join() === 'seen'")
            await page.wait_for(LIVE)
            assert [one for one in page.complaints if not any(refusal in one for refusal in REFUSALS)] == []


async def test_a_token_that_is_revoked_is_asked_for_again_and_nothing_is_lost(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        first, second = (
            run_command(served, "token", "create", "--name", name, "--scope", "write") for name in ("first", "second")
        )
        served.token = second
        create(served, "before")
        async with chromium.open_page(tmp_path / "browser") as page:
            await page.open(f"{served.root}/?columns=name&columns=status")
            await enter(page, first)
            await page.wait_for(LIVE)
            run_command(served, "token", "revoke", "first")
            await asyncio.to_thread(create, served, "meanwhile")
            await enter(page, second)
            await page.wait_for(f"{ROWS}.join() === 'meanwhile,before'")
            await page.wait_for(LIVE)
            assert await page.evaluate("location.search") == "?columns=name&columns=status"


async def test_a_token_that_may_only_read_is_told_so(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        reading, served.token = (
            run_command(served, "token", "create", "--name", scope, "--scope", scope) for scope in ("read", "write")
        )
        run = create(served, "looked at")
        async with chromium.open_page(tmp_path / "browser") as page:
            await page.open(f"{served.root}/runs/{run}")
            await enter(page, reading)
            await page.click(named("Pause"))
            await page.wait_for(f"{NOTICE}.includes('Your token does not allow this.')")


@pytest.mark.parametrize("is_taken_off", [True, False])
async def test_it_is_served_below_any_path_of_a_proxy(tmp_path: Path, *, is_taken_off: bool) -> None:
    prefix = "/tools/runindex"
    settings = {} if is_taken_off else {"RUNINDEX_ROOT_PATH": prefix}
    rewrite = (f"rewrite ^{prefix}/(.*)$ /$1 break",) if is_taken_off else ()
    with (
        serving(tmp_path, **settings) as served,
        nginx.proxying(tmp_path / "nginx", served.port, *nginx.UPGRADE, *rewrite) as url,
    ):
        run = create(served, "behind", dataset={**DATASET, "datasetId": "a/b"})
        async with chromium.open_page(tmp_path / "browser") as page:
            await page.open(f"{url}{prefix}/")
            await page.wait_for(f"{ROWS}.join() === 'behind'")
            await page.wait_for(LIVE)
            await page.click("document.querySelector('.run-row .run-link[href*=runs]')")
            await page.wait_for("document.querySelector('.run-title')?.innerText.includes('behind')")
            assert await page.evaluate("location.pathname") == f"{prefix}/runs/{run}"
            for path, shown in {f"/runs/{run}": "behind", "/datasets/a/b": "a/b", "/lifecycle": "Lifecycle"}.items():
                await page.open(f"{url}{prefix}{path}")
                await page.wait_for(f"document.querySelector('main h1')?.innerText.includes({json.dumps(shown)})")
            links = "[...document.querySelectorAll('header a[href]')].map(link => link.pathname)"
            below = [path for path in await page.evaluate(links) if path != f"{prefix}/lifecycle"]
            assert below, "the header has no links"
            assert [path for path in below if not path.startswith(f"{prefix}/")] == []
            assert page.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_can_be_used_by_everybody(served: Served, page: Page, theme: str) -> None:
    runs = [create(served, f"run {number}", tags=["x"], dataset=DATASET) for number in range(2)]
    at = {"startedAt": "2026-11-28T10:00:00Z", "completedAt": "2026-11-28T10:00:01Z", "latency": 10.0}
    for run in runs:
        served.execute(RECORD, input={**at, "runId": run, "itemId": "a", "input": 1, "output": 2, "expectedOutput": 3})
    served.execute(MOVE, id=runs[0], to="FAILED", error="broken")
    served.execute('mutation { createPlan(input: {name: "plan", spec: {}}) { __typename } }')
    served.execute("mutation { enqueueJob(input: {data: 1}) { __typename } }")
    await choose_theme(page, theme)
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


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_a_key_opens_can_be_used_by_everybody(served: Served, page: Page, theme: str) -> None:
    for number in range(2):
        create(served, f"run {number}", tags=["x"], dataset=DATASET)
    await choose_theme(page, theme)
    found = {}
    await open_list(served, page)
    await page.wait_for(f"{ROWS}.length === 2")
    await page.evaluate(AXE.read_text())
    await page.press("j")
    await focused(page, ".run-row")
    for key, shown_by in IN_FRONT.items():
        await page.press(key)
        await focused(page, shown_by)
        found[key] = await page.evaluate(GRAVE)
        await page.press("Escape")
        await page.wait_for(f"!document.querySelector('{shown_by}')")
    await page.press("j", "x")
    await page.click(named("Cancel…"))
    await page.wait_for("document.querySelector('[role=dialog]')")
    found["a move of many"] = await page.evaluate(GRAVE)
    assert {key: graves for key, graves in found.items() if graves} == {}
