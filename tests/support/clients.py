"""Other makers' clients of the API: built by make, run in processes of their own."""

import fcntl
import os
import subprocess
from pathlib import Path
from typing import Final

from tests.support.paths import ROOT
from tests.support.served import PATIENCE

NODE: Final = ROOT / "tests" / "node"
COMPILED: Final = NODE / "build"
ARIADNE: Final = ROOT / "tests" / "ariadne"


def build_clients() -> None:
    """Have make build what is not up to date; one process at a time."""
    # Of a make that runs the tests nothing is taken over.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with (ROOT / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("make", "--silent", "clients", environment=environment)


def run(*command: str | Path, environment: dict[str, str] | None = None, directory: Path = ROOT) -> str:
    """Run a program that must end well, and return what it printed."""
    result = subprocess.run(
        command, check=False, cwd=directory, env=environment, capture_output=True, text=True, timeout=PATIENCE * 2
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
