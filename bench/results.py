"""100,000 results into one run through `recordResults`, over HTTP: the rate, and whether counts and a recount agree."""

import asyncio
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from bench.processes import served_on_postgres
from tests.support.servers.served import COMMAND, Served, serving

RESULTS: Final = 100_000
A_CALL: Final = 1000
IN_FLIGHT: Final = 4
RECORD = """
mutation ($input: RecordResultsInput!) {
  recordResults(input: $input) { ... on RunResultsPayload { recorded failed } ... on Problem { message } }
}
"""
CREATE = "mutation { createRun(input: {}) { ... on RunPayload { run { id } } } }"
COUNTS = """
query ($id: ID!) {
  run(id: $id) { resultSummary { total items succeeded failed } results(first: 1) { totalCount } }
}
"""


async def measure() -> None:
    """Measure on SQLite and on Postgres, both in a process of their own with fsync on."""
    print(f"{RESULTS:,} results through recordResults, {A_CALL} a call, {IN_FLIGHT} calls in flight")
    with TemporaryDirectory() as directory, serving(Path(directory), str(COMMAND)) as server:
        await _record(server, "SQLite")
    with served_on_postgres() as server:
        await _record(server, "Postgres")


async def _record(server: Served, name: str) -> None:
    run_id = server.execute(CREATE)["createRun"]["run"]["id"]
    started = time.perf_counter()
    async with httpx.AsyncClient(timeout=60) as client:
        gate = asyncio.Semaphore(IN_FLIGHT)
        await asyncio.gather(*(_call(client, gate, server.url, run_id, at) for at in range(0, RESULTS, A_CALL)))
    seconds = time.perf_counter() - started
    counted = server.execute(COUNTS, id=run_id)["run"]
    expected = {"resultSummary": _recount(), "results": {"totalCount": RESULTS}}
    if counted != expected:
        raise ValueError(f"counted {counted} instead of {expected}")
    began = time.perf_counter()
    await asyncio.to_thread(_verify, server)
    verified = time.perf_counter() - began
    print(
        f"  {name:10}{RESULTS / seconds:>10,.0f} a second; counts are as recounted; verify is clean, {verified:.1f} s"
    )


def _verify(server: Served) -> None:
    settings = {"SQLITE_PATH": str(server.directory / "runindex.db"), **server.environment}
    subprocess.run([COMMAND, "verify"], env=settings, check=True, capture_output=True)


async def _call(client: httpx.AsyncClient, gate: asyncio.Semaphore, url: str, run_id: str, start: int) -> None:
    results = [_result(run_id, number) for number in range(start, start + A_CALL)]
    async with gate:
        answer = await client.post(url, json={"query": RECORD, "variables": {"input": {"results": results}}})
    if answer.json() != {"data": {"recordResults": {"recorded": A_CALL, "failed": 0}}}:
        raise ValueError(answer.text)


def _result(run_id: str, number: int) -> dict[str, Any]:
    """Return an attempt: four items of five have one, every fifth item's first attempt fails and is made again."""
    item, retry, fails = _attempt(number)
    return {
        "runId": run_id,
        "itemId": f"item-{item}",
        "retryCount": retry,
        "input": {"question": f"what is {item} times 7?"},
        "output": {"answer": item * 7},
        "error": "no answer" if fails else None,
        "latency": number % 1000,
        "startedAt": "2026-11-21T09:30:00Z",
        "completedAt": "2026-11-21T09:30:01Z",
    }


def _attempt(number: int) -> tuple[int, int, bool]:
    """Return the item, the attempt at it, and whether it fails: of six attempts the last is the fifth item's second."""
    group, place = divmod(number, 6)
    return (5 * group + min(place, 4), max(place - 4, 0), place == 4 or number % 7 == 0)


def _recount() -> dict[str, int]:
    attempts = [_attempt(number) for number in range(RESULTS)]
    items = {item for item, _, _ in attempts}
    succeeded = {item for item, _, fails in attempts if not fails}
    return {
        "total": RESULTS,
        "items": len(items),
        "succeeded": len(succeeded),
        "failed": len(items - succeeded),
    }
