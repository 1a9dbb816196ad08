"""The readers of the examples, in Python and TypeScript, miss nothing whatever happens to the server."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest

from tests.support.paths import ROOT
from tests.support.programs.clients import COMPILED
from tests.support.servers.interrupts import hearing_interrupts
from tests.support.servers.served import PATIENCE, Served

pytestmark = pytest.mark.timeout(180)  # on a busy machine a restart takes its time, and a reader's pauses grow with it

READERS: Final = {
    "python": [sys.executable, "-m", "examples.reader"],
    "typescript": ["node", str(COMPILED / "examples" / "reader.js")],
}
KINDS: Final = {"CREATED", "STARTED", "STATUS", "NAME", "METADATA", "TAGS", "RETENTION", "DELETED"}
TAG: Final = "followed"
FILTER: Final = {"tags": {"all": [TAG]}}

CREATE: Final = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ... on RunPayload { version } } }"
RENAME: Final = 'mutation ($id: ID!) { renameRun(input: {id: $id, name: "renamed"}) { ... on RunPayload { version } } }'
ENDS: Final = (
    "mutation ($id: ID!) { pauseRun(input: {id: $id}) { ... on RunPayload { version } } }",
    "mutation ($id: ID!) { archiveRun(input: {id: $id}) { ... on RunPayload { version } } }",
    "mutation ($id: ID!) { deleteRun(input: {id: $id}) { ... on RunDeletion { version } } }",
    'mutation ($id: ID!) { removeRunTags(input: {id: $id, tags: ["followed"]}) { ... on RunPayload { version } } }',
)
CHANGES: Final = """
query ($filter: RunFilter, $after: String) {
  changes(filter: $filter, after: $after, first: 500) { nodes { kind version runId status } }
}
"""
RUNS: Final = "query ($filter: RunFilter) { runs(filter: $filter, first: 500) { nodes { status version id name } } }"


@dataclass(slots=True)
class Reading:
    """A reader's process, and what it says."""

    process: subprocess.Popen[str]

    def read_until(self, text: str) -> list[str]:
        """Return its lines up to the first with the text; the test's timeout is the bound."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or text not in lines[-1]:
            lines.append(self.process.stdout.readline().rstrip("\n"))
            assert lines[-1], f"the reader has ended: {lines}"
        return lines

    def end(self) -> list[str]:
        """Press Ctrl-C, and return what is left of its lines: the table, if all changes were read."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0
        return rest.splitlines()


Read = Callable[..., Reading]


@pytest.fixture(params=READERS)
def read(request: pytest.FixtureRequest, clients: None) -> Iterator[Read]:
    """Start readers, which are ended at the end, however it is."""
    del clients
    processes: list[subprocess.Popen[str]] = []

    def start(server: Served, *options: str) -> Reading:
        command = [*READERS[request.param], "--url", server.ws_url, "--tag", TAG, *options]
        with hearing_interrupts():
            processes.append(
                subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            )
        return Reading(processes[-1])

    yield start
    for process in processes:
        with process:
            process.kill()


def create(server: Served, number: int) -> str:
    """Create a run that the readers see."""
    run_id = str(uuid4())
    server.execute(CREATE, input={"id": run_id, "name": f"run {number}", "tags": [TAG]})
    return run_id


def create_many(server: Served, count: int) -> list[str]:
    """Create runs that the readers see, as many with each request as the limits allow."""
    ids = [str(uuid4()) for _ in range(count)]
    fields = [
        f'r{number}: createRun(input: {{id: "{run_id}", name: "run", tags: ["{TAG}"]}}) {{ __typename }}'
        for number, run_id in enumerate(ids)
    ]
    for start in range(0, count, 20):
        server.execute(f"mutation {{ {' '.join(fields[start : start + 20])} }}")
    return ids


def change_runs(server: Served, ids: Sequence[str]) -> None:
    """Change each run twice, and in the end in each way in which a list may change."""
    for number, run_id in enumerate(ids):
        server.execute(RENAME, id=run_id)
        server.execute(ENDS[number % len(ENDS)], id=run_id)
        create(server, number)


def told(change: dict[str, Any]) -> str:
    """Return a change as the readers print it."""
    return f"{change['kind']} {change['version']} {change['runId']} {change['status']}"


def changes_of(server: Served, after: str) -> list[str]:
    """Return the changes after a cursor as the readers print them."""
    nodes = server.execute(CHANGES, filter=FILTER, after=after)["changes"]["nodes"]
    return [told(node) for node in nodes]


def table_of(server: Served) -> list[str]:
    """Return the runs as the readers print them at their end, in order of the text."""
    runs = server.execute(RUNS, filter=FILTER)["runs"]["nodes"]
    return sorted(f"{run['status']} {run['version']} {run['id']} {run['name']}" for run in runs)


def changes_in(lines: Sequence[str]) -> list[str]:
    """Return the lines that are changes."""
    return [line for line in lines if line.split()[0] in KINDS]


def test_each_change_is_seen_once_though_the_server_is_killed(served: Served, read: Read) -> None:
    ids = create_many(served, 120)
    reader = read(served)
    reader.read_until("120 runs")
    start = served.execute("{ changeCursor }")["changeCursor"]
    change_runs(served, ids[:4])
    served.kill()
    served.start()
    change_runs(served, ids[4:8])
    served.restart()
    change_runs(served, ids[8:12])
    expected = changes_of(served, start)
    assert len(expected) == 36
    lines = reader.read_until(expected[-1])
    assert "again in a moment" in "".join(lines)
    assert changes_in(lines) == expected
    assert sorted(reader.end()) == table_of(served)


def test_the_reader_starts_anew_when_the_log_does_not_reach_back(served: Served, read: Read) -> None:
    create(served, 1)
    reader = read(served)
    reader.read_until("1 runs")
    served.stop()
    for file in served.directory.glob("runindex.db*"):
        file.unlink()
    served.start()
    assert "CURSOR_EXPIRED" in "".join(reader.read_until("0 runs"))
    run_id = create(served, 1)
    assert reader.read_until(run_id) == [f"CREATED 1 {run_id} ACTIVE"]
    assert sorted(reader.end()) == table_of(served)


def test_the_reader_goes_on_from_a_cursor_that_it_is_given(served: Served, read: Read) -> None:
    start = served.execute("{ changeCursor }")["changeCursor"]
    run_id = create(served, 1)
    assert read(served, "--after", start).read_until(run_id) == [f"CREATED 1 {run_id} ACTIVE"]


def test_what_the_server_refuses_ends_the_reader(served: Served, read: Read) -> None:
    reader = read(served, "--after", "nonsense")
    assert reader.read_until("refused")[-1].startswith("refused: ")
    assert reader.process.wait(PATIENCE) == 1
