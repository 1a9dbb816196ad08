"""The schema that the revisions make is the one that the code speaks of."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Table, create_engine, inspect, literal_column, null, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex

from persistence import migrations
from persistence.migrations import revisions
from persistence.sql.batch.writes import change_values, run_values
from persistence.sql.tables import records
from persistence.sql.tables import runs as tables
from persistence.sql.tables.words import INDEX_NAME
from runindex.domain.errors import UnavailableError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.retention import RetentionKind
from runindex.domain.runs.run import Run
from tests.support.databases.postgres import psql
from tests.support.paths import ROOT

DESCENDING: Final = {
    index.name: index
    for table in tables.METADATA.tables.values()
    for index in table.indexes
    if not all(isinstance(expression, Column) for expression in index.expressions)
}
# Indexes that SQLite does without.
OF_POSTGRES: Final = {"ix_run_words_words", "ix_run_tags_run_id"}
Found = TypeVar("Found")
Row: TypeAlias = tuple[Any, ...]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the test an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    url: str = request.getfixturevalue("postgres_url")
    psql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return url


@pytest.fixture
def url(empty_url: str) -> str:
    """Give the test a database at the newest revision."""
    migrations.upgrade(empty_url)
    return empty_url


def look_into(url: str, look: Callable[[Connection], Found]) -> Found:
    """Look into a database from outside any event loop."""
    if url.startswith("sqlite"):
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return look(connection)
    return asyncio.run(_look_into_postgres(url, look))


async def _look_into_postgres(url: str, look: Callable[[Connection], Found]) -> Found:
    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(url)
    )
    async with engine.connect() as connection:
        return await connection.run_sync(look)


def rows_of(url: str, table: Table) -> list[Row]:
    """Return all rows of a table."""
    return look_into(url, lambda connection: [tuple(row) for row in connection.execute(select(table))])


def test_the_names_of_the_files_tell_the_revisions() -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    walked = [(revision.revision, revision.down_revision) for revision in script.walk_revisions()]
    names = revisions.revisions()
    assert walked[::-1] == list(zip(names, (None, *names), strict=False))
    assert script.get_heads() == [names[-1]]


def test_a_storage_that_is_up_to_date_is_opened_without_alembic(url: str) -> None:
    program = "import sys; from persistence import migrations; migrations.upgrade(sys.argv[1]); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program, url], check=True, capture_output=True, text=True).stdout
    assert not {"alembic", "mako", "pygments"} & set(loaded.split())
    assert ("asyncpg" in loaded.split()) == (not url.startswith("sqlite"))


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_newest_revision_is_what_the_code_speaks_of(url: str) -> None:
    def is_compared(_: object, name: str | None, kind: str, *__: object) -> bool:
        # What is not a plain column in an index of SQLite's is not told to Alembic; the next test looks at those.
        is_told = kind != "index" or not url.startswith("sqlite") or name not in DESCENDING
        # A table of FTS5, and those that it keeps its own in, are an index in place of the GIN index.
        is_told = is_told and not (url.startswith("sqlite") and name in OF_POSTGRES)
        return is_told and not str(name).startswith(INDEX_NAME)

    def differences(connection: Connection) -> object:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_compared}
        return compare_metadata(MigrationContext.configure(connection, opts=options), tables.METADATA)

    assert look_into(url, differences) == []


def test_indexes_of_sqlite_are_what_the_code_speaks_of(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/indexes.db"
    migrations.upgrade(url)

    def written(connection: Connection) -> dict[str, str]:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        return {name: sql for name, sql in rows if name in DESCENDING}

    assert look_into(url, written) == {name: str(CreateIndex(index)) for name, index in DESCENDING.items()}


@pytest.mark.parametrize(
    ("table", "constraint", "values"),
    [
        ("runs", "ck_runs_status", RunStatus),
        ("runs", "ck_runs_retention_kind", RetentionKind),
        ("changes", "ck_changes_kind", RunChangeKind),
    ],
)
def test_checks_let_through_what_the_domain_knows(url: str, table: str, constraint: str, values: type[StrEnum]) -> None:
    checks = look_into(url, lambda connection: inspect(connection).get_check_constraints(table))
    (text,) = [check["sqltext"] for check in checks if check["name"] == constraint]
    assert sorted(re.findall(r"'(\w+)'", text)) == sorted(values)


def test_the_default_run_is_as_if_it_had_been_created(url: str) -> None:
    (row,) = rows_of(url, tables.runs)
    created_at = row[tables.runs.columns.keys().index("created_at")]
    run = Run(id=DEFAULT_RUN, incarnation=1, created_at=created_at, updated_at=created_at)
    assert row == run_values(run)
    assert rows_of(url, tables.changes) == [change_values(Change(1, RunChangeKind.CREATED, run, None))]
    assert rows_of(url, tables.status_counts) == [("ACTIVE", 1)]
    assert [row[:3] for row in rows_of(url, tables.feed_head)] == [(0, 1, 0)]


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(url: str) -> None:
    heads = rows_of(url, tables.feed_head)
    migrations.upgrade(url)
    assert rows_of(url, tables.feed_head) == heads


def filled(table: Table, **values: int) -> str:
    """Return the statement that inserts a row with these values, others null, or else the number 0."""
    rest = {column.name: null() if column.nullable else literal_column("0") for column in table.columns}
    row = rest | {name: literal_column(str(value)) for name, value in values.items()}
    return str(table.insert().values(row))


def test_an_upgrade_fills_in_when_records_were_last_written(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    migration = ScriptDirectory.from_config(config).get_revision("0007").module
    statements = (
        filled(records.totals, owner=7),
        filled(records.totals, owner=8, last_at=3),
        filled(records.events, owner=7, at=20),
        filled(records.cells, owner=7, updated_at=30),
        filled(records.cells, owner=8, updated_at=40),
        migration.FILL,
    )
    fill = ";".join(statements)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(fill)
    else:
        psql(url, fill)
    found = look_into(url, lambda connection: list(connection.execute(text("SELECT owner, last_at FROM totals"))))
    assert sorted(map(tuple, found)) == [(7, 30), (8, 3)]


def test_threads_and_processes_may_upgrade_at_once(empty_url: str) -> None:
    program = "import sys; from persistence.migrations import upgrade; upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", program, empty_url]) for _ in range(2)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(migrations.upgrade, [empty_url] * 2))
    assert [process.wait(60) for process in processes] == [0, 0]
    assert len(rows_of(empty_url, tables.runs)) == 1


def test_a_database_of_a_newer_release_is_refused(url: str) -> None:
    def age(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    look_into(url, age)
    with pytest.raises(UnavailableError, match="newer release"):
        migrations.upgrade(url)


@pytest.mark.parametrize(
    ("absent", "place"),
    [
        ("sqlite:////nowhere/to/be/found.db", "/nowhere/to/be/found.db"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "127.0.0.1:1/none"),
        ("host=127.0.0.1,127.0.0.1 port=1,2 password=secret dbname=none", "127.0.0.1:1,127.0.0.1:2/none"),
    ],
)
def test_a_database_out_of_reach_is_said_in_one_line_with_its_place(absent: str, place: str) -> None:
    with pytest.raises(UnavailableError) as refusal:
        migrations.upgrade(absent)
    message = refusal.value.message
    assert re.fullmatch(rf"the storage at {re.escape(place)} cannot be (reached|brought up to date): .+", message)
    assert "secret" not in message


def test_the_operator_is_told_why_a_directory_cannot_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"OperationalError unable to open database file$"):
        migrations.upgrade(f"sqlite:///{tmp_path}")


def test_the_operator_is_told_which_database_there_is_not(postgres_url: str) -> None:
    with pytest.raises(UnavailableError, match=r'brought up to date: .* 3D000 database "nowhere" does not exist$'):
        migrations.upgrade(f"{postgres_url.rpartition('/')[0]}/nowhere")


def make(url: str, statement: str) -> None:
    """Change a database as another application would."""

    def change(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
        connection.commit()

    look_into(url, change)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE runs (id TEXT PRIMARY KEY)",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "CREATE TABLE customers (id INTEGER)",
        "CREATE TABLE feed_head (n INTEGER)",
        "CREATE VIEW runs AS SELECT 1 AS one",
    ],
)
def test_a_storage_of_another_application_is_left_alone(empty_url: str, statement: str) -> None:
    make(empty_url, statement)
    table = statement.split()[2]
    before = look_into(empty_url, lambda connection: inspect(connection).get_table_names())
    for look in (migrations.upgrade, migrations.is_current):
        with pytest.raises(
            UnavailableError, match=rf"holds another application's tables \({table}\) and is left alone"
        ):
            look(empty_url)
    assert look_into(empty_url, lambda connection: inspect(connection).get_table_names()) == before


def test_a_file_of_another_application_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    make(f"sqlite:///{file}", "CREATE TABLE customers (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(UnavailableError, match="customers"):
        migrations.upgrade(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["theirs.db"]


def test_tables_of_others_beside_our_own_are_nobodys_business(url: str) -> None:
    make(url, "CREATE TABLE customers (id INTEGER)")
    migrations.upgrade(url)
    assert migrations.is_current(url)


def test_a_database_in_another_encoding_is_refused(postgres_url: str) -> None:
    server, _, name = postgres_url.rpartition("/")
    psql(postgres_url, f"CREATE DATABASE {name}_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(UnavailableError, match=r"^the database's encoding is LATIN1, and must be UTF8: CREATE"):
            migrations.upgrade(f"{server}/{name}_latin")
    finally:
        psql(postgres_url, f"DROP DATABASE {name}_latin")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wide.db"
    make(url, "PRAGMA encoding = 'UTF-16'")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("PRAGMA encoding = 'UTF-16'")
        connection.exec_driver_sql("CREATE TABLE one (n INTEGER)")
    with pytest.raises(UnavailableError, match=r"^the database's encoding is UTF-16le, and must be UTF8$"):
        migrations.upgrade(url)


def test_an_index_is_emptied_and_begins_anew(url: str) -> None:
    before = rows_of(url, tables.feed_head)
    make(url, "UPDATE feed_head SET n = 5")
    make(url, "INSERT INTO status_counts (status, n) VALUES ('FAILED', 3)")
    migrations.reset(url)
    ((shard, head, floor, epoch, *_),) = rows_of(url, tables.feed_head)
    assert (shard, head, floor) == (0, 1, 0)
    assert epoch != before[0][3]
    assert rows_of(url, tables.status_counts) == [("ACTIVE", 1)]
    assert migrations.is_current(url)


def test_an_index_in_use_is_not_emptied(url: str) -> None:
    def reset_meanwhile(connection: Connection) -> None:
        if not url.startswith("sqlite"):
            connection.exec_driver_sql("SET application_name = 'runindex writer'")
            connection.commit()
        rows = connection.execute(select(tables.feed_head)).all()
        with ThreadPoolExecutor(1) as thread, pytest.raises(UnavailableError, match="a server uses this storage"):
            thread.submit(migrations.reset, url).result()
        assert connection.execute(select(tables.feed_head)).all() == rows

    look_into(url, reset_meanwhile)
