"""Fresh databases for tests, all on one server that the whole run shares."""

import fcntl
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.keeper import Keeper, with_database
from tests.support.databases.postgres import PostgresServer, create_server, psql, remove_server

# Set by the run's first process; its workers inherit it.
SHARED_DIRECTORY = "RUNINDEX_TEST_SHARED_DIRECTORY"
FOREIGN_SERVER = "RUNINDEX_TEST_POSTGRES_URL"


@dataclass(frozen=True, slots=True)
class SharedPostgres:
    """The server and the migrated template database of one test run, known to its processes by a directory."""

    directory: Path

    @classmethod
    def open(cls) -> "SharedPostgres":
        """Make the directory; the server is started when a test first needs it."""
        shared = cls(Path(tempfile.mkdtemp(prefix="runindex-tests-")))
        os.environ[SHARED_DIRECTORY] = str(shared.directory)
        return shared

    @classmethod
    def inherit(cls) -> "SharedPostgres":
        """Return the one that the run's first process opened."""
        return cls(Path(os.environ[SHARED_DIRECTORY]))

    @property
    def template(self) -> str:
        """Return the name of the database that each test's own is copied from."""
        return "runindex_test_" + self.directory.name.rpartition("-")[2]

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Create a migrated database, give its address and drop it; a connection left open to it is an error."""
        keeper = keeper_of(self)
        database = keeper.create()
        try:
            yield database.url
            keeper.drop(database)
        finally:
            keeper.drop(database, forcibly=True)

    @contextmanager
    def emptied_database(self) -> Iterator[str]:
        """Give the address of a database as it was migrated, which others had before; otherwise as `fresh_database`.

        For those who read and write rows: whoever looks at other sessions would find the one that empties it, and
        after whoever changes more than rows it has to be dropped.
        """
        keeper = keeper_of(self)
        database = keeper.take()
        try:
            yield database.url
            keeper.give_back(database)
        except BaseException:
            keeper.drop(database, forcibly=True)
            raise

    def close(self) -> None:
        """End the run's own server, or leave a foreign one as it was found."""
        own = self._own_server()
        if own is not None:
            remove_server(own)
        elif FOREIGN_SERVER in os.environ:
            psql(os.environ[FOREIGN_SERVER], f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")
        shutil.rmtree(self.directory)
        del os.environ[SHARED_DIRECTORY]

    def ready_server(self) -> str:
        """Return the address of the server; the first process to ask starts it and migrates the template."""
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = os.environ.get(FOREIGN_SERVER) or (self._own_server() or self._start_server()).url()
            migrated = self.directory / "migrated"
            if not migrated.exists():
                psql(server, f"DROP DATABASE IF EXISTS {self.template}")
                psql(server, f"CREATE DATABASE {self.template}")
                migrate(with_database(server, self.template))
                migrated.touch()
            return server

    def _own_server(self) -> PostgresServer | None:
        record = self.directory / "server"
        if not record.exists():
            return None
        directory, port = record.read_text().splitlines()
        return PostgresServer(Path(directory), int(port))

    def _start_server(self) -> PostgresServer:
        server = create_server(fsync=False)
        (self.directory / "server").write_text(f"{server.directory}\n{server.port}\n")
        server.start()
        return server


@functools.cache
def keeper_of(shared: SharedPostgres) -> Keeper:
    """Return this process's keeper of databases."""
    # A foreign server may change a database by itself.
    return Keeper(shared.ready_server(), shared.template, reuses=FOREIGN_SERVER not in os.environ)


def close_keepers() -> None:
    """Close the connections of this process."""
    if keeper_of.cache_info().currsize:
        keeper_of(SharedPostgres.inherit()).close()
        keeper_of.cache_clear()


def migrate(url: str) -> None:
    """Bring a database to the newest version, in a thread as migrations may run an event loop of their own."""
    # Imported late: tests that need no database must not depend on it.
    from persistence.migrations import upgrade  # noqa: PLC0415

    with ThreadPoolExecutor(1) as pool:
        pool.submit(upgrade, url).result()
