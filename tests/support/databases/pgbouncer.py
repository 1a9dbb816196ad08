"""A real pgbouncer of one's own in front of a Postgres server."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import pytest

from tests.support.databases.postgres import SERVER_USER, psql
from tests.support.servers.ports import free_port

PROGRAM: Final = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
PATIENCE: Final = 30.0
POLL: Final = 0.02
Mode = Literal["transaction", "session"]


@dataclass(frozen=True, slots=True)
class Pgbouncer:
    """A pooler that runs."""

    port: int
    database: str
    log: Path

    def url(self, options: str = "") -> str:
        """Return the address of the database by way of the pooler."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{self.database}{options}"


@contextmanager
def pgbouncer(behind: str, mode: Mode, *, size: int = 5, **settings: str) -> Iterator[Pgbouncer]:
    """Run a pooler with at most so many connections to a database; it trusts whoever comes from this machine."""
    if PROGRAM is None:
        if os.environ.get("CI"):
            raise RuntimeError("there is no pgbouncer, which these tests need")
        pytest.skip("there is no pgbouncer")
    parts = urlsplit(behind)
    directory = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    pooler = Pgbouncer(free_port(), parts.path.removeprefix("/"), directory / "log")
    every = {
        "listen_addr": "127.0.0.1",
        "listen_port": pooler.port,
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": directory / "users",
        "pool_mode": mode,
        "default_pool_size": size,
        "max_client_conn": 500,
        "logfile": pooler.log,
        **settings,
    }
    target = f"host={parts.hostname} port={parts.port} dbname={pooler.database}"
    lines = ["[databases]", f"{pooler.database} = {target}", "[pgbouncer]", *(f"{n} = {v}" for n, v in every.items())]
    (directory / "ini").write_text("\n".join(lines) + "\n")
    (directory / "users").write_text('"postgres" ""\n')
    # It refuses to run as root.
    user = pwd.getpwnam(SERVER_USER).pw_uid if os.geteuid() == 0 else os.geteuid()
    for path in (directory, *directory.iterdir()):
        os.chown(path, user, -1)
    process = subprocess.Popen(
        [PROGRAM, "-q", str(directory / "ini")], user=user, cwd=directory, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(pooler, process)
        yield pooler
    finally:
        process.send_signal(signal.SIGINT if process.poll() is None else 0)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(directory)


def _wait_until_ready(pooler: Pgbouncer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psql(pooler.url(), "SELECT 1")
        except RuntimeError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                error.add_note(pooler.log.read_text() if pooler.log.exists() else "it said nothing")
                raise
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL)  # which also paces these tries
        else:
            return
