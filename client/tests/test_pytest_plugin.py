"""The plugin reports real pytest sessions, in processes of their own, to a real server."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest
from pytest_sessions import (
    BAD,
    GOOD,
    SESSION_SECONDS,
    WORKERS,
    record,
    run_pytest,
    write,
)

from tests.support.servers.ports import free_port
from tests.support.servers.relay import losing_first_answers, relaying
from tests.support.servers.served import Served

PYTHON: Final = f"python-{sys.version_info.major}.{sys.version_info.minor}"
SESSION: Final = """
query ($id: ID!) {
  run(id: $id) {
    name status outcome startedAt tags error metadata version
    dataset { datasetId datasetVersion targetType targetId status totalItems succeededCount failedCount skippedCount }
    results(first: 100) { nodes { itemId retryCount latency error output startedAt completedAt } }
    children(first: 100, orderBy: {direction: ASC}) {
      nodes { name status startedAt tags error metadata version history(first: 100) { nodes { kind reason } } }
    }
  }
}
"""
CREATE: Final = """mutation { createRun(input: {name: "above"}) { ... on RunPayload { run { id } } } }"""
MANY: Final = """
import pytest

@pytest.mark.parametrize("number", range(120))
def test_number(number):
    pass
"""
RERUN: Final = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    if item.name == "test_flaky":  # twice, as plugins that run failed tests again report it
        for outcome in ("rerun", "passed"):
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            setup, call, teardown = runtestprotocol(item, log=False, nextitem=nextitem)
            call.outcome = outcome
            for report in (setup, call) if outcome == "rerun" else (setup, call, teardown):
                item.ihook.pytest_runtest_logreport(report=report)
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
"""
ODD: Final = """
import pytest

tries = []

def test_flaky():
    tries.append(1)
    assert len(tries) == 2

@pytest.mark.xfail
def test_expected():
    assert False

def test_parts(subtests):
    for part in (1, 2):
        with subtests.test(part=part):
            assert part == 1

@pytest.mark.parametrize("long", [pytest.param(0, id="x" * 600)])
def test_long(long):
    pass
"""


pytestmark = pytest.mark.timeout(3 * SESSION_SECONDS)


@pytest.fixture
def server(served: Served) -> Served:
    return served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with tests of its own."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider -W error\n")
    return project


def find_session(server: Served, session: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the session's run and its children by name."""
    run = server.execute(SESSION, id=session)["run"]
    children = run.pop("children")["nodes"]
    by_name = {child["name"]: child for child in children}
    assert len(by_name) == len(children)
    return run, by_name


def assert_is_good_and_bad(server: Served, session: str) -> None:
    """Assert that the run is what a session over a good and a bad file leaves, each step of it once."""
    run, files = find_session(server, session)
    assert run["name"] == "pytest project"
    assert run["status"] == "FAILED"
    assert run["startedAt"]
    assert run["tags"] == [PYTHON, "outcome-failed"]
    assert run["metadata"]["pytest"] == pytest.__version__
    assert run["metadata"]["tests"] == {"failed": 2, "passed": 6, "skipped": 1}
    assert run["error"] == "pytest: exit code 1\ntest_bad.py::test_fixture\ntest_bad.py::test_sum"
    assert files.keys() == {"test_good.py", "test_bad.py"}
    good, bad = files["test_good.py"], files["test_bad.py"]
    assert (good["status"], good["error"]) == ("COMPLETED", None)
    assert good["tags"] == [PYTHON, "outcome-passed"]
    assert good["metadata"] == {"tests": {"passed": 5, "skipped": 1}}
    assert bad["status"] == "FAILED"
    assert bad["tags"] == [PYTHON, "outcome-failed"]
    assert bad["metadata"] == {"tests": {"failed": 2, "passed": 1}}
    assert "assert (1 + 1) == 3" in bad["error"]
    assert "LookupError: nothing" in bad["error"]
    for file in files.values():
        kinds = [change["kind"] for change in file["history"]["nodes"]]
        assert kinds == ["CREATED", "STARTED", "TAGS", "METADATA", "STATUS"]
    assert run["version"] == 5
    assert_results_are_good_and_bad(run)


def assert_results_are_good_and_bad(run: dict[str, Any]) -> None:
    """Assert that each test that was executed is a result, and the one left out is counted as skipped."""
    assert counts(run) == {"totalItems": 9, "succeededCount": 6, "failedCount": 2, "skippedCount": 1}
    assert {name: run["dataset"][name] for name in ("datasetId", "targetType", "targetId", "status")} == {
        "datasetId": "project",
        "targetType": "WORKFLOW",
        "targetId": PYTHON,
        "status": "FAILED",
    }
    results = {result["itemId"]: result for result in run["results"]["nodes"]}
    assert len(results) == len(run["results"]["nodes"]) == 8
    errors = {item: result["error"] for item, result in results.items() if result["error"] is not None}
    assert errors.keys() == {"test_bad.py::test_sum", "test_bad.py::test_fixture"}
    assert errors["test_bad.py::test_sum"] == "assert (1 + 1) == 3"
    assert errors["test_bad.py::test_fixture"].startswith("LookupError: nothing")
    assert results["test_bad.py::test_fixture"]["output"]["phases"].keys() == {"setup", "teardown"}
    for result in results.values():
        assert result["latency"] == pytest.approx(sum(result["output"]["phases"].values()))
        assert result["startedAt"] <= result["completedAt"]
        assert result["retryCount"] == 0


def counts(run: dict[str, Any]) -> dict[str, int]:
    """Return how many items the run's dataset has, by what became of them."""
    return {name: count for name, count in run["dataset"].items() if isinstance(count, int)}


@pytest.mark.parametrize("options", [[], WORKERS], ids=["alone", "workers"])
def test_a_session_is_recorded_once(server: Served, project: Path, options: list[str]) -> None:
    write(project, test_good=GOOD, test_bad=BAD)
    code, said, session = record(project, server.url, *options)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert said == [f"runindex: recorded as run {session}"]
    assert_is_good_and_bad(server, session)
    end, run = server.execute("{ changeCursor }"), find_session(server, session)
    assert record(project, server.url, session=session) == (code, said, session)
    assert server.execute("{ changeCursor }") == end
    assert find_session(server, session) == run


def test_lost_answers_double_nothing(server: Served, project: Path) -> None:
    # pytest-xdist cannot pass a lone surrogate on; the recorder alone can.
    write(project, test_good=GOOD, test_bad=BAD.replace("thing", "thing \\udc80"))
    with losing_first_answers(server.url) as url:
        _, said, session = record(project, url)
    assert said == [f"runindex: recorded as run {session}"]
    assert_is_good_and_bad(server, session)


def test_tests_do_not_wait_for_the_server(server: Served, project: Path) -> None:
    batches: list[int] = []
    is_over = Event()
    with socket.create_server(("127.0.0.1", 0), backlog=1) as over:
        over.settimeout(SESSION_SECONDS)
        connect = f"socket.create_connection({over.getsockname()}).close()"
        write(project, test_many=MANY, test_over=f"import socket\ndef test_over(): {connect}")

        def hold(body: bytes) -> None:
            told = json.loads(body)["variables"].values()
            batches.extend(len(fields["results"]) for fields in told if "results" in fields)
            if not is_over.is_set():
                over.accept()[0].close()
                is_over.set()

        with relaying(server.url, before=hold) as url:
            _, said, session = record(project, url)
    assert said == [f"runindex: recorded as run {session}"]
    run, _ = find_session(server, session)
    assert counts(run) == {"totalItems": 121, "succeededCount": 121, "failedCount": 0, "skippedCount": 0}
    assert sum(batches) == 121
    assert len(batches) < 10


def test_attempts_are_recorded_one_by_one(server: Served, project: Path) -> None:
    write(project, conftest=RERUN, test_odd=ODD)
    changed = datetime.fromtimestamp((project / "test_odd.py").stat().st_mtime, UTC)
    _, said, session = record(project, server.url)
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert files["test_odd.py"]["metadata"] == {"tests": {"failed": 1, "passed": 2, "xfailed": 1}}
    assert "test_flaky" not in files["test_odd.py"]["error"]
    assert counts(run) == {"totalItems": 4, "succeededCount": 3, "failedCount": 1, "skippedCount": 0}
    assert datetime.fromisoformat(run["dataset"]["datasetVersion"]) == changed
    *results, long = [
        (result["itemId"].partition("::")[2], result["retryCount"], result["output"]["outcome"], result["error"])
        for result in run["results"]["nodes"]
    ]
    assert results == [
        ("test_flaky", 0, "rerun", "assert 1 == 2\n +  where 1 = len([1])"),
        ("test_flaky", 1, "passed", None),
        ("test_expected", 0, "xfailed", None),
        ("test_parts", 0, "failed", "assert 2 == 1"),
    ]
    assert long[0].startswith("test_long[xxx")
    assert long[1:] == (0, "passed", None)


def test_a_session_that_passes_is_closed(server: Served, project: Path) -> None:
    write(project, test_good=GOOD)
    code, _, session = record(project, server.url)
    assert code == pytest.ExitCode.OK
    run, files = find_session(server, session)
    assert (run["status"], run["error"], run["tags"]) == ("COMPLETED", None, [PYTHON, "outcome-passed"])
    assert [file["status"] for file in files.values()] == ["COMPLETED"]
    # Another session under the same id adds results, but moves and renames nothing; that too costs one line.
    write(project, test_good=BAD)
    code, said, _ = record(project, server.url, session=session)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert len(said) == 1
    assert said[0].startswith("runindex: warning: not all was recorded: ")
    again, files_again = find_session(server, session)
    assert {name: file["status"] for name, file in files_again.items()} == {
        name: file["status"] for name, file in files.items()
    }
    assert (again["status"], again["tags"], again["metadata"]) == (run["status"], run["tags"], run["metadata"])


@pytest.mark.parametrize("options", [[], WORKERS], ids=["alone", "workers"])
def test_a_file_that_cannot_be_collected_fails(server: Served, project: Path, options: list[str]) -> None:
    write(project, test_good=GOOD, test_odd="import no_such_module")
    code, said, session = record(project, server.url, *options)
    assert code != pytest.ExitCode.OK
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert run["status"] == "FAILED"
    assert files["test_odd.py"]["status"] == "FAILED"
    assert "No module named 'no_such_module'" in files["test_odd.py"]["error"]


def test_an_interrupted_session_is_cancelled(server: Served, project: Path) -> None:
    write(project, test_1=GOOD, test_2="def test_stop(): raise KeyboardInterrupt\ndef test_never(): pass", test_3=GOOD)
    code, said, session = record(project, server.url)
    assert code == pytest.ExitCode.INTERRUPTED
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert (run["status"], run["tags"]) == ("CANCELLED", [PYTHON, "outcome-interrupted"])
    assert {name: file["status"] for name, file in files.items()} == {
        "test_1.py": "COMPLETED",
        "test_2.py": "CANCELLED",
    }
    assert counts(run) == {"totalItems": 14, "succeededCount": 5, "failedCount": 0, "skippedCount": 9}
    assert (
        files["test_2.py"]["history"]["nodes"][-1]["reason"] == "the session ended before all tests of the file had run"
    )


def test_a_session_that_stops_at_the_first_failure_fails(server: Served, project: Path) -> None:
    write(project, test_1=BAD, test_2=GOOD)
    _, _, session = record(project, server.url, "--exitfirst")
    run, files = find_session(server, session)
    assert run["status"] == "FAILED"
    assert {name: file["status"] for name, file in files.items()} == {"test_1.py": "FAILED"}


def test_a_worker_that_crashes_fails_its_file(server: Served, project: Path) -> None:
    write(project, test_crash="import os\ndef test_crash(): os._exit(3)", test_good=GOOD)
    _, said, session = record(project, server.url, *WORKERS)
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert run["status"] == "FAILED"
    assert {name: file["status"] for name, file in files.items()} == {
        "test_crash.py": "FAILED",
        "test_good.py": "COMPLETED",
    }
    assert "crashed" in files["test_crash.py"]["error"]
    assert counts(run) == {"totalItems": 7, "succeededCount": 5, "failedCount": 1, "skippedCount": 1}


def test_a_server_that_is_down_costs_one_line(project: Path) -> None:
    write(project, test_good=GOOD)
    code, said, _ = record(project, f"http://127.0.0.1:{free_port()}/graphql")
    assert code == pytest.ExitCode.OK
    assert len(said) == 1
    assert said[0].startswith("runindex: warning: not all was recorded: ")


def test_without_an_address_nothing_is_said(project: Path) -> None:
    write(project, test_good=GOOD)
    code, output = run_pytest(project)
    assert code == pytest.ExitCode.OK
    # pytest itself names the plugins that are installed.
    assert [line for line in output if "runindex" in line and not line.startswith("plugins: ")] == []


# Nothing of the server, and nothing that came with its tests.
ALONE: Final = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"gql", "graphql", "websockets", "runindex", "examples", "tests"}:
            raise ImportError(f"{name} may not be needed")

sys.meta_path.insert(0, Refusing())
"""


@pytest.mark.parametrize("options", [[], WORKERS], ids=["alone", "workers"])
def test_it_needs_nothing_of_the_server(server: Served, project: Path, options: list[str]) -> None:
    write(project, conftest=ALONE, test_good=GOOD, test_bad=BAD)
    code, said, session = record(project, server.url, *options)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert said == [f"runindex: recorded as run {session}"]
    assert_is_good_and_bad(server, session)


def test_the_environment_names_server_and_parent(server: Served, project: Path) -> None:
    write(project, test_good=GOOD)
    parent = server.execute(CREATE)["createRun"]["run"]["id"]
    code, output = run_pytest(project, "--runindex", RUNINDEX_URL=server.root, RUNINDEX_RUN_ID=parent)
    assert code == pytest.ExitCode.OK
    (line,) = [line for line in output if line.startswith("runindex: recorded as run ")]
    document = "query ($id: ID!) { run(id: $id) { parentId status } }"
    assert server.execute(document, id=line.split()[-1])["run"] == {"parentId": parent, "status": "COMPLETED"}


PROGRAM: Final = """
import os, runindex_client as runindex

def test_reports():
    os.environ |= {"RUNINDEX_URL": "http://127.0.0.1:9", "RUNINDEX_EXIT_SECONDS": "0"}
    with runindex.run("of the tests"):
        pass
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    runindex.close()
"""


def test_the_tests_may_report_for_themselves(server: Served, project: Path) -> None:
    write(project, test_program=PROGRAM)
    _, said, session = record(project, server.url)
    assert said == [f"runindex: recorded as run {session}"]
    run, _ = find_session(server, session)
    assert (run["status"], counts(run)["succeededCount"]) == ("COMPLETED", 1)


def test_what_a_server_that_is_down_has_missed_is_sent_later(server: Served, project: Path) -> None:
    write(project, test_good=GOOD, test_bad=BAD)
    server.kill()
    _, said, session = record(project, server.url)
    assert said[0].startswith("runindex: warning: not all was recorded: ")
    server.start()
    done = subprocess.run(
        [Path(sys.executable).with_name("runindex-client"), "flush"],
        env={"HOME": str(project), "RUNINDEX_URL": server.url},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "0 refused, 0 bytes left" in done.stdout
    assert_is_good_and_bad(server, session)


@pytest.mark.parametrize("options", [[], ["-k", "nothing"], WORKERS], ids=["empty", "deselected", "workers"])
def test_a_session_without_tests_fails(server: Served, project: Path, options: list[str]) -> None:
    if "-k" in options:
        write(project, test_good=GOOD)
    code, said, session = record(project, server.url, *options)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert (run["status"], run["tags"], files) == ("FAILED", [PYTHON, "outcome-failed"], {})
    assert run["error"] == "pytest: exit code 5: no tests were collected"
    assert counts(run) == {"totalItems": 0, "succeededCount": 0, "failedCount": 0, "skippedCount": 0}


EXITS: Final = "def pytest_sessionfinish(session): session.exitstatus = {}"
INTERNAL: Final = "def pytest_runtest_logfinish(): raise RuntimeError('a fault of a plugin')"


@pytest.mark.parametrize(
    ("conftest", "test", "expected"),
    [
        (EXITS.format(0), BAD, (0, "COMPLETED")),
        (EXITS.format(0), "", (0, "COMPLETED")),
        (EXITS.format(7), GOOD, (7, "FAILED")),
        (INTERNAL, GOOD, (3, "FAILED")),
        ("", "import pytest\ndef test_exit(): pytest.exit('enough', returncode=9)", (9, "CANCELLED")),
        ("", "import pytest\npytest.exit('enough')", (2, "FAILED")),
        ("", "raise KeyboardInterrupt", (2, "CANCELLED")),
        ("", "raise SyntaxError", (2, "FAILED")),
    ],
    ids=["forgiven", "forgiven-empty", "refused", "internal", "exit", "exit-at-once", "interrupted-at-once", "syntax"],
)
def test_the_outcome_is_that_of_the_exit_code(
    server: Served, project: Path, conftest: str, test: str, expected: tuple[int, str]
) -> None:
    code, status = expected
    write(project, conftest=conftest, test_it=test)
    found, said, session = record(project, server.url)
    assert found == code
    # After a code that pytest does not know, or a fault of its own, it prints no summary.
    assert said in ([], [f"runindex: recorded as run {session}"])
    run, _ = find_session(server, session)
    assert run["status"] == status
    if status == "FAILED":
        assert run["error"].startswith(f"pytest: exit code {code}")


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9 \xff", b"x" * 255, "ü🛷".encode() * 40 + b"\xff" * 8, b" "],
    ids=["not-utf-8", "long", "long-and-not-utf-8", "blank"],
)
def test_a_folder_of_any_name_is_recorded(server: Served, tmp_path: Path, name: bytes) -> None:
    project = tmp_path / os.fsdecode(name)
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (project / os.fsdecode(b"test_\xe9.py")).write_text("def test_one(): pass")
    write(project, test_good=GOOD)
    _, said, session = record(project, server.url)
    assert said == [f"runindex: recorded as run {session}"]
    run, files = find_session(server, session)
    assert run["name"].startswith("pytest ")
    assert len(run["name"]) <= 256
    assert run["status"] == "COMPLETED"
    assert len(files) == 2


@pytest.mark.parametrize("url", ["127.0.0.1:8000/graphql", "nowhere", "http://127.0.0.1:{port}/none", "http://[", ""])
def test_an_address_that_is_none_costs_at_most_one_line(server: Served, project: Path, url: str) -> None:
    write(project, test_good=GOOD)
    code, said, _ = record(project, url.format(port=server.port))
    assert code == pytest.ExitCode.OK
    assert len(said) == (1 if url else 0)
    assert all(line.startswith("runindex: warning: not all was recorded: ") for line in said)
