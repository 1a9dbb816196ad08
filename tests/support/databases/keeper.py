"""Makes, empties and drops databases over connections that stay open, within an event loop or without one."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# Sessions end by themselves some time after their clients have; DROP DATABASE alone waits for five seconds.
PATIENCE: Final = 20.0

# A session counts what it wrote before it leaves the list of sessions. The sleep is the server's.
OTHERS: Final = """
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_sleep(0.005)::text END FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Nothing is changed in a database, schema and settings included, but by writing rows of tables or system tables.
# pg_database alone is left out: all databases of the server write there when they are made.
WRITTEN: Final = """
SELECT relid::regclass::text AS name, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_all_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relid <> 'pg_database'::regclass
"""
# What VACUUM writes without counting it.
SIZES: Final = """
SELECT array_agg((oid, relpages, reltuples, relallvisible)::text ORDER BY oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
TABLES: Final = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
SEQUENCES: Final = """
SELECT seqrelid::regclass::text AS name, seqstart AS start, pg_sequence_last_value(seqrelid) AS last FROM pg_sequence
"""


@dataclass(slots=True)
class Database:
    """A database and, when it is kept, the connection that empties it and its first content."""

    name: str
    url: str
    connection: "Connection | None" = None
    rows: dict[str, bytes] = field(default_factory=dict)
    sequences: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    sizes: Sequence[str] = ()
    written: Mapping[str, int] = field(default_factory=dict)


class Keeper:
    """One process's databases on a server, copies of a template, each given to one test at a time."""

    def __init__(self, server: str, template: str, *, reuses: bool) -> None:
        """Connect when the first database is needed."""
        self._server = server
        self._template = template
        self._reuses = reuses
        self._free: list[Database] = []
        self._office: Connection | None = None
        # All connections live in a thread of their own, so that they outlast the event loops of tests.
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()

    def create(self) -> Database:
        """Make a new database."""
        return self._run(self._create())

    def drop(self, database: Database, *, forcibly: bool = False) -> None:
        """Drop a database; unless forced, it must exist and have no connection."""
        self._run(self._drop(database, forcibly=forcibly))

    def take(self) -> Database:
        """Return a database as new."""
        return self._free.pop() if self._free else self._run(self._create_to_keep())

    def give_back(self, database: Database) -> None:
        """Empty a database for the next, or drop it when more than rows was changed; it must have no connection."""
        if database.connection is not None and self._run(self._empty(database)):
            self._free.append(database)
        else:
            self.drop(database)

    def close(self) -> None:
        """Close all connections; the databases that were kept go with the server."""
        self._run(self._close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, task: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, task).result()

    async def _execute(self, statement: str) -> None:
        if self._office is None or self._office.is_closed():
            self._office = await asyncpg.connect(self._server)
        await self._office.execute(statement)

    async def _create(self) -> Database:
        name = f"{self._template}_{uuid4().hex[:12]}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        return Database(name, with_database(self._server, name))

    async def _create_to_keep(self) -> Database:
        database = await self._create()
        if self._reuses:
            connection = database.connection = await asyncpg.connect(database.url)
            for record in await connection.fetch(TABLES):
                kept = BytesIO()
                if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {record['oid']})"):  # noqa: S608
                    await connection.copy_from_table(record["oid"], output=kept, format="binary")
                database.rows[record["oid"]] = kept.getvalue()
            database.sequences = await _sequences(connection)
            await _note(database, connection)
        return database

    async def _drop(self, database: Database, *, forcibly: bool) -> None:
        if database.connection is not None:
            if forcibly:
                database.connection.terminate()
            else:
                await database.connection.close()
            database.connection = None
        if forcibly:
            await self._execute(f"DROP DATABASE IF EXISTS {database.name} WITH (FORCE)")
        else:
            await self._drop_unused(database)

    async def _drop_unused(self, database: Database) -> None:
        """Drop a database once the last session has ended."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return await self._execute(f"DROP DATABASE {database.name}")
            except asyncpg.ObjectInUseError:
                if time.monotonic() > ends:
                    raise

    async def _empty(self, database: Database) -> bool:
        """Put all rows back as they were; tell whether that is all that was changed."""
        connection = database.connection
        assert connection is not None
        try:
            async with asyncio.timeout(PATIENCE):
                while await connection.fetchval(OTHERS):
                    pass
        except TimeoutError:
            raise RuntimeError("a connection was left open") from None
        written = await _written(connection)
        tables = [name for name, rows in written.items() if rows != database.written.get(name)]
        if not (database.written.keys() <= written.keys() and database.rows.keys() >= set(tables)):
            return False
        if tables:
            async with connection.transaction():
                # What triggers would add is among the rows.
                await connection.execute("SET LOCAL session_replication_role = replica")
                await connection.execute(f"TRUNCATE {', '.join(tables)}")
                for table in tables:
                    if database.rows[table]:
                        source = BytesIO(database.rows[table])
                        await connection.copy_to_table(table, source=source, format="binary")
        for name, state in (await _sequences(connection)).items():
            if state != database.sequences[name]:
                await connection.execute("SELECT setval($1::text::regclass, $2, $3)", name, *database.sequences[name])
        sizes = database.sizes
        await _note(database, connection)
        return database.sizes == sizes

    async def _close(self) -> None:
        for connection in [self._office, *(database.connection for database in self._free)]:
            if connection is not None and not connection.is_closed():
                await connection.close()


def with_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _note(database: Database, connection: Connection) -> None:
    """Record the counts of writes so far, this connection's included, to tell them from the next user's."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    database.written = await _written(connection)
    database.sizes = await connection.fetchval(SIZES)


async def _written(connection: Connection) -> dict[str, int]:
    return {record["name"]: record["rows"] for record in await connection.fetch(WRITTEN)}


async def _sequences(connection: Connection) -> dict[str, tuple[int, bool]]:
    """Return what each sequence was set to, and whether it has given that out."""
    return {
        record["name"]: (record["start"], False) if record["last"] is None else (record["last"], True)
        for record in await connection.fetch(SEQUENCES)
    }
