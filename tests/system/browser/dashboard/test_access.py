"""Who may look, and whether everybody can."""

from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import MOVE, RECORD, ROWS, create
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]

AXE: Final = ROOT / "web/node_modules/axe-core/axe.min.js"
GRAVE: Final = """axe.run().then(found => found.violations
    .filter(({impact}) => ['serious', 'critical'].includes(impact))
    .map(({id, nodes}) => id + ': ' + nodes.map(node => node.html.slice(0, 200)).join(' | '))
)"""


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
