"""Ten workers share a queue while they are killed at random, and so is the server that they speak to."""

import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any, Final, Self

import pytest

from tests.faults import job_worker
from tests.faults.job_ledger import Ended, flaws
from tests.faults.job_worker import Index, Step
from tests.faults.truth import Storage
from tests.support.drawn.effort import EFFORT
from tests.support.servers.served import PATIENCE, Served, serving

WORKERS: Final = 10
KILLS: Final = 50
SERVER_KILLS: Final = 2
AT_ONCE: Final = 20
OFTEN: Final = 100
# What jobs are like, of each hundred. Those that take long are offered first.
KINDS: Final[Sequence[tuple[int, Mapping[str, Any]]]] = (
    (69, {"maxAttempts": OFTEN, "data": {}}),
    (20, {"maxAttempts": 1, "data": {}}),
    (1, {"maxAttempts": OFTEN, "data": {"lingers": True}, "priority": 1}),
    (1, {"maxAttempts": 1, "data": {"lingers": True}, "priority": 1}),
    (3, {"maxAttempts": OFTEN, "data": {"fails": 1}, "priority": 1}),
    (3, {"maxAttempts": 2, "data": {"fails": OFTEN}, "priority": 1}),
    (3, {"maxAttempts": OFTEN, "data": {"dies": True}, "priority": 1}),
)
ENQUEUE: Final = "%s: enqueueJob(input: $%s) { ... on JobPayload { job { id } } }"
OPEN: Final = "{ jobs(filter: {status: [PENDING, RUNNING, RETRYING]}) { totalCount } }"
JOBS: Final = """
query ($after: String) {
  jobs(first: 500, after: $after) {
    nodes { id status attempts maxAttempts error data }
    pageInfo { hasNextPage endCursor }
  }
}
"""


class Fleet:
    """Workers in processes of their own, each at one of the servers; all write to one pipe, so that order is kept."""

    def __init__(self, servers: Sequence[Served]) -> None:
        self.servers = servers
        self.started = 0
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        reading, writing = os.pipe()
        # It holds a few lines only: on a busy machine too, the work is not done before the test has read of it.
        fcntl(writing, F_SETPIPE_SZ, select.PIPE_BUF)
        self._steps, self._pen = open(reading), open(writing, "w")  # noqa: PTH123, SIM115 - descriptors, closed below

    def __enter__(self) -> Self:
        for _ in range(WORKERS):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.disband()
        self._steps.close()

    def steps(self) -> Iterator[Step]:
        """Yield the steps as workers write them, up to the last one once they were disbanded."""
        return (Step(*json.loads(line)) for line in self._steps)

    def replace(self, name: str) -> None:
        """Kill a worker if it lives, whatever it is doing, and start another in its place."""
        if name in self._workers:
            end(self._workers.pop(name))
            self._start()

    def disband(self) -> None:
        """Kill all workers."""
        for worker in self._workers.values():
            end(worker)
        self._workers.clear()
        self._pen.close()

    def _start(self) -> None:
        server, name = self.servers[self.started % len(self.servers)], f"worker {self.started}"
        # Without site-packages it is there in no time.
        command = [sys.executable, "-I", "-S", job_worker.__file__, str(server.port), name]
        self._workers[name] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self._pen)
        self.started += 1


def end(worker: subprocess.Popen[bytes]) -> None:
    """End a worker as a power cut would; it must not have ended by itself."""
    worker.kill()
    worker.communicate(timeout=PATIENCE)
    assert worker.returncode == -SIGKILL


def offer(port: int, jobs: Sequence[Mapping[str, Any]]) -> None:
    """Enqueue jobs, all with one request."""
    names = [f"job{place}" for place in range(len(jobs))]
    given = ", ".join(f"${name}: EnqueueJobInput!" for name in names)
    fields = " ".join(ENQUEUE % (name, name) for name in names)
    with closing(Index(port)) as index:
        assert index.ask(f"mutation ({given}) {{ {fields} }}", **dict(zip(names, jobs, strict=True)))


def offer_all(server: Served, count: int) -> None:
    """Enqueue so many jobs of all kinds, at once enough for a writer that commits in groups."""
    hundred = [kind for share, kind in KINDS for _ in range(share)]
    jobs = hundred * (count // len(hundred))
    parts = [jobs[start : start + AT_ONCE] for start in range(0, count, AT_ONCE)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda part: offer(server.port, part), parts))


def ended_jobs(index: Index) -> list[Ended]:
    """Return all jobs as the index shows them."""
    jobs: list[Ended] = []
    page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
    while page["hasNextPage"]:
        answer = index.ask(JOBS, after=page["endCursor"])
        assert answer is not None
        jobs += [
            Ended(job["id"], job["status"], job["attempts"], job["maxAttempts"], job["error"], "dies" in job["data"])
            for job in answer["nodes"]
        ]
        page = answer["pageInfo"]
    return jobs


def work_off(fleet: Fleet, index: Index, count: int) -> list[Step]:
    """Let the workers do so many jobs while they and a server are killed; return what they wrote down."""
    # Each job is three steps or more, so that there is work at all of these moments.
    moments = Random(7).sample(range(100, 3 * count), KILLS)
    server_moments = moments[:SERVER_KILLS]
    steps = []
    for step in fleet.steps():
        steps.append(step)
        if len(steps) in moments:
            # It is busy then: it has just written, and most often holds jobs.
            fleet.replace(step.worker)
        if len(steps) in server_moments:
            fleet.servers[0].kill()
            fleet.servers[0].start()
        if step.name == "idles" and index.ask(OPEN) == {"totalCount": 0}:
            # What they wrote before is still to come.
            fleet.disband()
    return steps


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("storage", "servers", "count"),
    [("postgres_storage", 2, 500 * EFFORT), ("sqlite_storage", 1, 300 * EFFORT)],
    indirect=["storage"],
)
def test_each_job_is_completed_once_or_fails_after_its_attempts(
    storage: Storage, tmp_path: Path, servers: int, count: int
) -> None:
    with ExitStack() as stack:
        served = [stack.enter_context(serving(tmp_path, **storage.environment)) for _ in range(servers)]
        offer_all(served[0], count)
        index = stack.enter_context(closing(Index(served[-1].port)))
        fleet = stack.enter_context(Fleet(served))
        steps = work_off(fleet, index, count)
        jobs = ended_jobs(index)
    assert len(jobs) == count
    assert flaws(steps, jobs) == []
    words = Counter(step.word for step in steps if step.name == "told")
    expired = sum(job.error == "lease expired" for job in jobs)
    print(f"{fleet.started} workers; {Counter(job.status for job in jobs)}, {expired} expired; told {words}")
    # The test has tried what it is about: leases lapsed, and late workers were refused.
    assert expired > 0
    assert words["LEASE_LOST"] > 0
