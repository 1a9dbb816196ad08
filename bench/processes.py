"""What a process costs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.support.postgres import postgres_server, psql
from tests.support.served import Served, serving

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@contextmanager
def served_on_postgres() -> Iterator[Served]:
    """Serve an index on a Postgres of its own, with fsync on."""
    with postgres_server(fsync=True) as postgres, TemporaryDirectory() as directory:
        psql(postgres.url(), "create database bench")
        settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": postgres.url("bench")}
        with serving(Path(directory), **settings) as server:
            yield server


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
