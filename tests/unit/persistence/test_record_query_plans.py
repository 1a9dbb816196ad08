"""A page of a list is read from an index in the list's order, and no more of it than is answered."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable

from persistence.postgres.connection import Timeouts, close, connect
from persistence.postgres.statements import PostgresDialect
from persistence.sql.reads.store_reads import SqlReads
from persistence.sql.statements import NO_PARAMETERS
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import InstantRange, RunFilter, TagFilter, visible
from runindex.ports.queries import (
    NEWEST_FIRST,
    DistinctField,
    OrderDirection,
    RunOrder,
    RunOrderField,
    RunQuery,
    Window,
)
from tests.support.commands import A
from tests.support.databases.shared import migrate

COLUMNS = frozenset({"id", "name", "status"})
OLDEST_FIRST = RunOrder(direction=OrderDirection.ASC)
UPDATED_LAST = RunOrder(RunOrderField.UPDATED_AT)
FINISHED_LAST = RunOrder(RunOrderField.FINISHED_AT)
FINISHED_FIRST = RunOrder(RunOrderField.FINISHED_AT, OrderDirection.ASC)
SLOWEST_FIRST = RunOrder(RunOrderField.DURATION)
BY_NAME = RunOrder(RunOrderField.NAME, OrderDirection.ASC)
LAST_STARTED = RunOrder(RunOrderField.STARTED_AT)
FAILED, PAUSED = RunStatus.FAILED, RunStatus.PAUSED
PAGE = Window(20)
LATER = Window(20, after=(1, A))


def listed(window: Window = PAGE, order: RunOrder = NEWEST_FIRST, **conditions: Any) -> RunQuery:  # noqa: ANN401
    return RunQuery(visible(RunFilter(**conditions)), window, COLUMNS, order)


TAGS = "pk_run_tags|SEARCH tagged USING PRIMARY KEY"
# By name: what is listed, and the index that has it in order.
LISTS = {
    "newest": (listed(), "ix_runs_created_at_id"),
    "newest-later": (listed(LATER), "ix_runs_created_at_id"),
    "oldest": (listed(order=OLDEST_FIRST), "ix_runs_created_at_id"),
    "last": (listed(Window(20, backward=True)), "ix_runs_created_at_id"),
    "range": (listed(created_at=InstantRange(1, 2)), "ix_runs_created_at_id"),
    "status": (listed(LATER, status=(FAILED,)), "ix_runs_status_created_at_id"),
    "statuses": (listed(LATER, status=(FAILED, PAUSED)), "ix_runs_status_created_at_id"),
    "archived-too": (listed(include_archived=True), "ix_runs_status_created_at_id"),
    "tag": (listed(LATER, tags=TagFilter(all=("t",))), TAGS),
    "tag-status": (listed(tags=TagFilter(all=("t",)), status=(FAILED,)), TAGS),
    "parent": (listed(LATER, parent_id=A), "ix_runs_parent_id_created_at_id"),
    "dataset": (listed(dataset_id="d"), "ix_runs_dataset_id_created_at_id"),
    "plan": (listed(plan_id=A), "ix_runs_plan_id_created_at_id"),
    "updated": (listed(order=UPDATED_LAST), "ix_runs_updated_at_id"),
    "updated-later": (listed(LATER, order=UPDATED_LAST), "ix_runs_updated_at_id"),
    "finished": (listed(order=FINISHED_LAST), "ix_runs_finished_at_id"),
    "slowest": (listed(order=SLOWEST_FIRST), "ix_runs_duration_id"),
    "slowest-later": (listed(LATER, order=SLOWEST_FIRST), "ix_runs_duration_id"),
    "named": (listed(Window(20, after=("a", A)), order=BY_NAME), "ix_runs_name_id"),
    "started": (listed(LATER, order=LAST_STARTED), "ix_runs_started_at_id"),
    "finished-first": (listed(LATER, order=FINISHED_FIRST), "ix_runs_finished_at_id"),
}
SCANNED = re.compile(r"Seq Scan on (runs|run_tags)\b|SCAN (runs|run_tags)(?! USING)")
SORTED = re.compile(r"\bSort  \(|\bSort$|TEMP B-TREE", re.MULTILINE)
# With these Postgres takes an index wherever there is one that serves, however small the tables.
ONLY_INDEXES = "; ".join(
    f"SET enable_{way} = off" for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "memoize")
)


class Asked(SqlReads):
    """Keeps the statement that was asked for, and answers nothing."""

    def __init__(self) -> None:
        self.statement: Executable | None = None
        self.parameters: Mapping[str, Any] = NO_PARAMETERS

    async def _fetch(
        self, statement: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> Sequence[Mapping[str, Any]]:
        self.statement, self.parameters = statement, parameters
        return ()


def asked(query: RunQuery) -> tuple[Executable, Mapping[str, Any]]:
    """Return the statement that a list takes, with its parameters."""
    reads = Asked()
    asyncio.run(reads.list_runs(query))
    assert reads.statement is not None
    return reads.statement, reads.parameters


def listing(field: DistinctField) -> tuple[Executable, Mapping[str, Any]]:
    """Return the statement that lists distinct values, with its parameters."""
    reads = Asked()
    asyncio.run(reads.list_values(field, "a", 20))
    assert reads.statement is not None
    return reads.statement, reads.parameters


VALUES = {
    DistinctField.NAME: "ix_runs_name_id",
    DistinctField.DATASET: "ix_runs_dataset_id_created_at_id",
    DistinctField.TARGET: "ix_runs_target_id_created_at_id",
}


def check(plan: str, query: RunQuery, index: str) -> None:
    assert re.search(index, plan), plan
    assert not SCANNED.search(plan), plan
    # Lists that are merged from a few sort what these answer, which is a page of each.
    if not query.order.field.is_nullable and "MERGE" not in plan:
        assert not SORTED.search(plan), plan


@pytest.fixture(scope="module")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "runs.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.mark.parametrize(("query", "index"), LISTS.values(), ids=LISTS)
def test_sqlite_reads_a_page_from_an_index(sqlite_file: Path, query: RunQuery, index: str) -> None:
    statement = SqliteDialect().query(*asked(query))
    with closing(sqlite_connection.connect(sqlite_file, seconds=5)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
    check("\n".join(row[-1] for row in rows), query, index)


@pytest.mark.parametrize(("field", "index"), VALUES.items())
def test_sqlite_steps_from_value_to_value(sqlite_file: Path, field: DistinctField, index: str) -> None:
    statement = SqliteDialect().query(*listing(field))
    with closing(sqlite_connection.connect(sqlite_file, seconds=5)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
    plan = "\n".join(row[-1] for row in rows)
    assert len(re.findall(rf"SEARCH runs USING COVERING INDEX {index} \({field}>\?", plan)) == 2, plan


def test_postgres_steps_from_value_to_value(postgres_url: str) -> None:
    timeouts = Timeouts()
    with asyncio.Runner() as runner:
        connection = runner.run(connect(postgres_url, timeouts))
        try:
            runner.run(connection.execute(ONLY_INDEXES))
            for field, index in VALUES.items():
                statement = PostgresDialect(notify=False).query(*listing(field))
                rows = runner.run(connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments))
                plan = "\n".join(row[0] for row in rows)
                # Of the second search the plan tells its price alone: that of a few pages for each value.
                assert re.search(rf"Limit.*\n.*{index} ", plan), plan
                assert not SCANNED.search(plan), plan
                (price,) = re.findall(r"WorkTable Scan on found.*cost=\d+\.\d+\.\.(\d+)\.", plan)
                assert int(price) < 50, plan
        finally:
            runner.run(close(connection, timeouts))


def test_postgres_reads_each_page_from_an_index(postgres_url: str) -> None:
    timeouts = Timeouts()
    with asyncio.Runner() as runner:
        connection = runner.run(connect(postgres_url, timeouts))
        try:
            runner.run(connection.execute(ONLY_INDEXES))
            for query, index in LISTS.values():
                statement = PostgresDialect(notify=False).query(*asked(query))
                rows = runner.run(connection.fetch(f"EXPLAIN {statement.text}", *statement.arguments))
                check("\n".join(row[0] for row in rows), query, index)
        finally:
            runner.run(close(connection, timeouts))
