"""`exec`: a command is a run, with the status that its exit code says."""

import argparse
import contextlib
import math
import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import PurePath
from types import FrameType
from typing import IO, Final

from runindex_client.reporter import close
from runindex_client.runs.environment import RUN_ID
from runindex_client.runs.run import Run, run

HEARTBEAT_SECONDS: Final = 30.0
MOST_HEARTBEAT_SECONDS: Final = 86_400.0
# So long without output, a pipe is held open by a process that the command left behind.
SILENT_SECONDS: Final = 1.0
LAST_LINES: Final = 20
LAST_CHARACTERS: Final = 4000
CHUNK: Final = 1 << 16
NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
SIGNALLED: Final = 128
CANCELLING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
PASSED_ON: Final = (*CANCELLING, signal.SIGUSR1, signal.SIGUSR2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", help="the run's name; else that of the command")
    parser.add_argument("--tag", action="append", default=[], help="a tag; may be given again")
    parser.add_argument("--parent", help="the run's parent; else the one that RUNINDEX_RUN_ID names")
    parser.add_argument(
        "--heartbeat",
        type=_seconds,
        default=HEARTBEAT_SECONDS,
        metavar="SECONDS",
        help="between touches of the run (30)",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command, behind `--`")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError
    return min(seconds, MOST_HEARTBEAT_SECONDS)


def execute(options: argparse.Namespace) -> int:
    """Run the command and report it; return its exit code, 128 and the signal's number if a signal ended it."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        print("runindex-client exec: there is no command", file=sys.stderr)
        return 2
    name = options.name or PurePath(command[0]).name
    reported = run(name, tags=options.tag, parent=options.parent, metadata={"command": command}).start()
    try:
        return Wrapped(reported, command).wait(options.heartbeat)
    except OSError as error:
        print(f"runindex-client exec: {error}", file=sys.stderr)
        reported.fail(str(error))
        return NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
    finally:
        close()


class Wrapped:
    """A command that runs; its output is passed on, and the last lines of it are kept."""

    def __init__(self, reported: Run, command: Sequence[str]) -> None:
        self._run = reported
        self._tail: deque[bytes] = deque(maxlen=LAST_LINES)
        self._ended = threading.Event()
        self._received: set[int] = set()
        self._copied = 0
        self._passing: set[threading.Thread] = set()
        environment = os.environ | {RUN_ID: reported.id}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)  # noqa: S603 - the user's own command
        for number in PASSED_ON:
            signal.signal(number, self._pass_on)

    def wait(self, heartbeat: float) -> int:
        """Wait for the command's end, and say how it ended."""
        with self._process as process:
            copying = [
                _thread(lambda: self._copy(process.stdout, sys.stdout)),
                _thread(lambda: self._copy(process.stderr, sys.stderr)),
            ]
            _thread(lambda: self._touch(heartbeat))
            code = process.wait()
            self._ended.set()
            for thread in copying:
                self._await(thread)
        self._report(code)
        return SIGNALLED - code if code < 0 else code

    def _await(self, copying: threading.Thread) -> None:
        """Wait until all output is passed on, however slowly it is read."""
        while True:
            copied = self._copied
            copying.join(SILENT_SECONDS)
            if not copying.is_alive() or (copied == self._copied and copying not in self._passing):
                return

    def _report(self, code: int) -> None:
        if code == 0:
            self._run.close()
        elif self._received.intersection(CANCELLING) or -code in (signal.SIGINT, signal.SIGTERM):
            self._run.cancel(f"exit code {code}" if code > 0 else signal.Signals(-code).name)
        else:
            how = f"exit code {code}" if code > 0 else signal.Signals(-code).name
            last = b"".join(self._tail).decode(errors="replace").strip()[-LAST_CHARACTERS:]
            self._run.fail(f"{how}\n{last}".strip())

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        """Send a signal on to the command; a terminal sends its own to both."""
        del frame
        self._received.add(number)
        if number not in {signal.SIGINT, signal.SIGQUIT} or not os.isatty(0):
            self._process.send_signal(number)

    def _copy(self, source: IO[bytes] | None, target: IO[str]) -> None:
        """Pass output on as it comes, and keep its last lines."""
        if source is None:
            return
        rest = b""
        while chunk := os.read(source.fileno(), CHUNK):
            self._passing.add(threading.current_thread())
            with contextlib.suppress(OSError):  # nobody may read it any more
                _write_all(target.fileno(), chunk)
            self._passing.discard(threading.current_thread())
            self._copied += len(chunk)
            lines = (rest + chunk).splitlines(keepends=True)
            rest = b"" if chunk.endswith(b"\n") else lines.pop()
            self._tail.extend(lines)
            rest = rest[-CHUNK:]
        if rest:
            self._tail.append(rest + b"\n")

    def _touch(self, seconds: float) -> None:
        while not self._ended.wait(max(1.0, seconds)):
            self._run.touch()


def _write_all(descriptor: int, chunk: bytes) -> None:
    """Write all of it; where it does not block, wait until there is room."""
    while chunk:
        try:
            chunk = chunk[os.write(descriptor, chunk) :]
        except BlockingIOError:  # noqa: PERF203 - it is rare
            select.select((), (descriptor,), ())


def _thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
