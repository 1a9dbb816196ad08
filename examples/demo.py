"""Show RunIndex at work: a part of this project's own tests is recorded while a subscription prints each change.

    make demo                            # records some tests of the storages' contract, run on the memory storage
    python examples/demo.py tests/unit   # or any other arguments of pytest

A server is started on a free port, with the storage that `make serve` uses, and stopped at the end: the runs stay to be
looked at. The exit code is 0 when the tests passed and each of their changes arrived.
"""

import asyncio
import random
import socket
import subprocess
import sys
import sysconfig
import time
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final
from uuid import uuid4

import httpx
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

ROOT: Final = Path(__file__).parent.parent
TESTS: Final = sys.argv[1:] or [
    "tests/contract/runs/test_lifecycle.py",
    "tests/contract/runs/test_tags.py",
    "tests/contract/runs/test_ids.py",
    "-k",
    "memory",
]
# Generous: only a hanging process exceeds these bounds, even on a busy machine.
START_SECONDS: Final = 30
DEMO_SECONDS: Final = 120
STOP_SECONDS: Final = 15
LAG_SECONDS: Final = 20
POLL_SECONDS: Final = 0.05

CHANGES: Final = """
subscription ($after: String!) {
  runChanges(after: $after, bookmarks: true) {
    __typename
    cursor
    ... on RunChange { runId at kind fromStatus status tags run { name } }
  }
}
"""
SUMMARY: Final = """
query ($session: ID!) {
  runCounts { key count }
  run(id: $session) {
    name status
    dataset { datasetId totalItems succeededCount failedCount skippedCount }
    resultSummary { total latencyP50 latencyP95 }
    children(first: 100, orderBy: {direction: ASC}) { totalCount nodes { name status tags metadata } }
  }
}
"""


def main() -> int:
    """Run the demo and return its exit code."""
    if not (ROOT / TESTS[0]).exists():
        print(
            "demo: it records tests of the project that it is a part of: run it there, by `make demo`", file=sys.stderr
        )
        return 2
    try:
        with serving() as address:
            return asyncio.run(asyncio.wait_for(demonstrate(address), DEMO_SECONDS))
    except* (RuntimeError, TimeoutError, OSError, TransportError) as troubles:
        print(f"demo: {troubles.exceptions}", file=sys.stderr)
    return 1


async def demonstrate(address: str) -> int:
    """Record tests and show the changes; return the tests' exit code."""
    session = str(uuid4())
    cursor = (await query(address, "{ changeCursor }"))["changeCursor"]
    async with Client(transport=WebsocketsTransport(f"ws://{address}/graphql")) as live:
        subscribed = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(show_changes(live, cursor, session, subscribed))
            await subscribed.wait()
            exit_code = await record_tests(address, session)
            await asyncio.wait_for(watching, LAG_SECONDS)
    show_summary(await query(address, SUMMARY, session=session))
    print(f"\nTo look at them: `make serve`, then http://127.0.0.1:8000/runs/{session}")
    return exit_code


def free_port() -> int:
    """Return a free port below the range from which the system takes ports for outgoing connections."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving() -> Iterator[str]:
    """Serve on a free port, with the storage of the environment; yield host and port."""
    port = free_port()
    with TemporaryFile("w+") as log:
        command = [f"{sysconfig.get_path('scripts')}/runindex", "serve", "--port", str(port)]
        server = subprocess.Popen(command, stderr=log)
        try:
            wait_until_ready(server, f"http://127.0.0.1:{port}/readyz")
            yield f"127.0.0.1:{port}"
            server.terminate()
            server.wait(STOP_SECONDS)
        except BaseException:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise
        finally:
            server.kill()
            server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    """Return once the server is ready; raise if it exits instead, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url).is_success:
                return
        with suppress(subprocess.TimeoutExpired):
            raise RuntimeError(f"the server ended with exit code {server.wait(POLL_SECONDS)}")
    raise RuntimeError("the server does not get ready")


async def query(address: str, document: str, **variables: object) -> dict[str, Any]:
    """Execute one query."""
    async with httpx.AsyncClient(timeout=LAG_SECONDS) as client:
        answer = await client.post(f"http://{address}/graphql", json={"query": document, "variables": variables})
    result = answer.json()
    if "errors" in result:
        raise RuntimeError(result["errors"])
    return dict(result["data"])


async def show_changes(live: AsyncClientSession, cursor: str, session: str, subscribed: asyncio.Event) -> None:
    """Print each change behind the cursor as it arrives, up to the one that ends the session's run."""
    changes = live.subscribe(GraphQLRequest(CHANGES, variable_values={"after": cursor}))
    async with aclosing(changes):
        async for answer in changes:
            item = answer["runChanges"]
            if item["__typename"] == "Bookmark":  # the first item: the subscription is open
                subscribed.set()
                continue
            show_change(item)
            if item["runId"] == session and item["status"] != "ACTIVE":
                return


def show_change(change: dict[str, Any]) -> None:
    """Print one change as one line."""
    at = datetime.fromisoformat(change["at"]).astimezone().strftime("%H:%M:%S.%f")[:-3]
    move = f"{change['fromStatus'] or ''} → {change['status']}" if change["kind"] in ("CREATED", "STATUS") else ""
    name = change["run"]["name"] if change["run"] else change["runId"]
    print(f"{at}  {change['kind']:<8}  {move:<18}  {name:<40}  {' '.join(change['tags'])}", flush=True)


async def record_tests(address: str, session: str) -> int:
    """Run the tests with the client's plugin of pytest, without their own output, and return pytest's exit code."""
    recorder = ("--runindex-url", f"http://{address}/graphql")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "--quiet", *TESTS, *recorder, "--runindex-session", session),
        cwd=ROOT,
        stdout=DEVNULL,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def show_summary(answer: dict[str, Any]) -> None:
    """Print the number of runs by status, the outcomes of the session's items, and its children."""
    counts = ", ".join(f"{group['count']} {group['key']}" for group in answer["runCounts"])
    run = answer["run"]
    print(f"\nruns by status: {counts}")
    print(f"{run['name']}: {run['status']}, {run['children']['totalCount']} test files")
    show_results(run["dataset"], run["resultSummary"])
    for child in run["children"]["nodes"]:
        print(f"  {child['status']:<10} {child['name']:<40}  {child['metadata']['tests']}")


def show_results(dataset: dict[str, Any], figures: dict[str, Any]) -> None:
    """Print the outcomes of the dataset's items, and how long the attempts at them took."""
    ends = ", ".join(f"{dataset[f'{end}Count']} {end}" for end in ("succeeded", "failed", "skipped"))
    print(f"dataset {dataset['datasetId']}: {dataset['totalItems']} items, {ends}")
    if figures["total"]:
        p50, p95 = figures["latencyP50"], figures["latencyP95"]
        print(f"{figures['total']} results: latency p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
