"""What the browser's own tracing says of a page's main thread, its frames and its memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.support.programs.chromium import Page

CATEGORIES: Final = (
    "toplevel",
    "v8",
    "blink.user_timing",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
)
LONG: Final = 50  # milliseconds
WINDOW: Final = 10  # seconds, within which memory is collected at least once
_COMPILE: Final = frozenset({"v8.compile", "v8.compileModule", "V8.CompileCode", "v8.parseOnBackground"})
_RUN: Final = frozenset({"EvaluateScript", "v8.evaluateModule"})


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace of one page, whose events have times in microseconds."""

    events: list[dict[str, Any]]

    @property
    def thread(self) -> tuple[int, int]:
        """Return the process and the thread that drew the page: of those that could, the one that was busiest."""
        threads = {(one["pid"], one["tid"]) for one in self.events if _is_thread(one, "CrRendererMain")}
        return max(threads, key=lambda thread: sum(_length(task) for task in self._of(thread) if _is_task(task)))

    @property
    def tasks(self) -> list[tuple[float, float]]:
        """Return how long each task of the main thread took, and how much of it on a processor, milliseconds."""
        own = [task for task in self._of(self.thread) if _is_task(task)]
        return [(_length(task), task.get("tdur", task.get("dur", 0)) / 1000) for task in own]

    @property
    def compiled(self) -> float:
        """Return how long scripts were parsed and compiled on the main thread, milliseconds."""
        return sum(_length(one) for one in self._of(self.thread) if one["name"] in _COMPILE)

    @property
    def evaluated(self) -> float:
        """Return how long scripts were evaluated for the first time, milliseconds."""
        return sum(_length(one) for one in self._of(self.thread) if one["name"] in _RUN)

    def least(self, counter: str) -> list[float]:
        """Return the least value of a counter (`jsHeapSizeUsed`, `nodes`) within each window of time."""
        values = [one for one in self._of(self.thread) if one["name"] == "UpdateCounters"]
        begin = min((one["ts"] for one in values), default=0)
        windows: dict[int, float] = {}
        for one in values:
            window = int((one["ts"] - begin) / 1e6 / WINDOW)
            value = one["args"]["data"][counter]
            windows[window] = min(value, windows.get(window, value))
        return [windows[window] for window in sorted(windows)]

    def __str__(self) -> str:
        """Show the long tasks of the main thread, by the clock and by its processor's time."""
        walls = [wall for wall, _ in self.tasks]
        cpus = [cpu for _, cpu in self.tasks]
        over = f"{sum(wall > LONG for wall in walls)} ({sum(cpu > LONG for cpu in cpus)} of them by CPU)"
        longest = f"longest {max(walls):.0f} ms ({max(cpus):.0f} CPU)"
        return f"tasks above {LONG} ms: {over}, {longest}, busy {sum(cpus) / 1000:.1f} s CPU"

    def _of(self, thread: tuple[int, int]) -> Iterator[dict[str, Any]]:
        return (one for one in self.events if (one["pid"], one["tid"]) == thread)


async def start_trace(page: Page) -> None:
    """Begin to trace."""
    page.trace.clear()
    page.traced.clear()
    await page.command("Tracing.start", transferMode="ReportEvents", traceConfig={"includedCategories": CATEGORIES})


async def stop_trace(page: Page) -> Trace:
    """Return all that was traced."""
    await page.command("Tracing.end")
    await page.traced.wait()
    return Trace(list(page.trace))


def _is_thread(event: dict[str, Any], thread: str) -> bool:
    return bool(event["name"] == "thread_name" and event["args"].get("name") == thread)


def _is_task(event: dict[str, Any]) -> bool:
    return bool(event["name"] == "RunTask")


def _length(event: dict[str, Any]) -> float:
    return float(event.get("dur", 0)) / 1000
