"""Who knows a run finds its tags by the primary key, in each condition on them: there is no other index to read."""

import re
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from persistence.migrations import revisions
from persistence.postgres.connection import Timeouts, close, connect
from persistence.postgres.statements import PostgresDialect
from persistence.sql.queries.keyset import shape_of, values_of
from persistence.sql.queries.run_pages import run_page
from persistence.sql.queries.shape import split_filter
from persistence.sql.reads.counts import _group, count_statement
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, TagFilter, visible
from runindex.ports.queries import NEWEST_FIRST, RunGroupKey, Window

PAUSED: Final = RunFilter(status=(RunStatus.PAUSED,))
CONDITIONS: Final = {
    "several": TagFilter(all=("a", "b")),
    "any": TagFilter(any=("a", "b")),
    "none": TagFilter(none=("a",)),
    "prefix": TagFilter(prefix="a"),
}
FILTERS: Final = {
    **{f"{name}, of a status": RunFilter(status=(RunStatus.PAUSED,), tags=tags) for name, tags in CONDITIONS.items()},
    **{f"{name}, of a parent": visible(RunFilter(parent_id="r1", tags=tags)) for name, tags in CONDITIONS.items()},
}
# Few runs are paused or have the parent, each tag is had by many; nothing analyzes the tables.
FILLED: Final = """
INSERT INTO runs (
    id, incarnation, version, status, tags, created_at, updated_at, retention_kind, search_text, search_words, parent_id
)
SELECT 'r' || n, n, 1, CASE WHEN n % 100 = 0 THEN 'PAUSED' ELSE 'ACTIVE' END, '["a", "b"]', n, n, 'KEEP_ALL', '', 0,
    CASE WHEN n % 100 = 7 THEN 'r1' END
FROM generate_series(1, 3000) AS n;
INSERT INTO run_tags SELECT tag, n, 'r' || n FROM generate_series(1, 3000) AS n, (VALUES ('a'), ('b')) AS tags (tag);
INSERT INTO tag_counts VALUES ('a', 3000), ('b', 3000);
INSERT INTO status_counts VALUES ('PAUSED', 30), ('ACTIVE', 2970) ON CONFLICT (status) DO UPDATE SET n = excluded.n;
"""
READ: Final = 30
# Without statistics the planner may join the tags of the other conditions as a whole.
OF_ALL: Final = [name for name in FILTERS if name.startswith(("several", "prefix"))]


def queries(run_filter: RunFilter) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield what is asked with a filter, and its values."""
    conditions, values = split_filter(run_filter)
    window = Window(20)
    yield run_page(conditions, frozenset({"id", "tags"}), NEWEST_FIRST, shape_of(window)), values | values_of(window)
    yield count_statement(conditions, is_bounded=False, by_name=False), values
    yield _group(conditions, RunGroupKey.TAG, 10), values


@pytest.mark.parametrize("chosen", FILTERS)
def test_sqlite_reads_tags_by_the_primary_key(sqlite_path: Path, chosen: str) -> None:
    with closing(sqlite_connection.connect(sqlite_path, seconds=1)) as connection:
        for query, values in queries(FILTERS[chosen]):
            statement = SqliteDialect().query(query, values)
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
            plan = "\n".join(row[-1] for row in rows)
            assert not re.search(r"SCAN (runs|run_tags\w*|tagged|found)\b(?! USING)", plan), plan
            for read in re.findall(r"(?:SCAN|SEARCH) (?:run_tags\w*|tagged)[^\n]*", plan):
                assert "USING PRIMARY KEY (tag=?" in read, plan


@pytest.mark.parametrize(("most", "kept"), [(0, True), (1, False)])
def test_a_sqlite_file_of_many_tags_keeps_their_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, most: int, kept: bool
) -> None:
    revision = import_module("persistence.migrations.versions.0010_tags")
    file = tmp_path / "tags.db"
    with create_engine(f"sqlite:///{file}", poolclass=NullPool).begin() as connection:
        revisions.migrate(connection, revision.down_revision)
        connection.execute(text("INSERT INTO run_tags VALUES ('t', 1, 'r')"))
        monkeypatch.setattr(revision, "MOST_TAGS", most)
        monkeypatch.setattr("alembic.op.get_bind", lambda: connection)
        monkeypatch.setattr("alembic.op.drop_index", lambda name, _: connection.execute(text(f"DROP INDEX {name}")))
        revision.upgrade()
        present = {index["name"] for index in inspect(connection).get_indexes("run_tags")}
    assert present == (set(revision.DROPPED) if kept else set())


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_lists_of_few_runs_read_few_tags_in_postgres(postgres_url: str, mode: str) -> None:
    dialect = PostgresDialect(notify=False)
    connection = await connect(postgres_url, Timeouts())
    try:
        # As if the release before were gone, for which one of them is kept.
        await connection.execute(f"{FILLED} DROP INDEX ix_run_tags_run_id; SET plan_cache_mode = {mode}")
        for chosen in OF_ALL:
            query, values = next(queries(FILTERS[chosen]))
            statement = dialect.query(query, values)
            given = ", ".join("'" + str(value).replace("'", "''") + "'" for value in statement.arguments)
            types = ", ".join("text" for _ in statement.arguments)
            name = "asked" + (f"({given})" if given else "")
            await connection.execute(f"PREPARE asked {f'({types})' if types else ''} AS {statement.text}")
            lines = await connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) EXECUTE {name}")
            await connection.execute("DEALLOCATE asked")
            plan = "\n".join(line[0] for line in lines)
            read = re.findall(r"run_tags\b[^\n]*actual rows=([\d.]+) loops=(\d+)", plan)
            assert max((float(rows) * int(loops) for rows, loops in read), default=0) <= 2 * READ, f"{chosen}\n{plan}"
    finally:
        await close(connection, Timeouts())
