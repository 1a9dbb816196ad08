"""Programs for node, run as users run them."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, Final, TypeAlias

import pytest

from tests.support.paths import TESTS
from tests.support.served import PATIENCE

SCRIPTS: Final = TESTS / "node"
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
        """Return all lines until the program ends, which it must do well."""
        told = [json.loads(line) for line in self._output]
        assert self.process.wait(PATIENCE) == 0
        return told

    def say_goodbye(self) -> None:
        """Let the program end what it does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        """End the program, however it is, and let go of it."""
        self.process.kill()
        self.say_goodbye()
        self._output.close()
        self.process.wait(PATIENCE)

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


Start: TypeAlias = Callable[..., Script]


@pytest.fixture
def start(clients: None) -> Iterator[Start]:
    """Start programs of `tests/node` with arguments; they are ended with the test."""
    del clients  # built, that is
    with ExitStack() as stack:

        def start_script(name: str, *arguments: str) -> Script:
            command = ["node", str(SCRIPTS / name), *arguments]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            script = Script(process)
            stack.callback(script.end)
            return script

        yield start_script
