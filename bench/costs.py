"""What costly requests cost a server: CPU time, the longest wait of another client, and memory."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.costly import requests
from bench.processes import cpu_seconds, pid_of, resident, served_on_postgres
from tests.support.servers.served import Served, serving

POLL: Final = 0.005
PATIENCE: Final = 30
MIB: Final = 1024 * 1024
# The goals.
CPU_SECONDS: Final = 0.3
STALL: Final = 0.1
GROWTH: Final = 64
RETURNED_IN: Final = 10.0
RUNS: Final = 2_000
LARGE: Final = 41
LEFT: Final = ("500 runs, 9 children, parents", "500 runs, 39 children", "compareRuns")
TIMES: Final = {"startedAt": "2026-11-21T09:30:00Z", "completedAt": "2026-11-21T09:30:01Z"}
BULK = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ... on RunPayload { run { id } } } }"
RECORD = "mutation ($input: RecordResultInput!) { recordResult(input: $input) { __typename } }"


async def measure() -> None:
    """Measure on each storage."""
    with TemporaryDirectory() as directory, serving(Path(directory), STORAGE_BACKEND="memory") as server:
        _measure("memory", server)
    with TemporaryDirectory() as directory, serving(Path(directory)) as server:
        _measure("SQLite", server)
    with served_on_postgres() as server:
        _measure("Postgres", server)


def _measure(storage: str, server: Served) -> None:
    large, parent = _fill(server)
    print(f"{storage:40} CPU s  stall ms  growth MB  back in s  answer")
    _send(server.port, {"query": "{ runs { nodes { id } } }"})
    for name, request in requests(large, parent).items():
        _measure_one(server, name, partial(_send, server.port, request))
    for name in LEFT:
        _measure_one(server, f"10 who hang up: {name}", partial(_leave, server.port, requests(large, parent)[name]))


@dataclass(slots=True)
class Other:
    """Another client, which asks little, and often."""

    port: int
    pid: int
    stall: float = 0.0
    largest: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until told otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self.done.wait(POLL):
            began = time.perf_counter()
            connection.request("POST", "/graphql", '{"query":"{ __typename }"}', {"Content-Type": "application/json"})
            connection.getresponse().read()
            self.stall = max(self.stall, time.perf_counter() - began)
            self.largest = max(self.largest, resident(self.pid))
        connection.close()


@contextmanager
def _watched(server: Served) -> Iterator[Other]:
    other = Other(server.port, pid_of(server))
    thread = threading.Thread(target=other.ask)
    thread.start()
    try:
        yield other
    finally:
        other.done.set()
        thread.join()


def _measure_one(server: Served, name: str, ask: Callable[[], tuple[int, str]]) -> None:
    pid = pid_of(server)
    before, used = resident(pid), cpu_seconds(pid)
    with _watched(server) as other:
        began = time.perf_counter()
        size, code = ask()
        lasted = time.perf_counter() - began
        time.sleep(0.1)  # what goes on after the answer counts too
    polls = (lasted + 0.1) / (POLL + 0.001) * 0.0006  # of the other client
    used = cpu_seconds(pid) - used - polls
    growth = (other.largest - before) / MIB
    waited = time.perf_counter()
    while resident(pid) > before + 8 * MIB and time.perf_counter() - waited < RETURNED_IN:
        time.sleep(0.1)
    back = time.perf_counter() - waited
    rest = (resident(pid) - before) / MIB
    misses = used > CPU_SECONDS or other.stall > STALL or growth > GROWTH or rest > 8
    print(
        f"  {name:38}{used:6.2f}{1000 * other.stall:10.0f}{growth:11.0f}{back:11.1f}  {size:,} {code}"
        f"{f'  rest {rest:.0f} MB' if rest > 8 else ''}{'  <-' if misses else ''}",
        flush=True,
    )


def _send(port: int, request: dict[str, Any]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/graphql", json.dumps(request), {"Content-Type": "application/json"})
    body = connection.getresponse().read()
    connection.close()
    if b'"errors"' not in body[:40] and b'"errors"' not in body[-2_000:]:
        return len(body), ""
    answer = json.loads(body)
    return len(body), answer["errors"][0]["extensions"]["code"] if answer.get("errors") else ""


def _leave(port: int, request: dict[str, Any]) -> tuple[int, str]:
    """Send a request ten times, and hang up."""
    body = json.dumps(request).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    callers = [socket.create_connection(("127.0.0.1", port)) for _ in range(10)]
    for caller in callers:
        caller.sendall(head.encode() + b"\r\n\r\n" + body)
    time.sleep(0.02)
    for caller in callers:
        caller.close()
    time.sleep(0.5)
    return 0, ""


def _fill(server: Served) -> tuple[list[str], str]:
    """Make runs, many below one and ten below each of a few, and two with large results."""
    parents: list[str] = []
    for number in range(RUNS):
        parent = None if number < 50 else parents[0] if number < 600 else parents[number % 50]
        run: dict[str, Any] = {
            "name": f"run {number}",
            "tags": ["a", "b"],
            "metadata": {"n": number},
            "parentId": parent,
        }
        run_id = server.execute(BULK, input=run)["createRun"]["run"]["id"]
        if number < 50:
            parents.append(run_id)
    for run_id in parents[:2]:
        for number in range(LARGE):
            output = "x" * (MIB - 100)
            result = {"runId": run_id, "itemId": f"{number}", "output": output, "latency": 1, **TIMES}
            server.execute(RECORD, input=result)
    return parents[:2], parents[0]
