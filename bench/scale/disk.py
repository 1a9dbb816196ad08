"""What an index takes on disk, by table and index."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import asyncpg

# Of tables their rows alone, with what is kept beside the rows for being long; sizes in bytes.
_POSTGRES: Final = """
    SELECT coalesce(i.indrelid, c.oid)::regclass::text AS of, c.relname AS name,
        pg_relation_size(c.oid) + CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_total_relation_size(c.reltoastrelid) END
    FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'i')
"""
_SQLITE: Final = """
    SELECT coalesce(s.tbl_name, d.name), d.name, sum(d.pgsize)
    FROM dbstat AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name GROUP BY d.name
"""

Sizes = dict[tuple[str, str], int]


async def of_postgres(url: str) -> Sizes:
    """Return the bytes of each table and index, by the table and the name."""
    connection = await asyncpg.connect(url)
    try:
        return {(table, name): size for table, name, size in await connection.fetch(_POSTGRES)}
    finally:
        await connection.close()


def of_sqlite(path: Path) -> Sizes:
    """Return the same; the whole file where SQLite cannot tell them apart."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            return {(table, name): size for table, name, size in connection.execute(_SQLITE)}
        except sqlite3.OperationalError:
            return {("file", "file"): path.stat().st_size}
