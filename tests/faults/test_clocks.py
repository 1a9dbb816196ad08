"""Servers whose clocks are off, and are set while they work: time is the storage's."""

import asyncio
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests.faults.doors import HttpDoor
from tests.faults.job_ledger import flaws
from tests.faults.job_worker import Index, Step
from tests.faults.subscribers import subscribed
from tests.faults.test_job_workers import OPEN, Fleet, ended_jobs, offer_all
from tests.faults.truth import Storage
from tests.faults.world import open_world
from tests.support.servers.clocks import ShiftedClock
from tests.support.servers.served import COMMAND, HTTP, Served, serving

SHIFTS: Final = (-3600, 70, 0, -70, 3600)
SETTINGS: Final = 10
CHANGES: Final = 300
JOBS: Final = 200
KILLS: Final = 12
PATIENCE: Final = 60
RUNS: Final = """
query ($after: String) {
  runs(filter: {includeArchived: true}, first: 50, after: $after) {
    nodes {
      id createdAt startedAt finishedAt updatedAt
      history(first: 200) { nodes { at version kind } pageInfo { hasNextPage } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
AS_OF: Final = """
query ($id: ID!, $at: DateTime!) { run(id: $id) { asOf(at: $at) { version at } } }
"""
CREATE: Final = "mutation { createRun(input: {}) { ... on RunPayload { run { id createdAt } } } }"
FILL: Final = """
mutation ($id: ID!) {
  appendRunEvents(input: {runId: $id, events: [{stream: "s", payload: {}}]}) {
    ... on RunEventsPayload { events { at } }
  }
  putRunValues(input: {runId: $id, entries: [{key: "k", value: 1}]}) {
    ... on RunValuesPayload { values { updatedAt } }
  }
  setRunCell(input: {runId: $id, name: "c", value: 1}) { ... on RunCellPayload { cell { updatedAt } } }
  pauseRun(input: {id: $id}) { ... on RunPayload { run { updatedAt } } }
  resumeRun(input: {id: $id}) { ... on RunPayload { run { updatedAt } } }
}
"""
CLOSE: Final = "mutation ($id: ID!) { closeRun(input: {id: $id}) { ... on RunPayload { run { finishedAt } } } }"
ENQUEUE: Final = 'mutation { enqueueJob(input: {queue: "q", maxAttempts: 9}) { ... on JobPayload { job { id } } } }'
CLAIM: Final = """
mutation { claimJobs(input: {queue: "q", leaseSeconds: 60}) { ... on ClaimPayload { jobs { id } } } }
"""


@dataclass(slots=True)
class Clocks:
    """The clocks of some servers, the first of which is right to begin with."""

    clocks: Sequence[ShiftedClock]
    shifts: Sequence[int] = SHIFTS
    _next: int = field(default=0)

    @classmethod
    def make(cls, directory: Path, *shifts: int) -> "Clocks":
        clocks = [ShiftedClock(directory / f"clock-{place}") for place in range(len(shifts))]
        for clock, seconds in zip(clocks, shifts, strict=True):
            clock.set(seconds)
        return cls(clocks)

    @property
    def environments(self) -> list[Mapping[str, str]]:
        return [clock.environment for clock in self.clocks]

    def set_next(self) -> None:
        """Set one of the clocks, each in its turn."""
        self.clocks[self._next % len(self.clocks)].set(self.shifts[self._next % len(self.shifts)])
        self._next += 1


def verified(storage: Storage, directory: Path) -> str:
    """Return what `runindex verify` says of a storage, which must be without fault."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(directory), **storage.environment}
    ran = subprocess.run([COMMAND, "verify"], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stderr


async def assert_in_order(door: HttpDoor) -> int:
    """Assert that no instant of any run is before the one before it, and return how many entries there were."""
    page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
    entries = 0
    while page["hasNextPage"]:
        runs = (await door.execute(RUNS, {"after": page["endCursor"]}))["runs"]
        page = runs["pageInfo"]
        for run in runs["nodes"]:
            ends = [run[name] for name in ("createdAt", "startedAt", "finishedAt", "updatedAt") if run[name]]
            assert ends == sorted(ends), run
            history = run["history"]["nodes"]
            instants = [entry["at"] for entry in history]
            assert instants == sorted(instants), run
            entries += len(history)
            as_of = (await door.execute(AS_OF, {"id": run["id"], "at": run["createdAt"]}))["run"]["asOf"]
            # At the instant of its creation it was what it was then; changes that follow in no time share it.
            assert as_of["at"] == run["createdAt"], (run, as_of)
    return entries


@pytest.mark.asyncio
@pytest.mark.timeout(180)
async def test_streams_and_histories_are_in_order_while_clocks_are_set(storage: Storage, tmp_path: Path) -> None:
    clocks = Clocks.make(tmp_path, 0, 3600)
    async with (
        open_world(storage, tmp_path, each=clocks.environments) as world,
        subscribed(world.audience(0, 1)),
    ):
        async with world.workload.writers(12):
            for _ in range(SETTINGS):
                await world.workload.progress(CHANGES // SETTINGS, PATIENCE)
                clocks.set_next()
        await world.conclude()
        assert await assert_in_order(world.doors[0]) >= CHANGES // 2
    await asyncio.to_thread(verified, storage, tmp_path)


@pytest.mark.timeout(120)
def test_a_server_whose_clock_is_off_judges_by_the_storages(storage: Storage, tmp_path: Path) -> None:
    clocks = Clocks.make(tmp_path, 0, 0)
    with ExitStack() as stack:
        right, wrong = (
            stack.enter_context(serving(tmp_path, **storage.environment, **own)) for own in clocks.environments
        )
        for seconds in (-3600, -70, 70, 3600):
            clocks.clocks[1].set(seconds)
            for here, there in ((right, wrong), (wrong, right)):
                assert here.execute(ENQUEUE)
                (job,) = here.execute(CLAIM)["claimJobs"]["jobs"]
                assert job["id"]
                for server in (there, here):
                    assert server.execute(CLAIM) == {"claimJobs": {"jobs": []}}
                clocks.clocks[1].set(-seconds)
                assert there.execute(CLAIM) == {"claimJobs": {"jobs": []}}
                clocks.clocks[1].set(seconds)
            assert_a_run_is_in_order(right, wrong)
    verified(storage, tmp_path)


def assert_a_run_is_in_order(*servers: Served) -> None:
    """Assert that all instants of a run that several servers write to come one after the other."""
    run = servers[0].execute(CREATE)["createRun"]["run"]
    told = [run["createdAt"]]
    for server in islice(cycle(servers), 6):
        filled = server.execute(FILL, id=run["id"])
        told += [
            filled["appendRunEvents"]["events"][0]["at"],
            filled["putRunValues"]["values"][0]["updatedAt"],
            filled["setRunCell"]["cell"]["updatedAt"],
            filled["pauseRun"]["run"]["updatedAt"],
            filled["resumeRun"]["run"]["updatedAt"],
        ]
    told.append(servers[-1].execute(CLOSE, id=run["id"])["closeRun"]["run"]["finishedAt"])
    assert told == sorted(told)


@pytest.mark.timeout(300)
def test_no_lease_is_given_twice_while_it_holds_though_clocks_are_set(storage: Storage, tmp_path: Path) -> None:
    clocks = Clocks.make(tmp_path, 0, 3600)
    with ExitStack() as stack:
        served = [stack.enter_context(serving(tmp_path, **storage.environment, **own)) for own in clocks.environments]
        offer_all(served[0], JOBS)
        index = stack.enter_context(closing(Index(served[0].port)))
        fleet = stack.enter_context(Fleet(served))
        steps = work_off(fleet, index, clocks)
        jobs = ended_jobs(index)
    assert flaws(steps, jobs) == []
    verified(storage, tmp_path)


def work_off(fleet: Fleet, index: Index, clocks: Clocks) -> list[Step]:
    """Let the workers do all jobs while they are killed and clocks are set; return what they wrote down."""
    drawn = Random(9).sample(range(20, 3 * JOBS), KILLS + SETTINGS)
    kills, settings = frozenset(drawn[:KILLS]), frozenset(drawn[KILLS:])
    steps = []
    for step in fleet.steps():
        steps.append(step)
        if len(steps) in kills:
            fleet.replace(step.worker)
        if len(steps) in settings:
            clocks.set_next()
        if step.name == "idles" and index.ask(OPEN) == {"totalCount": 0}:
            fleet.disband()
    return steps


@pytest.mark.timeout(120)
def test_a_server_that_starts_again_with_an_earlier_clock_goes_on(storage: Storage, tmp_path: Path) -> None:
    clocks = Clocks.make(tmp_path, 0)
    with serving(tmp_path, **storage.environment, **clocks.environments[0]) as server:
        run = server.execute(CREATE)["createRun"]["run"]
        for seconds in (-70, -3600):
            clocks.clocks[0].set(seconds)
            server.restart()
            filled = server.execute(FILL, id=run["id"])
            assert filled["appendRunEvents"]["events"][0]["at"] >= run["createdAt"]
        assert server.execute(CLOSE, id=run["id"])["closeRun"]["run"]["finishedAt"] >= run["createdAt"]
        as_of = server.execute(AS_OF, id=run["id"], at=run["createdAt"])["run"]["asOf"]
        assert as_of["at"] == run["createdAt"]
        assert HTTP.get(f"{server.root}/readyz").status_code == httpx.codes.OK
    verified(storage, tmp_path)
