"""The schema that the revisions make is the one that the code speaks of."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Table, create_engine, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex

from persistence import migrations
from persistence.sql.batch.writes import change_values, run_values
from persistence.sql.tables import runs as tables
from runindex.domain.errors import UnavailableError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.retention import RetentionKind
from runindex.domain.runs.run import Run
from tests.support.databases.postgres import psql

DESCENDING: Final = {
    index.name: index
    for table in tables.METADATA.tables.values()
    for index in table.indexes
    if not all(isinstance(expression, Column) for expression in index.expressions)
}
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


def test_the_newest_revision_is_what_the_code_speaks_of(url: str) -> None:
    def is_compared(_: object, name: str | None, kind: str, *__: object) -> bool:
        # What is not a plain column in an index of SQLite's is not told to Alembic; the next test looks at those.
        return not (kind == "index" and url.startswith("sqlite") and name in DESCENDING)

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


@pytest.mark.parametrize("absent", ["sqlite:////nowhere/to/be/found.db", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_out_of_reach_is_said_in_one_line(absent: str) -> None:
    with pytest.raises(UnavailableError, match=r"^the storage cannot be (reached|used|brought up to date)$"):
        migrations.upgrade(absent)


def test_the_operator_is_told_why_a_directory_cannot_be_migrated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnavailableError, match=r"^the storage cannot be brought up to date$"):
        migrations.upgrade(f"sqlite:///{tmp_path}")
    assert "OperationalError unable to open database file" in caplog.text


def test_the_operator_is_told_which_option_the_server_does_not_know(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnavailableError, match=r"^the storage cannot be brought up to date$"):
        migrations.upgrade(f"{postgres_url}?connect_timeout=5")
    assert '42704 unrecognized configuration parameter "connect_timeout"' in caplog.text
