"""An index of 100,000 runs, which is written once and kept in the temporary directory for the next measurement."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias
from uuid import uuid4

from persistence import migrations
from persistence.postgres.listening.feed import PostgresFeed
from persistence.postgres.store import PostgresStore
from persistence.sqlite.feed import SqliteFeed
from persistence.sqlite.store import SqliteStore
from runindex.commands import AnyCommand, CreateRun, TransitionRun
from runindex.domain.lifecycle import RunStatus
from runindex.index import open_index
from tests.support.databases.postgres import PostgresServer, create_server, psql, remove_server
from tests.support.servers.served import COMMAND, Served, serving

RUNS: Final = 100_000
BATCH: Final = 500
DATABASE: Final = "bench"

Apply: TypeAlias = Callable[[list[AnyCommand]], Awaitable[object]]


@contextmanager
def filled_sqlite() -> Iterator[Served]:
    """Serve the runs from a copy of the SQLite file."""
    kept = _kept("sqlite")
    if not kept.exists():
        with _making(kept) as empty:
            asyncio.run(_fill_sqlite(empty / "runindex.db"))
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(kept, copy, dirs_exist_ok=True)
        with serving(Path(copy), str(COMMAND)) as server:
            yield server


@contextmanager
def filled_postgres() -> Iterator[Served]:
    """Serve the runs from a Postgres of its own with fsync on, on a copy of the data directory."""
    kept = _kept("postgres")
    postgres = create_server(fsync=True)
    try:
        if kept.exists():
            _bring_back(kept, postgres)
        postgres.start()
        if not kept.exists():
            with _making(kept) as making:
                psql(postgres.url(), f"create database {DATABASE}")
                asyncio.run(_fill_postgres(postgres.url(DATABASE)))
                psql(postgres.url(DATABASE), "vacuum analyze")
                postgres.stop()
                shutil.copytree(postgres.data, making / "data")
            postgres.start()
        settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": postgres.url(DATABASE)}
        with tempfile.TemporaryDirectory() as directory, serving(Path(directory), str(COMMAND), **settings) as server:
            yield server
    finally:
        remove_server(postgres)


def _kept(storage: str) -> Path:
    """Return the folder that is kept; another state of the tables has another one."""
    revisions = sorted(Path(migrations.__file__).with_name("versions").glob("[0-9]*.py"))
    state = hashlib.sha256(b"".join(path.read_bytes() for path in revisions)).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"runindex-bench-{os.getuid()}-{storage}-{RUNS}-{state}")


@contextmanager
def _making(kept: Path) -> Iterator[Path]:
    """Give an empty folder, which is kept once all of it is there."""
    begin = time.monotonic()
    directory = Path(tempfile.mkdtemp(dir=kept.parent))
    try:
        yield directory
        directory.rename(kept)
    except BaseException:
        shutil.rmtree(directory)
        raise
    print(f"{RUNS:,} runs written in {time.monotonic() - begin:.0f} s, kept as {kept}")


def _bring_back(kept: Path, postgres: PostgresServer) -> None:
    settings = (postgres.data / "postgresql.conf").read_text()
    owner = postgres.directory.stat().st_uid
    shutil.rmtree(postgres.data)
    shutil.copytree(kept / "data", postgres.data)
    (postgres.data / "postgresql.conf").write_text(settings)
    for path in (postgres.data, *postgres.data.rglob("*")):
        os.chown(path, owner, -1)


async def _fill_sqlite(path: Path) -> None:
    await asyncio.to_thread(migrations.upgrade, f"sqlite:///{path}")
    async with SqliteStore.open(path) as store, SqliteFeed(path) as feed, open_index(store, feed, maintenance=store):
        await _fill(store.apply)


async def _fill_postgres(url: str) -> None:
    await asyncio.to_thread(migrations.upgrade, url)
    async with PostgresStore.open(url) as store, PostgresFeed(url) as feed, open_index(store, feed, maintenance=store):
        await _fill(store.apply)


async def _fill(apply: Apply) -> None:
    """Write the runs: one of twelve has failed, one of fifty is active, each has two tags."""
    for start in range(0, RUNS, BATCH):
        ids = {number: str(uuid4()) for number in range(start, start + BATCH)}
        await apply([_create(run_id, number) for number, run_id in ids.items()])
        await apply([_end(run_id, number) for number, run_id in ids.items() if number % 50])


def _create(run_id: str, number: int) -> AnyCommand:
    tags = (f"env:{number % 3}", f"team:{number % 40}")
    return CreateRun(id=run_id, name=f"run {number}", tags=tags).checked()


def _end(run_id: str, number: int) -> AnyCommand:
    if number % 12:
        return TransitionRun(id=run_id, to=RunStatus.COMPLETED).checked()
    return TransitionRun(id=run_id, to=RunStatus.FAILED, error="out of memory").checked()
