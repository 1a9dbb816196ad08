"""The worker of the examples in processes of its own, plans for it to execute, and their runs and jobs."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

from tests.support.paths import ROOT
from tests.support.servers.served import PATIENCE, Served

PLAN: Final = """
mutation ($plan: CreatePlanInput!) { createPlan(input: $plan) { ... on PlanPayload { plan { id } } } }
"""
START: Final = """
mutation ($start: StartPlanInput!) {
  startPlan(input: $start) { ... on PlanRunPayload { run { id } job { id } } }
}
"""
MOVE: Final = "mutation ($move: TransitionRunInput!) { transitionRun(input: $move) { ... on RunPayload { version } } }"
RUN: Final = """
query ($id: ID!) {
  run(id: $id) {
    status startedAt finishedAt error
    events(first: 500) { nodes { stream payload } }
    results(first: 10) { nodes { itemId retryCount output error } }
    resultSummary { total items succeeded failed }
  }
}
"""
JOB: Final = "query ($id: ID!) { job(id: $id) { status attempts error } }"
EVENTS: Final = "subscription ($run: ID!) { runEvents(runId: $run) { node { sequence stream payload } } }"


class Started(NamedTuple):
    """A plan's run and job."""

    run_id: str
    job_id: str


class Gate:
    """Holds up a shell command: `cat PATH` ends once the gate was opened."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path

    def open(self) -> None:
        """Wait until a command waits, and let it go on."""
        self.path.write_bytes(b"")


def start(server: Served, queue: str, data: object, **fields: object) -> Started:
    """Start a new plan."""
    plan = server.execute(PLAN, plan={"name": "a command", "spec": {"does": data}})["createPlan"]["plan"]
    given = {"planId": plan["id"], "queue": queue, "data": data, **fields}
    started = server.execute(START, start=given)["startPlan"]
    return Started(started["run"]["id"], started["job"]["id"])


def start_shell(server: Served, queue: str, script: str, **fields: object) -> Started:
    """Start a new plan to run a shell's script."""
    return start(server, queue, {"command": ["sh", "-c", script]}, **fields)


@contextmanager
def working(url: str, queue: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker; it is killed at the end if it still runs."""
    command = [sys.executable, "-m", "examples.worker", "--url", url, "--queue", queue, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def finish(worker: subprocess.Popen[str]) -> int:
    """Wait until a worker exits with 0 and no error output, and return how many jobs it has executed."""
    said, complaints = worker.communicate(timeout=PATIENCE)
    assert (worker.returncode, complaints) == (0, "")
    return int(said.removesuffix(" jobs executed\n"))


def work(server: Served, queue: str) -> int:
    """Run a worker until no job is due, and return how many it has executed."""
    with working(server.url, queue, "--until-idle") as worker:
        return finish(worker)


@asynccontextmanager
async def listening(server: Served, run_id: str) -> AsyncIterator[AsyncGenerator[str]]:
    """Subscribe to a run's events; gives the lines as they come, the test's timeout being the bound."""

    async def lines() -> AsyncGenerator[str]:
        async with Client(transport=WebsocketsTransport(server.ws_url)) as live:
            events = live.subscribe(GraphQLRequest(EVENTS, variable_values={"run": run_id}))
            async with aclosing(events):
                expected = 0
                async for answer in events:
                    node = answer["runEvents"]["node"]
                    assert (node["sequence"], node["stream"]) == (expected, "output")
                    expected += 1
                    yield node["payload"]["line"]

    async with aclosing(lines()) as stream:
        yield stream


def run_of(server: Served, started: Started) -> dict[str, Any]:
    """Return the run."""
    run: dict[str, Any] = server.execute(RUN, id=started.run_id)["run"]
    return run


def job_of(server: Served, started: Started) -> tuple[str, int, str | None]:
    """Return the job's status, attempts and error."""
    job = server.execute(JOB, id=started.job_id)["job"]
    return job["status"], job["attempts"], job["error"]


def lines_of(run: dict[str, Any]) -> list[str]:
    """Return the output of a run's command."""
    return [event["payload"]["line"] for event in run["events"]["nodes"]]


def move(server: Served, started: Started, to: str) -> None:
    """Move the run."""
    server.execute(MOVE, move={"id": started.run_id, "to": to})
