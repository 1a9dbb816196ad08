"""The dashboard over 100,000 runs in a headless Chromium: first sight, changes, load, scrolling, an idle page.

The browser's own tracing says how long the tasks of the page's main thread took, by the clock and by the processor.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.filled import RUNS, filled_postgres, filled_sqlite
from bench.frames import start_trace, stop_trace
from bench.samples import Samples
from bench.traffic import Traffic
from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.programs.dashboard import LIVE
from tests.support.servers.served import Served

ROUNDS: Final = 5
CHANGES: Final = 50
A_SECOND: Final = 200
SECONDS: Final = 60
IDLE: Final = 30
STEADY: Final = 10
LONGEST_SCROLL: Final = 60
MIB: Final = 1024 * 1024
MOVE: Final = "mutation ($id: ID!, $to: RunStatus!) { transitionRun(input: {id: $id, to: $to}) { __typename } }"
ROW: Final = 36  # pixels
# Says when the first rows were painted, when each later change of a row's status was seen, which frames were long,
# which keys were answered late, and how far one frame was from the next.
WATCH: Final = """
window.seen = {}; window.count = 0; window.keys = []; window.long = []; window.gaps = []; window.blank = 0;
new MutationObserver(() => {
    const rows = document.querySelectorAll('.run-row');
    if (rows.length > 5 && !window.shownAt) {
        window.shownAt = 1;
        requestAnimationFrame(() => { window.shownAt = performance.now() });
    }
    const now = performance.timeOrigin + performance.now();
    for (const row of rows) {
        const key = row.dataset.run + row.dataset.status;
        if (!(key in window.seen)) { window.seen[key] = now; window.count++ }
    }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-status']});
new PerformanceObserver(list => {
    for (const {name, duration} of list.getEntries()) if (name === 'keydown') window.keys.push(duration);
}).observe({type: 'event', durationThreshold: 16});
new PerformanceObserver(list => {
    for (const {duration} of list.getEntries()) window.long.push(duration);
}).observe({type: 'long-animation-frame'});
window.measureFrames = () => {
    window.gaps = []; window.long = []; window.blank = 0;
    let last = performance.now();
    const look = now => {
        window.gaps.push(now - last); last = now;
        if (!document.elementFromPoint(600, 700)?.closest('.run-row')) window.blank++;
        window.measuring = requestAnimationFrame(look);
    };
    cancelAnimationFrame(window.measuring);
    window.measuring = requestAnimationFrame(look);
};
"""
SCRIPTS: Final = """performance.getEntriesByType('resource')
    .filter(one => one.name.endsWith('.js') && one.startTime < window.shownAt)"""
INITIAL: Final = "[...document.querySelectorAll('head > script[src]')].map(one => one.src)"


@dataclass(frozen=True, slots=True)
class Watched:
    """A page that shows the list, and what it asks for."""

    page: Page
    traffic: Traffic


async def measure() -> None:
    """Measure on SQLite."""
    await _measure("SQLite", filled_sqlite)


async def measure_postgres() -> None:
    """Measure on Postgres with fsync on."""
    await _measure("Postgres", filled_postgres)


async def _measure(storage: str, filled: Callable[[], AbstractContextManager[Served]]) -> None:
    async with AsyncExitStack() as stack:
        context = filled()
        server = await asyncio.to_thread(context.__enter__)
        stack.callback(context.__exit__, None, None, None)
        print(f"{RUNS:,} runs on {storage}")
        await first_sight(server)
        async with watched(server) as shown:
            await idle(shown)
            await changes(server, shown.page)
            await scrolling(shown.page)
        async with watched(server) as shown:
            await under_load(server, shown)


@asynccontextmanager
async def blank(home: Path) -> AsyncIterator[Watched]:
    """Start a browser with an empty profile."""
    async with chromium.open_page(home) as page:
        traffic = Traffic()
        page.observers.append(traffic.observe)
        await page.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        yield Watched(page, traffic)


@asynccontextmanager
async def watched(server: Served) -> AsyncIterator[Watched]:
    """Open the list in a browser with an empty profile."""
    with TemporaryDirectory() as home:
        async with blank(Path(home)) as shown:
            await _show(server, shown.page)
            yield shown


async def _show(server: Served, page: Page) -> None:
    await page.open(server.root)
    await page.wait_for(f"window.shownAt > 1 && {LIVE}")


async def first_sight(server: Served) -> None:
    """Measure from the navigation to the first rows, with nothing cached; then say what takes how long."""
    shown = []
    for _ in range(ROUNDS):
        async with watched(server) as one:
            shown.append(await one.page.evaluate("window.shownAt"))
    print(f"first sight, ms: {Samples(shown).tail}")
    with TemporaryDirectory() as home:
        async with blank(Path(home)) as one:
            await start_trace(one.page)
            await _show(server, one.page)
            trace = await stop_trace(one.page)
            at = await _milestones(one.page)
            waits = ", ".join(f"{name} {wait:.0f}" for name, wait in one.traffic.waits.items())
    print(f"  once more, traced, ms: {', '.join(f'{name} {value:,.0f}' for name, value in at.items())}")
    print(f"  scripts compiled {trace.compiled:.0f} ms, evaluated {trace.evaluated:.0f} ms; {trace}")
    print(f"  ms from request to answer: {waits}")


async def _milestones(page: Page) -> dict[str, float]:
    """Return when what was there, milliseconds, and the bytes of JavaScript: of the page, and of all up to the rows."""
    script = f"""(() => {{
        const [page] = performance.getEntriesByType('navigation'), scripts = {SCRIPTS}, initial = {INITIAL};
        const size = many => many.reduce((sum, one) => sum + one.encodedBodySize, 0);
        const own = scripts.filter(one => initial.includes(one.name));
        return {{
            'HTML': page.responseEnd,
            'scripts of the page': Math.max(...own.map(one => one.responseEnd)),
            'first paint': performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
            'rows': window.shownAt,
            'bytes of the page\\'s JavaScript': size(own),
            'of all before the rows': size(scripts),
        }};
    }})()"""
    at: dict[str, float] = await page.evaluate(script)
    return at


async def idle(shown: Watched) -> None:
    """Count what a page asks for while nothing happens, and what it follows."""
    await asyncio.sleep(3)
    before = shown.traffic.requests
    await asyncio.sleep(IDLE)
    asked = shown.traffic.requests - before
    print(f"requests and messages of an idle page in {IDLE} s: {asked}; it follows {dict(shown.traffic.followed)}")


async def changes(server: Served, page: Page) -> None:
    """Measure from the answer to a move, which follows its commit, to the row that shows it."""
    await page.evaluate("document.querySelector('.runs-table').scrollTo(0, 0)")
    create = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"
    runs = [server.execute(create)["createRun"]["run"]["id"] for _ in range(5)]
    for run in runs:
        await page.wait_for(f"document.querySelector('[data-run=\"{run}\"]')")
    answered_lags, sent_lags = [], []
    for number in range(CHANGES):
        run, to = runs[number % len(runs)], "PAUSED" if number // len(runs) % 2 == 0 else "ACTIVE"
        await page.evaluate("window.seen = {}")
        sent = time.time()
        await asyncio.to_thread(server.execute, MOVE, id=run, to=to)
        answered = time.time()
        await page.wait_for(f"window.seen['{run}{to}']")
        seen = await page.evaluate(f"window.seen['{run}{to}']")
        answered_lags.append(seen - answered * 1000)
        sent_lags.append(seen - sent * 1000)
    print(
        f"a move seen, ms after its answer: {Samples(answered_lags).tail}; after its request: {Samples(sent_lags).tail}"
    )


async def under_load(server: Served, shown: Watched) -> None:
    """Measure frames, memory and answers to keys while a reporter writes and the newest rows are in sight."""
    page = shown.page
    before = await sizes(page)
    await page.press("j")  # into the table, whose first row Home then goes to, however many came above it
    await page.evaluate("window.keys = []; window.count = 0; window.measureFrames()")
    await start_trace(page)
    command = [sys.executable, "-m", "bench.reporter", server.url, str(A_SECOND), str(SECONDS)]
    reporter = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    pressed = 0
    while reporter.returncode is None:
        await page.press("Home")
        pressed += 1
        try:
            await asyncio.wait_for(asyncio.shield(reporter.wait()), 1)
        except TimeoutError:
            continue
    assert reporter.stdout is not None
    trace = await stop_trace(page)
    made = (await reporter.stdout.read()).decode().strip()
    print(f"under load: {made}; the page followed {dict(shown.traffic.followed)}")
    print(f"  {await frames(page)}; {trace}; rows and states seen {await page.evaluate('window.count'):,}")
    late = await page.evaluate("window.keys")
    print(f"  {pressed} keys, of which answered after 16 ms {len(late)}, after 100 ms {sum(one > 100 for one in late)}")
    heap = ", ".join(f"{size / MIB:.1f}" for size in trace.least("jsHeapSizeUsed"))
    print(f"  heap MiB, least of each 10 s: {heap}; nodes {', '.join(f'{one:,.0f}' for one in trace.least('nodes'))}")
    await page.evaluate("window.seen = {}; window.gaps = []")
    print(f"  heap MiB, nodes, collected: {before} before, {await sizes(page)} after")


async def scrolling(page: Page) -> None:
    """Turn the wheel steadily for a while, and then as far as the list goes."""
    await _scroll(page, 300, STEADY, "a steady scroll")
    await _scroll(page, 6_000, LONGEST_SCROLL, "to the end")


async def _scroll(page: Page, delta: int, seconds: int, name: str) -> None:
    await page.evaluate("window.measureFrames()")
    await start_trace(page)
    begin = time.monotonic()
    while time.monotonic() < begin + seconds and await _place(page) < RUNS - 100:
        for _ in range(10):
            wheel: dict[str, Any] = {"type": "mouseWheel", "x": 600, "y": 700, "deltaX": 0, "deltaY": delta}
            await page.command("Input.dispatchMouseEvent", **wheel)
    took = time.monotonic() - begin
    trace = await stop_trace(page)
    rows = await _place(page)
    print(f"{name}: {rows:,} rows in {took:.0f} s; {await frames(page)}; {trace}")
    print(f"  frames with a blank place: {await page.evaluate('window.blank')}; heap MiB, nodes {await sizes(page)}")


async def _place(page: Page) -> int:
    return int(await page.evaluate(f"Math.round(document.querySelector('.runs-table').scrollTop / {ROW})"))


async def frames(page: Page) -> str:
    """Tell of the frames since they are measured."""
    gaps = await page.evaluate("window.gaps.slice(1)")
    long = await page.evaluate("window.long")
    rate = 1000 * len(gaps) / sum(gaps)
    return (
        f"{rate:.0f} frames a second, {sum(gap > 25 for gap in gaps):,} of {len(gaps):,} late, above 50 ms {len(long)}"
    )


async def sizes(page: Page) -> str:
    """Return the heap's size after a collection, and the number of DOM nodes."""
    await page.command("HeapProfiler.collectGarbage")
    heap = await page.command("Runtime.getHeapUsage")
    counters = await page.command("Memory.getDOMCounters")
    return f"{heap['usedSize'] / MIB:.1f}, {counters['nodes']:,}"
