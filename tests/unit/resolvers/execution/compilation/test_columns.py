"""Columns of rows, whatever kind of rows a storage returns."""

import sqlite3

from resolvers.execution.compilation.runtime import columns

NAMES = ("b", "a")


def test_rows_of_every_kind_have_the_same_columns() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT 1 AS a, 'x' AS b, 0 AS c UNION ALL SELECT 2, NULL, 0").fetchall()
    assert [list(column) for column in columns(rows, NAMES)] == [["x", None], [1, 2]]
    assert [list(column) for column in columns([dict(row) for row in rows], NAMES)] == [["x", None], [1, 2]]
    connection.close()


def test_no_rows_have_empty_columns() -> None:
    assert [list(column) for column in columns([], NAMES)] == [[], []]
