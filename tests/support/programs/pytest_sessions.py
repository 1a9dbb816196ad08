"""Real pytest sessions, in processes of their own, with the recorder of the examples."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

from tests.support.paths import ROOT

SESSION_SECONDS: Final = 60
WORKERS: Final = ["-p", "xdist", "-n", "2"]
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


def write(project: Path, **files: str) -> None:
    for name, text in files.items():
        (project / f"{name}.py").write_text(text)


def copy_recorder(directory: Path) -> None:
    """Copy the recorder into a directory, as the README says."""
    for name in ("pytest_recorder.py", "reporter.py"):
        shutil.copy(ROOT / "examples" / name, directory)


def run_pytest(project: Path, *options: str, recorder: str = "examples.pytest_recorder") -> tuple[int, list[str]]:
    """Run a project's tests and return pytest's exit code and output; `recorder` is the name of its module."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", recorder, *options],
        check=False,
        cwd=project,
        env={
            "PATH": os.defpath,
            "HOME": str(project),
            "PYTHONPATH": str(ROOT) if recorder.startswith("examples.") else "",
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


def record(
    project: Path, url: str, *options: str, session: str | None = None, recorder: str = "examples.pytest_recorder"
) -> tuple[int, list[str], str]:
    """Record a project's tests; return pytest's exit code, the recorder's lines, and the session's run."""
    session = session or str(uuid4())
    given = ("--runindex-url", url, "--runindex-session", session, *options)
    code, output = run_pytest(project, *given, recorder=recorder)
    return code, [line for line in output if line.startswith("runindex:")], session
