"""Scripts that drive and read the dashboard, and what is put into the index for it."""

import json
import os
import subprocess
from typing import Final

from tests.support.programs.chromium import Page
from tests.support.servers.served import COMMAND, Served

CREATE: Final = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ... on RunPayload { run { id } } } }"
MOVE: Final = """mutation ($id: ID!, $to: RunStatus!, $error: String) {
    transitionRun(input: {id: $id, to: $to, error: $error}) { __typename }
}"""
RECORD: Final = "mutation ($input: RecordResultInput!) { recordResult(input: $input) { __typename } }"
DATASET: Final = {
    "datasetId": "d",
    "datasetVersion": "2026-11-01T00:00:00Z",
    "targetType": "AGENT",
    "targetId": "t",
    "totalItems": 1,
}
LIVE: Final = "document.querySelector('.connection')?.dataset.state === 'live'"
# The default run is always there.
ROWS: Final = """[...document.querySelectorAll('.run-row .run-link')]
    .map(link => link.textContent).filter(name => name !== 'default')"""
NOTICE: Final = "document.querySelector('.notices').innerText"
# Notices go after some seconds: in a page without long timers they stay, however slow the machine is.
KEEP_NOTICES: Final = """{ const start = window.setTimeout
    window.setTimeout = (work, pause, ...more) => pause >= 5000 ? 0 : start(work, pause, ...more) }"""


def create(served: Served, name: str, **more: object) -> str:
    """Create a run and return its id."""
    run = served.execute(CREATE, input={"name": name, **more})["createRun"]["run"]
    return str(run["id"])


def named(text: str) -> str:
    """Return a script that finds what can be pressed by its text or its label."""
    return (
        "[...document.querySelectorAll('button, a, [role=option], [role=menuitem]')].find(one => "
        f"one.innerText?.trim() === {json.dumps(text)} || one.getAttribute('aria-label') === {json.dumps(text)})"
    )


async def open_list(served: Served, page: Page, search: str = "") -> None:
    """Open the list, and wait until it is live."""
    await page.open(f"{served.root}/{search}")
    await page.wait_for("document.querySelector('.connection') && document.querySelector('.runs-tools button')")
    await page.wait_for(LIVE)


async def focused(page: Page, selector: str) -> None:
    """Wait until the focus is in an element; keys pressed earlier would go elsewhere."""
    await page.wait_for(f"document.activeElement?.closest({json.dumps(selector)})")


def run_command(served: Served, *arguments: str) -> str:
    """Run a command on the storage of a server, and return the last line that it prints."""
    environment = {"PATH": os.defpath, "HOME": str(served.directory)}
    path = {"SQLITE_PATH": str(served.directory / "runindex.db")}
    command = [str(COMMAND), *arguments]
    done = subprocess.run(command, env=environment | path, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]
