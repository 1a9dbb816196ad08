"""The command `runindex`, run to its end."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
