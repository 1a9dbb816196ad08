"""The table of bearer tokens, which is no part of what is exported."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Table

from persistence.sql.tables.runs import METADATA, TextC

tokens: Final = Table(
    "tokens",
    METADATA,
    Column("id", TextC, primary_key=True),
    Column("name", TextC, nullable=False),
    Column("scope", TextC, nullable=False),
    # SHA-256 in hexadecimal; the token itself is kept nowhere.
    Column("hash", TextC, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index(None, "hash", unique=True),
)
