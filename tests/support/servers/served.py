"""A `runindex serve` process that a test can stop, kill and start again on the same data."""

import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tests.support.servers import forking
from tests.support.servers.forking import Process
from tests.support.servers.ports import free_port

COMMAND: Final = Path(sysconfig.get_path("scripts"), "runindex")
PATIENCE: Final = 60
POLL: Final = 0.02
# What is compiled is chosen for the run of all tests (`make test-compiled`).
COMPILATION: Final = {name: os.environ[name] for name in ("RUNINDEX_COMPILATION",) if name in os.environ}
# Without TLS, whose certificates take longer to load than a server takes to answer. No connection outlives its request,
# for servers are killed.
HTTP: Final = httpx.Client(
    transport=httpx.HTTPTransport(verify=False, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)),
    timeout=PATIENCE,
)


@dataclass(slots=True)
class Served:
    """A server on a port of its own, with its log and (unless told otherwise) its SQLite file in `directory`.

    Without a `command` it is forked from a process that has loaded it, where that makes no difference.
    """

    directory: Path
    environment: Mapping[str, str]
    command: Sequence[str | Path] = ()
    port: int = field(default_factory=free_port)
    token: str | None = None
    process: Process | None = None

    @property
    def root(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Return the address of the API."""
        return f"{self.root}/graphql"

    @property
    def ws_url(self) -> str:
        """Return the address of the API's WebSocket."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def log(self) -> str:
        """Return what the server has written so far, over all its starts."""
        return self._log_file.read_text()

    @property
    def _log_file(self) -> Path:
        return self.directory / f"serve-{self.port}.log"

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        home = {"PATH": os.defpath, "HOME": str(self.directory), "SQLITE_PATH": str(self.directory / "runindex.db")}
        environment = home | COMPILATION | dict(self.environment)
        arguments = ("serve", "--port", str(self.port))
        with self._log_file.open("ab") as output:
            if not self.command and forking.can_fork(environment):
                self.process = forking.fork((str(COMMAND), *arguments), self.directory, environment, output)
            else:
                self.process = subprocess.Popen(
                    [*(self.command or (COMMAND,)), *arguments],
                    cwd=self.directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = PATIENCE) -> None:
        """Return once the server is ready; raise with its log if it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            try:
                # Waiting for its end also paces this poll.
                self._running().wait(POLL)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
            raise RuntimeError(f"the server is not ready:\n{self.log}")

    def is_ready(self) -> bool:
        """Tell whether the server takes requests."""
        try:
            return HTTP.get(f"{self.root}/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Ask the server to stop (SIGTERM), wait for it and return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the server if it runs, and start it again on the same port and data."""
        if self.process is not None:
            self.stop()
        self.start()

    def execute(self, document: str, **variables: object) -> dict[str, Any]:
        """Execute an operation over HTTP and return its data; raise when there are errors."""
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        answer = HTTP.post(self.url, json={"query": document, "variables": variables}, headers=headers).json()
        if answer.get("errors"):
            raise RuntimeError(f"{answer['errors']}\n{self.log}")
        data: dict[str, Any] = answer["data"]
        return data

    def _end(self, sign: signal.Signals) -> int:
        process = self._running()
        process.send_signal(sign)
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)
            raise
        finally:
            self.process = None

    def _running(self) -> Process:
        if self.process is None:
            raise RuntimeError("the server was not started")
        return self.process


@contextmanager
def serving(directory: Path, *command: str, **environment: str) -> Iterator[Served]:
    """Run a server with these settings, by default on SQLite in `directory`; at the end it is killed if need be."""
    server = Served(directory, environment, command)
    try:
        server.start()
        yield server
    finally:
        if server.process is not None:
            server.kill()
