"""The table of the connections that write, which is no part of what is exported; only Postgres uses it."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table

from persistence.sql.tables.runs import METADATA, TextC

writers: Final = Table(
    "writers",
    METADATA,
    Column("id", TextC, primary_key=True),
    # The number of its last batch that was one statement, and when that was.
    Column("batch", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
