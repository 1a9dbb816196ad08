"""Third-party clients of the API: built by make, run in processes of their own."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from tests.support.paths import ROOT
from tests.support.servers.served import PATIENCE

NODE: Final = ROOT / "tests" / "node"
COMPILED: Final = NODE / "build"
ARIADNE: Final = ROOT / "tests" / "ariadne"
MLFLOW: Final = ROOT / "tests" / "mlflow" / "build"
Told: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Script:
    """A program that prints lines of JSON; the test's timeout bounds all waiting."""

    process: subprocess.Popen[str]

    def next(self) -> Told:
        """Return the next line."""
        line = self._output.readline()
        assert line, "the program has ended"
        told: Told = json.loads(line)
        return told

    def rest(self) -> list[Told]:
        """Return all lines until the program exits, which must be with 0."""
        told = [json.loads(line) for line in self._output]
        assert self.process.wait(PATIENCE) == 0
        return told

    def say_goodbye(self) -> None:
        """Let the program close its subscription."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        """Kill the program and close its pipes."""
        self.process.kill()
        self.say_goodbye()
        self._output.close()
        self.process.wait(PATIENCE)

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


Start: TypeAlias = Callable[..., Script]


def build(target: str) -> None:
    """Have make build what is not up to date; one process at a time."""
    # Of a make that runs the tests nothing is taken over.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with (ROOT / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("make", "--silent", target, environment=environment)


def run(*command: str | Path, environment: dict[str, str] | None = None, directory: Path = ROOT) -> str:
    """Run a program that must exit with 0, and return its output."""
    result = subprocess.run(
        command, check=False, cwd=directory, env=environment, capture_output=True, text=True, timeout=PATIENCE * 2
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def scripts() -> Iterator[Start]:
    """Give a function that starts programs of `tests/node` with arguments; all are killed at the end."""
    with ExitStack() as stack:

        def start(name: str, *arguments: str) -> Script:
            command = ["node", str(NODE / name), *arguments]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            script = Script(process)
            stack.callback(script.end)
            return script

        yield start
