"""The recorder reports real pytest sessions, in processes of their own, to a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from tests.support.losing import losing_first_answers
from tests.support.ports import free_port
from tests.support.served import Served, serving

ROOT: Final = Path(__file__).parent.parent
SESSION_SECONDS: Final = 60
PYTHON: Final = f"python-{sys.version_info.major}.{sys.version_info.minor}"
WORKERS: Final = ["-p", "xdist", "-n", "2"]
SESSION: Final = """
query ($id: ID!) {
  run(id: $id) {
    name status outcome startedAt tags error metadata version
    children(first: 100, orderBy: {direction: ASC}) {
      nodes { name status startedAt tags error metadata version history(first: 100) { nodes { kind reason } } }
    }
  }
}
"""
GOOD: Final = """
import pytest

@pytest.mark.parametrize("number", range(5))
def test_number(number):
    assert number < 5

def test_left_out():
    pytest.skip("not today")
"""
BAD: Final = """
import pytest

@pytest.fixture
def broken():
    raise LookupError("no\\0thing")

def test_well():
    pass

def test_sum():
    assert 1 + 1 == 3

def test_fixture(broken):
    pass
"""


pytestmark = pytest.mark.timeout(3 * SESSION_SECONDS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with tests of its own."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider -W error\n")
    return project


def write(project: Path, **files: str) -> None:
    for name, text in files.items():
        (project / f"{name}.py").write_text(text)


def run_pytest(project: Path, *options: str) -> tuple[int, list[str]]:
    """Run a project's tests and return pytest's exit code and output."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "examples.pytest_recorder", *options],
        check=False,
        cwd=project,
        env={
            "PATH": os.defpath,
            "HOME": str(project),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=SESSION_SECONDS,
    )
    return result.returncode, result.stdout.splitlines()


def record(project: Path, url: str, *options: str, session: str | None = None) -> tuple[int, list[str], str]:
    """Record a project's tests; return pytest's exit code, what the recorder said, and the session's run."""
    session = session or str(uuid4())
    code, output = run_pytest(project, "--runindex-url", url, "--runindex-session", session, *options)
    return code, [line for line in output if line.startswith("runindex:")], session


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


@pytest.mark.parametrize("options", [[], WORKERS], ids=["alone", "workers"])
def test_a_session_is_recorded_once(server: Served, project: Path, options: list[str]) -> None:
    write(project, test_good=GOOD, test_bad=BAD)
    code, said, session = record(project, server.url, *options)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert said == [f"runindex: recorded as run {session}"]
    assert_is_good_and_bad(server, session)
    end = server.execute("{ changeCursor }")
    assert record(project, server.url, *options, session=session) == (code, said, session)
    assert server.execute("{ changeCursor }") == end


def test_lost_answers_double_nothing(server: Served, project: Path) -> None:
    # pytest-xdist cannot pass a lone surrogate on; the recorder alone can.
    write(project, test_good=GOOD, test_bad=BAD.replace("thing", "thing \\udc80"))
    with losing_first_answers(server.url) as url:
        _, said, session = record(project, url)
    assert said == [f"runindex: recorded as run {session}"]
    assert_is_good_and_bad(server, session)


def test_a_session_that_passes_is_closed(server: Served, project: Path) -> None:
    write(project, test_good=GOOD)
    code, _, session = record(project, server.url)
    assert code == pytest.ExitCode.OK
    run, files = find_session(server, session)
    assert (run["status"], run["error"], run["tags"]) == ("COMPLETED", None, [PYTHON, "outcome-passed"])
    assert [file["status"] for file in files.values()] == ["COMPLETED"]
    # Another session under the same id is refused, and that too costs one line.
    write(project, test_good=BAD)
    code, said, _ = record(project, server.url, session=session)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert len(said) == 1
    assert said[0].startswith("runindex: warning: not all was recorded: ")
    assert find_session(server, session) == (run, files)


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


@pytest.mark.parametrize("options", [[], WORKERS], ids=["alone", "workers"])
def test_a_server_that_is_down_costs_one_line(project: Path, options: list[str]) -> None:
    write(project, test_good=GOOD)
    code, said, _ = record(project, f"http://127.0.0.1:{free_port()}/graphql", *options)
    assert code == pytest.ExitCode.OK
    assert len(said) == 1
    assert said[0].startswith("runindex: warning: not all was recorded: ")


def test_without_an_address_nothing_is_said(project: Path) -> None:
    write(project, test_good=GOOD)
    code, output = run_pytest(project)
    assert code == pytest.ExitCode.OK
    assert "runindex" not in "\n".join(output)
