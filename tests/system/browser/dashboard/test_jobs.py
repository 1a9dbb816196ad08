"""What the pages of jobs, plans and the lifecycle show."""

import asyncio

import pytest

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import named
from tests.support.servers.served import Served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(240),
    pytest.mark.skipif(chromium.COMMAND is None, reason="there is no Chromium"),
]
PLAN = 'mutation { createPlan(input: {name: "nightly", spec: {steps: 2}}) { ... on PlanPayload { plan { id } } } }'
START = "mutation ($id: ID!, $name: String) { startPlan(input: {planId: $id, name: $name}) { __typename } }"
CLAIM = """mutation { claimJobs(input: {leaseSeconds: 600}) {
    ... on ClaimPayload { jobs { id attempts } }
} }"""
FAIL = """mutation ($id: ID!, $attempt: Int!) {
    failJob(input: {id: $id, attempt: $attempt, error: "out of memory\\nmore"}) { __typename }
}"""
ROWS = "[...document.querySelectorAll('table.jobs tbody tr')].map(row => row.innerText)"


async def test_jobs_come_without_reload_and_are_chosen_by_state(served: Served, page: Page) -> None:
    plan = served.execute(PLAN)["createPlan"]["plan"]["id"]
    served.execute(START, id=plan, name="first")
    await page.open(f"{served.root}/jobs")
    await page.wait_for(f"{ROWS}.length === 1 && {ROWS}[0].includes('due for')")
    await asyncio.to_thread(served.execute, START, id=plan, name="second")
    await page.wait_for(f"{ROWS}.length === 2 && {ROWS}[0].includes('second')")
    job = served.execute(CLAIM)["claimJobs"]["jobs"][0]
    await page.click(named("Read again"))
    await page.wait_for(f"{ROWS}.some(row => row.includes('Running') && row.includes('lease of 9 m'))")
    served.execute(FAIL, id=job["id"], attempt=job["attempts"])
    await page.evaluate("document.querySelector('.state-choice[href*=RETRYING]').focus()")
    await page.press("Enter")
    await page.wait_for(f"location.search === '?state=RETRYING' && {ROWS}.length === 1")
    assert "out of memory" in (await page.evaluate(ROWS))[0]
    await page.press("Enter")
    await page.wait_for(f"location.search === '' && {ROWS}.length === 2")


async def test_a_plan_shows_its_runs_as_they_come(served: Served, page: Page) -> None:
    plan = served.execute(PLAN)["createPlan"]["plan"]["id"]
    await page.open(f"{served.root}/plans/{plan}")
    await page.wait_for("document.body?.innerText.includes('0 runs')")
    await page.wait_for("document.querySelector('.connection')?.dataset.state === 'live'")
    await asyncio.to_thread(served.execute, START, id=plan, name="of the plan")
    await page.wait_for(f"{named('of the plan')}")
    await page.click(named("of the plan"))
    await page.wait_for(f"location.pathname.startsWith('/runs/') && {named('nightly')}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/runs/unknown", "There is no such run"),
        ("/plans/unknown", "There is no such plan"),
        ("/datasets/unknown", "No run executes unknown"),
        ("/lifecycle", "What a run may become"),
    ],
)
async def test_what_is_not_there_is_said(served: Served, page: Page, path: str, words: str) -> None:
    await page.open(served.root + path)
    await page.wait_for(f"document.querySelector('main')?.innerText.includes({words!r})")
