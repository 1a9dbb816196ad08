"""A terminal with a program in it, whose screen can be waited for."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import client_programs
from tests.support.servers.interrupts import hearing_interrupts
from tests.support.servers.served import PATIENCE

LINES, COLUMNS = 12, 100


class Terminal:
    """What a program has written to its terminal."""

    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int) -> None:
        self.process = process
        self.written = ""
        self._descriptor = descriptor

    def wait_for(self, *texts: str) -> str:
        """Read until all texts are in what was drawn last; return that."""
        deadline = time.monotonic() + PATIENCE
        while not all(text in self.drawn for text in texts):
            assert time.monotonic() < deadline, self.written
            self._read(1)
        return self.drawn

    @property
    def drawn(self) -> str:
        """Return what was written since the cursor was last put into the upper left."""
        return self.written.rpartition("\x1b[H")[2]

    def end(self, number: signal.Signals) -> int:
        """Send a signal, read the rest, and return the exit code."""
        self.process.send_signal(number)
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.written
            self._read(0.05)
        self._read(0)
        return self.process.wait(PATIENCE)

    def _read(self, seconds: float) -> None:
        if select.select([self._descriptor], [], [], seconds)[0]:
            try:
                self.written += os.read(self._descriptor, 1 << 16).decode()
            except OSError:  # its other end is closed
                self.process.wait(PATIENCE)


@contextmanager
def showing(url: str, directory: Path, *arguments: str) -> Iterator[Terminal]:
    """Run a command of the client in a terminal; it is killed if it does not end."""
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    with hearing_interrupts():
        process = subprocess.Popen(
            [sys.executable, "-c", client_programs.calling(*arguments)],
            env=client_programs.environment(url, directory) | {"TERM": "xterm", "PATH": os.defpath},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
    os.close(inner)
    try:
        yield Terminal(process, outer)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(outer)
