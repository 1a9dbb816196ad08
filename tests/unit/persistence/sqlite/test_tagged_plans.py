"""Lists of several tags, and of alternatives, are read from indexes in order: no table is read as a whole."""

import re
from pathlib import Path

import pytest

from persistence.sql.queries.keyset import shape_of, values_of
from persistence.sql.queries.run_pages import run_page
from persistence.sql.queries.shape import split_filter
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, TagFilter, visible
from runindex.ports.queries import NEWEST_FIRST, Window

FAILED = RunFilter(status=(RunStatus.FAILED,))
SCANNED = re.compile(r"SCAN (runs|run_tags|tagged|found)\b")


def tagged(*tags: str) -> RunFilter:
    """Return the filter of all these tags."""
    return RunFilter(tags=TagFilter(all=tags))


NARROW = {
    "tags": visible(tagged("a", "b", "c")),
    "tags of several conditions": visible(RunFilter(and_=(tagged("a"), tagged("b", "c"), tagged("d")))),
    "tags and a status": RunFilter(tags=TagFilter(all=("a", "b")), status=(RunStatus.FAILED,)),
    "a tag or a status": visible(RunFilter(or_=(tagged("a"), FAILED))),
    "tags or a parent or a status": visible(
        RunFilter(or_=(tagged("a", "b"), RunFilter(or_=(RunFilter(parent_id="r1"), FAILED))))
    ),
}


@pytest.mark.parametrize("chosen", NARROW)
def test_sqlite_scans_no_table(sqlite_path: Path, chosen: str) -> None:
    conditions, values = split_filter(NARROW[chosen])
    window = Window(20)
    query = run_page(conditions, frozenset({"id", "name", "tags"}), NEWEST_FIRST, shape_of(window))
    statement = SqliteDialect().query(query, values | values_of(window))
    connection = sqlite_connection.connect(sqlite_path, seconds=1)
    try:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.arguments).fetchall()
    finally:
        connection.close()
    plan = "\n".join(row[-1] for row in rows)
    assert not SCANNED.search(plan), plan
    # Each list is read from an index of its order; only a page of each is sorted, when they are merged.
    assert re.search(r"SEARCH (tagged|runs|run_tags) USING", plan), plan
