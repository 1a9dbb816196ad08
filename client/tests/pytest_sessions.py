"""Real pytest sessions, in processes of their own, with the plugin."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import uuid4

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


def run_pytest(project: Path, *options: str, **variables: str) -> tuple[int, list[str]]:
    """Run a project's tests, with the plugin alone, and return pytest's exit code and output."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "runindex", *options],
        check=False,
        cwd=project,
        env={
            "PATH": os.defpath,
            "HOME": str(project),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=SESSION_SECONDS,
    )
    print(result.stdout)  # for whoever looks into a failure
    return result.returncode, result.stdout.splitlines()


def record(project: Path, url: str, *options: str, session: str | None = None) -> tuple[int, list[str], str]:
    """Record a project's tests; return pytest's exit code, the plugin's lines, and the session's run."""
    session = session or str(uuid4())
    code, output = run_pytest(project, "--runindex-url", url, "--runindex-session", session, *options)
    return code, [line for line in output if line.startswith("runindex:")], session
