"""The examples for CI do what they say: their scripts are executed as the systems would."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

import client_programs
from tests.support.paths import ROOT
from tests.support.servers.served import PATIENCE, Served

CI = ROOT / "examples" / "ci"
REPORT = '<testsuite name="{}"><testcase name="t"/></testsuite>'
WRITES = "mkdir -p 'a b' && echo '" + REPORT.format("first") + "' > one.xml && "
WRITES += "echo '" + REPORT.format("second") + "' > 'a b/two.xml' && echo said && exit {}"


def script_of(name: str) -> str:
    """Return the script that reports, of an action or a template."""
    if name == "github":
        return str(yaml.safe_load((CI / "github-action" / "action.yml").read_text())["runs"]["steps"][-1]["run"])
    return "\n".join(yaml.safe_load((CI / "gitlab.yml").read_text())[".runindex"]["script"])


def run(name: str, directory: Path, url: str, code: int) -> "subprocess.CompletedProcess[str]":
    (directory / ".runindex").mkdir(exist_ok=True)
    variables = {
        "PATH": os.environ["PATH"],
        "RUNINDEX_CLIENT_COMMAND": str(Path(sys.executable).with_name("runindex-client")),
        "RUNINDEX_COMMAND": WRITES.format(code),
        "RUNINDEX_JUNIT": "one.xml **/two.xml none*.xml",
        "RUNINDEX_NAME": "the job",
        "GITHUB_ACTION_PATH": str(CI / "github-action"),
        "GITHUB_REPOSITORY": "us/it",
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": "abc",
        "CI_PROJECT_NAME": "it",
        "CI_JOB_NAME": "tests",
        "CI_PROJECT_PATH": "us/it",
        "CI_COMMIT_REF_NAME": "main",
        "CI_COMMIT_SHA": "abc",
    }
    return subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", script_of(name)],
        check=False,
        cwd=directory,
        env=variables | client_programs.environment(url, directory),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(("system", "name"), [("github", "the job"), ("gitlab", "it / tests")])
def test_a_job_is_a_run_with_its_reports_below(served: Served, tmp_path: Path, system: str, name: str) -> None:
    done = run(system, tmp_path, served.root, 3)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("said\n")
    client_programs.flush(served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs.keys() == {name, "first", "second"}
    job = runs[name]
    assert (job["status"], job["tags"]) == ("FAILED", ["ci", "repository:us/it", "branch:main", "commit:abc"])
    assert {runs["first"]["parentId"], runs["second"]["parentId"]} == {job["id"]}
    assert runs["second"]["status"] == "COMPLETED"


@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_a_server_that_is_away_fails_no_job(tmp_path: Path, system: str) -> None:
    assert run(system, tmp_path, "http://127.0.0.1:9", 0).returncode == 0


def test_the_action_names_no_input_in_a_script() -> None:
    steps = yaml.safe_load((CI / "github-action" / "action.yml").read_text())["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step["run"]] == []
