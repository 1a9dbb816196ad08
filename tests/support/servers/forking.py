"""Servers that are started by fork from a program that has loaded them already, which takes a twentieth of the time."""

import atexit
import ctypes
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol

from runindex.settings.settings import NAMES
from tests.support.paths import ROOT
from tests.support.servers import mother

# What is read when a server runs. Other variables may matter to the interpreter or to a library when it is loaded.
KNOWN: Final = frozenset({"HOME", "PATH", *NAMES})
_SET_CHILD_SUBREAPER: Final = 36
_PID_DIGITS: Final = 20


class Process(Protocol):
    """What tests use of `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """Return the process's id."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code; raise subprocess.TimeoutExpired."""
        ...

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        ...

    def kill(self) -> None:
        """End it."""
        ...


@dataclass(slots=True)
class Forked:
    """A process that is a child of this one, though this one did not start it."""

    pid: int
    arguments: Sequence[str]
    returncode: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def poll(self) -> int | None:
        """Return its exit code, negative for a signal, or None while it runs."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code; raise subprocess.TimeoutExpired."""
        code = self.poll()
        if code is None:
            file = os.pidfd_open(self.pid)
            try:
                select.select([file], [], [], timeout)
            finally:
                os.close(file)
            code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.arguments, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Mother:
    """The program that forks; there is one for each process of the tests, which inherits the servers."""

    def __init__(self) -> None:
        if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "orphans cannot be inherited")
        self._lock = threading.Lock()
        self._orders, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._program = subprocess.Popen(
                [sys.executable, "-m", mother.__name__, str(other.fileno())],
                cwd=ROOT,
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
            )
        if self._orders.recv(len(mother.READY)) != mother.READY:
            raise RuntimeError(f"servers cannot be loaded: {self._program.wait()}")

    def fork(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> Forked:
        """Run `runindex` with these arguments, in a directory, with these variables alone."""
        order = {"arguments": list(arguments), "directory": str(directory), "environment": dict(environment)}
        with self._lock:
            socket.send_fds(self._orders, [json.dumps(order).encode()], [output.fileno()])
            pid = self._orders.recv(_PID_DIGITS)
        if not pid:
            raise RuntimeError(f"the program that forks has ended: {self._program.wait()}")
        return Forked(int(pid), arguments)

    def close(self) -> None:
        """End the program; its servers are not touched."""
        self._orders.close()
        self._program.wait()


def can_fork(environment: Mapping[str, str]) -> bool:
    """Tell whether a server with these variables is the same when it is forked."""
    return sys.platform == "linux" and KNOWN.issuperset(environment)


_starting: Final = threading.Lock()


def fork(arguments: Sequence[str], directory: Path, environment: Mapping[str, str], output: IO[bytes]) -> Forked:
    """Fork a server as `Mother.fork` does, from this process's own mother."""
    with _starting:  # or threads that come at once would each start one
        own = _mother()
    return own.fork(arguments, directory, environment, output)


@functools.cache
def _mother() -> Mother:
    own = Mother()
    atexit.register(own.close)
    return own
