"""RunIndex and the bare endpoint on the same rows, and what their processes use."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psutil

from bench.floor import statements
from bench.floor.filling import fill
from tests.support.databases.postgres import postgres_server, psql
from tests.support.servers.ports import free_port
from tests.support.servers.served import COMMAND, HTTP

PATIENCE: Final = 60


@dataclass(slots=True)
class Server:
    """A server's program and environment, and its process while it runs."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    first: tuple[str, object]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_bare(self) -> bool:
        """Tell whether it is the floor."""
        return self.name == "bare"

    def start(self) -> float:
        """Start it, and return after how many seconds it gave its first answer."""
        path, body = self.first
        began = time.perf_counter()
        command = [part.replace("PORT", str(self.port)) for part in self.command]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while time.perf_counter() < began + PATIENCE:
            with suppress(httpx.TransportError):
                if HTTP.post(f"http://127.0.0.1:{self.port}{path}", json=body).status_code == httpx.codes.OK:
                    return time.perf_counter() - began
            time.sleep(0.002)
        raise TimeoutError(f"{self.name} does not answer")

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def cpu(self) -> float:
        """Return the CPU time that its processes have used, seconds."""
        return sum(map(_used, self._processes()))

    def memory(self) -> int:
        """Return the memory of its processes, bytes."""
        return sum(process.memory_info().rss for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        assert self.process is not None
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]


def _used(process: psutil.Process) -> float:
    """Return what a process has used, with those of its children that have ended."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Both servers, the ids of the runs that both have, and the CPU time of their database, 0 within the server."""

    servers: tuple[Server, Server]
    ids: list[str]
    database_cpu: Callable[[], float]


def _servers(bare: str, environment: dict[str, str]) -> tuple[Server, Server]:
    path = {"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(Path.cwd())}
    return (
        Server("bare", (sys.executable, "-m", "bench.floor.endpoint", "PORT", bare), path, ("/counts", [])),
        Server(
            "RunIndex",
            (str(COMMAND), "serve", "--port", "PORT"),
            path | environment,
            ("/graphql", {"query": "{ runCounts { key count } }"}),
        ),
    )


@contextmanager
def _stopping(servers: tuple[Server, Server]) -> Iterator[None]:
    try:
        yield
    finally:
        for server in servers:
            server.stop()


@asynccontextmanager
async def on_postgres(runs: int) -> AsyncIterator[Beside]:
    """Fill an index on a Postgres of its own, with fsync on."""
    with postgres_server(fsync=True) as postgres, TemporaryDirectory() as directory:
        psql(postgres.url(), "create database bench")
        url = postgres.url("bench")
        settings = {"HOME": directory, "STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": url}
        servers = _servers(url, settings)
        with _stopping(servers):
            servers[1].start()
            ids = await fill(servers[1].port, runs)
            psql(url, statements.POSTGRES_TABLES)
            yield Beside(servers, ids, lambda: sum(map(_used, postgres.processes())))


@asynccontextmanager
async def on_sqlite(runs: int) -> AsyncIterator[Beside]:
    """Fill an index on an SQLite file."""
    with TemporaryDirectory() as directory:
        path, bare = Path(directory, "runs.db"), Path(directory, "bare.db")
        servers = _servers(str(bare), {"HOME": directory, "STORAGE_BACKEND": "sqlite", "SQLITE_PATH": str(path)})
        with _stopping(servers):
            servers[1].start()
            ids = await fill(servers[1].port, runs)
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("attach ? as bare", [str(bare)])
            connection.executescript(statements.SQLITE_TABLES)
            connection.close()
            yield Beside(servers, ids, lambda: 0.0)


STORAGES: Final = {"Postgres": on_postgres, "SQLite": on_sqlite}
