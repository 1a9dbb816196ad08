"""The dashboard over 100,000 runs in a headless Chromium: first sight, changes, load, scrolling, an idle page.

The browser's own tracing says how long the tasks of the page's main thread took, and which frames were dropped.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from bench.samples import Samples
from persistence import migrations
from persistence.sqlite.feed import SqliteFeed
from persistence.sqlite.store import SqliteStore
from runindex.commands import AnyCommand, CreateRun, TransitionRun
from runindex.domain.lifecycle import RunStatus
from runindex.index import open_index
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import LIVE
from tests.support.servers.served import COMMAND, Served, serving

RUNS: Final = 100_000
ROUNDS: Final = 5
CHANGES: Final = 50
A_SECOND: Final = 200
SECONDS: Final = 60
LONG: Final = 50_000  # microseconds
MOVE: Final = "mutation ($id: ID!, $to: RunStatus!) { transitionRun(input: {id: $id, to: $to}) { __typename } }"
# Says when the first rows were painted, and when each later change of a row's status was seen.
WATCH: Final = """
window.seen = {}; window.events = [];
new MutationObserver(() => {
    const rows = document.querySelectorAll('.run-row');
    if (rows.length > 5 && !window.shownAt) {
        window.shownAt = 1;
        requestAnimationFrame(() => { window.shownAt = performance.now() });
    }
    const now = performance.timeOrigin + performance.now();
    for (const row of rows) {
        const key = row.dataset.run + row.dataset.status;
        window.seen[key] ??= now;
    }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-status']});
new PerformanceObserver(list => {
    for (const {name, duration} of list.getEntries()) if (name === 'keydown') window.events.push(duration);
}).observe({type: 'event', durationThreshold: 16});
"""
CATEGORIES: Final = ("toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame")


async def measure() -> None:
    """Measure on SQLite."""
    with TemporaryDirectory() as directory:
        begin = time.monotonic()
        await fill(Path(directory, "runindex.db"))
        print(f"{RUNS:,} runs on SQLite, written in {time.monotonic() - begin:.0f} s")
        with serving(Path(directory), str(COMMAND)) as server:
            await first_sight(server)
            async with watched(server) as page:
                await idle(page)
                await changes(server, page)
                await scrolling(page)
            async with watched(server) as page:
                await under_load(server, page)


async def fill(path: Path) -> None:
    """Write the runs: one of twelve has failed, one of fifty is active, each has two tags."""
    await asyncio.to_thread(migrations.upgrade, f"sqlite:///{path}")
    async with SqliteStore.open(path) as store, SqliteFeed(path) as feed, open_index(store, feed, maintenance=store):
        for start in range(0, RUNS, 500):
            ids = {number: str(uuid4()) for number in range(start, start + 500)}
            await store.apply([_create(run_id, number) for number, run_id in ids.items()])
            await store.apply([_end(run_id, number) for number, run_id in ids.items() if number % 50])


def _create(run_id: str, number: int) -> AnyCommand:
    tags = (f"env:{number % 3}", f"team:{number % 40}")
    return CreateRun(id=run_id, name=f"run {number}", tags=tags).checked()


def _end(run_id: str, number: int) -> AnyCommand:
    if number % 12:
        return TransitionRun(id=run_id, to=RunStatus.COMPLETED).checked()
    return TransitionRun(id=run_id, to=RunStatus.FAILED, error="out of memory").checked()


@asynccontextmanager
async def watched(server: Served) -> AsyncIterator[Page]:
    """Open the list in a browser with an empty profile."""
    with TemporaryDirectory() as home:
        async with chromium.open_page(Path(home)) as page:
            await page.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            await page.open(server.root)
            await page.wait_for(f"window.shownAt > 1 && {LIVE}")
            yield page


async def first_sight(server: Served) -> None:
    """Measure from the navigation to the first rows, with nothing cached."""
    shown, answered, size = [], [], 0
    for _ in range(ROUNDS):
        async with watched(server) as page:
            shown.append(await page.evaluate("window.shownAt"))
            answered.append(
                await page.evaluate(
                    "Math.max(...performance.getEntriesByType('resource').filter(one => one.name.endsWith('graphql'))"
                    ".slice(0, 2).map(one => one.responseEnd))"
                )
            )
            size = await page.evaluate(
                "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.js')"
                " && one.startTime < window.shownAt).reduce((sum, one) => sum + one.encodedBodySize, 0)"
            )
    print(f"first sight, ms          {Samples(shown)}; its queries answered {Samples(answered)}; JavaScript {size:,} B")


async def idle(page: Page) -> None:
    """Count what a page asks for while nothing happens."""
    await asyncio.sleep(3)
    before = len(page.addresses)
    await asyncio.sleep(30)
    print(f"requests of an idle page in 30 s: {len(page.addresses) - before}")


async def changes(server: Served, page: Page) -> None:
    """Measure from the answer to a move, which follows its commit, to the row that shows it."""
    await page.evaluate("document.querySelector('.runs-table').scrollTo(0, 0)")
    active = "[...document.querySelectorAll('.run-row[data-status=ACTIVE]')].map(row => row.dataset.run)"
    runs = [run for run in await page.evaluate(active) if run != "default"]
    if not runs:
        create = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"
        runs = [server.execute(create)["createRun"]["run"]["id"]]
        await page.wait_for(f"document.querySelector('[data-run=\"{runs[0]}\"]')")
    lags, sent_lags = [], []
    for number in range(CHANGES):
        to = "PAUSED" if number % 2 == 0 else "ACTIVE"
        await page.evaluate("window.seen = {}")
        sent = time.time()
        await asyncio.to_thread(server.execute, MOVE, id=runs[0], to=to)
        answered = time.time()
        key = f"window.seen['{runs[0]}{to}']"
        await page.wait_for(key)
        seen = await page.evaluate(key)
        lags.append(seen - answered * 1000)
        sent_lags.append(seen - sent * 1000)
    print(f"a move seen, ms after its answer {Samples(lags)}; after its request {Samples(sent_lags)}")


async def under_load(server: Served, page: Page) -> None:
    """Measure frames, memory and answers to keys while a reporter writes."""
    before = await sizes(page)
    await start_trace(page)
    command = [sys.executable, "-m", "bench.reporter", server.url, str(A_SECOND), str(SECONDS)]
    reporter = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    while reporter.returncode is None:
        await page.press("j")
        try:
            await asyncio.wait_for(asyncio.shield(reporter.wait()), 1)
        except TimeoutError:
            continue
    assert reporter.stdout is not None
    print((await reporter.stdout.read()).decode().strip())
    await stop_trace(page)
    tell_frames(page, "  under load")
    events = await page.evaluate("window.events")
    print(f"  a key answered, ms: {Samples(events or [0])} of {len(events)} that took more than 16")
    print(f"  heap MB, nodes: {before} before, {await sizes(page)} after")


async def scrolling(page: Page) -> None:
    """Turn the wheel for a while, and say how far it came."""
    await page.evaluate(
        "window.blank = 0; const look = () => { const at = document.elementFromPoint(600, 600);"
        " if (!at?.closest('.run-row')) window.blank++; requestAnimationFrame(look) }; look()"
    )
    await start_trace(page)
    begin = time.monotonic()
    while time.monotonic() < begin + 20:
        wheel = {"type": "mouseWheel", "x": 600, "y": 600, "deltaX": 0, "deltaY": 300}
        await page.command("Input.dispatchMouseEvent", **wheel)
    await stop_trace(page)
    rows = await page.evaluate("Math.round(document.querySelector('.runs-table').scrollTop / 36)")
    tell_frames(page, f"scrolling past {rows:,} rows")
    print(f"  frames with a blank place: {await page.evaluate('window.blank')}")


async def start_trace(page: Page) -> None:
    """Begin to trace."""
    page.trace.clear()
    page.traced.clear()
    await page.command("Tracing.start", transferMode="ReportEvents", traceConfig={"includedCategories": CATEGORIES})


async def stop_trace(page: Page) -> None:
    """Wait until all that was traced is there."""
    await page.command("Tracing.end")
    await page.traced.wait()


def tell_frames(page: Page, name: str) -> None:
    """Print the frames of a trace, and the long tasks of the page's main thread."""
    threads = {(one["pid"], one["tid"]) for one in page.trace if _names(one, "CrRendererMain")}
    pids = {one["pid"] for one in page.trace if one["name"] in ("DrawFrame", "BeginFrame")}
    tasks = sorted(
        one.get("dur", 0) / 1000
        for one in page.trace
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in threads and one["pid"] in pids
    )
    count = {kind: sum(one["name"] == kind for one in page.trace) for kind in ("DrawFrame", "DroppedFrame")}
    longest = ", ".join(f"{task:.0f}" for task in tasks[-3:])
    over = sum(task > LONG / 1000 for task in tasks)
    print(f"{name}: {count} tasks above 50 ms: {over}, the longest {longest} ms, busy {sum(tasks) / 1000:.1f} s")


def _names(event: dict[str, Any], thread: str) -> bool:
    return bool(event["name"] == "thread_name" and event["args"].get("name") == thread)


async def sizes(page: Page) -> str:
    """Return the heap's size after a collection, and the number of DOM nodes."""
    await page.command("HeapProfiler.collectGarbage")
    heap = await page.command("Runtime.getHeapUsage")
    counters = await page.command("Memory.getDOMCounters")
    return f"{heap['usedSize'] / 1e6:.1f}, {counters['nodes']:,}"
