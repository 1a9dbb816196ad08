"""What reporting costs a program: the same work without the client, with the server away, and with it there."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.samples import Samples
from tests.support.servers.served import serving

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "5"))
ITEMS: Final = int(os.environ.get("BENCH_ITEMS", "500"))
WORK: Final = 160_000  # turns of a loop for each item: some ten milliseconds
NOBODY: Final = "http://127.0.0.1:9"
WORKING: Final = f"""
def work():
    total = 0
    for number in range({WORK}):
        total += number * number
    return total
"""
BARE: Final = f"""{WORKING}
for item in range({ITEMS}):
    work()
"""
REPORTING: Final = f"""{WORKING}
import runindex_client as runindex
with runindex.run("bench") as run:
    for item in range({ITEMS}):
        run.record(f"item {{item}}", output={{"total": work()}}, latency_ms=1.5, score={{"accuracy": 0.9}})
        if item % 10 == 0:
            run.event("step", {{"item": item}})
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds that a program took, and those of them that it had a processor."""

    seconds: float
    cpu: float


async def measure() -> None:
    """Print what each program took, in turn, so that all have the same of what else the machine does."""
    with TemporaryDirectory() as name, serving(Path(name)) as server:
        programs = {
            "without the client": (BARE, ""),
            "server away": (REPORTING, NOBODY),
            "server there": (REPORTING, server.root),
        }
        costs: dict[str, list[Cost]] = {told: [] for told in programs}
        for number in range(ROUNDS + 1):
            for told, (script, url) in programs.items():
                cost = _run(script, url, Path(name) / f"spool {number}")
                if number:  # the first round warms up
                    costs[told].append(cost)
    print(f"\nreporting: {ITEMS:,} results and {ITEMS // 10:,} events of a program, {ROUNDS} rounds")
    print(f"{'':20} {'ms':>28} {'CPU ms':>28}  CPU beside the bare one, round by round")
    bare = costs["without the client"]
    for told, taken in costs.items():
        seconds, cpu = (
            Samples([1000 * figure for figure in figures])
            for figures in zip(*((c.seconds, c.cpu) for c in taken), strict=True)
        )
        beside = Samples([100 * (one.cpu / other.cpu - 1) for one, other in zip(taken, bare, strict=True)])
        least, most = min(beside.values), max(beside.values)
        print(f"{told:20} {seconds!s:>28} {cpu!s:>28}  {beside.median:+.1f} % ({least:+.1f} to {most:+.1f})")


def _run(script: str, url: str, spool: Path) -> Cost:
    """Run a program to its end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUNINDEX_")}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=inherited | {"RUNINDEX_URL": url, "RUNINDEX_SPOOL": str(spool)},
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the program ended with {process.returncode}")
    return Cost(took, used.ru_utime + used.ru_stime)
