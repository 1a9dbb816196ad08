"""The command `runindex`, run to its end."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from runindex.cli.main import main
from tests.support.servers.served import COMMAND

SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    output: str
    error: str

    @property
    def line(self) -> str:
        """Return the one line of its error."""
        (line,) = self.error.splitlines()
        return line


def run_command(directory: Path, *arguments: str, environment: Mapping[str, str], answer: str = "") -> Ended:
    """Run a command in a directory, which is its home too, with these settings alone."""
    ended = subprocess.run(
        [COMMAND, *arguments],
        check=False,
        capture_output=True,
        cwd=directory,
        env={"PATH": os.defpath, "HOME": str(directory), **environment},
        input=answer,
        text=True,
        errors="surrogateescape",
        timeout=SECONDS,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def invoke(directory: Path, *arguments: str, environment: Mapping[str, str], answer: str = "") -> Ended:
    """Run a command as `run_command` does, but in this process, which spares it its start."""
    alone = dict.fromkeys(name for name in os.environ if name.startswith(("PG", "RUNINDEX_", "SQLITE", "STORAGE")))
    with chdir(directory):
        ended = CliRunner().invoke(
            main, arguments, input=answer, env={**alone, "HOME": str(directory), **environment}, catch_exceptions=False
        )
    return Ended(ended.exit_code, ended.stdout, ended.stderr)
