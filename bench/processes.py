"""Servers in processes of their own, their CPU time and their memory."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.support.databases.postgres import postgres_server, psql
from tests.support.servers.served import COMMAND, Served, serving

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@contextmanager
def served_on_postgres() -> Iterator[Served]:
    """Serve an index on a Postgres of its own, with fsync on."""
    with replicas_on_postgres(1) as (server,):
        yield server


@contextmanager
def replicas_on_postgres(number: int) -> Iterator[Sequence[Served]]:
    """Serve one index from so many processes, on a Postgres of its own, with fsync on."""
    with postgres_server(fsync=True) as postgres, TemporaryDirectory() as directory, ExitStack() as stack:
        psql(postgres.url(), "create database bench")
        settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": postgres.url("bench")}
        yield [stack.enter_context(serving(Path(directory), str(COMMAND), **settings)) for _ in range(number)]


def pid_of(server: Served) -> int:
    """Return the id of a running server's process."""
    if server.process is None:
        raise RuntimeError("the server does not run")
    return server.process.pid


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid: int) -> int:
    """Return a process's memory, bytes."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return 1024 * int(line.split()[1])
