"""Whether a database is the index's own, empty, or another application's, which is left alone."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, text

from runindex.domain.errors import UnavailableError

ENCODING: Final = "UTF8"
VERSIONS: Final = "alembic_version"
# A table that every release has, and hardly anybody else.
_OWN: Final = "feed_head"
_NAMED: Final = 3
_SQLITE_TABLES: Final = text(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
)
# What an extension brings along belongs to nobody.
POSTGRES_TABLES: Final = """
    SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
"""
POSTGRES_ENCODING: Final = "SHOW server_encoding"


def check_ownership(connection: Connection) -> bool:
    """Tell whether an index lives already in what a connection leads to; raise UnavailableError if it may not."""
    is_sqlite = connection.dialect.name == "sqlite"
    encoding = connection.scalar(text("PRAGMA encoding" if is_sqlite else POSTGRES_ENCODING))
    names = connection.scalars(_SQLITE_TABLES if is_sqlite else text(POSTGRES_TABLES))
    return judge(encoding, names, is_sqlite=is_sqlite)


def judge(encoding: object, tables: Iterable[str], *, is_sqlite: bool = False) -> bool:
    """Tell whether an index lives already where these tables are; raise UnavailableError if it may not."""
    _check_encoding(encoding, is_sqlite=is_sqlite)
    names = sorted(tables)
    if not names or {_OWN, VERSIONS} <= set(names):
        return bool(names)
    place = "file" if is_sqlite else "schema"
    advice = (
        "SQLITE_PATH may name a new one"
        if is_sqlite
        else "give RunIndex a database of its own, or a schema (options=-csearch_path%3Drunindex in the address)"
    )
    raise UnavailableError(
        f"the {place} holds another application's tables ({_list(names)}) and is left alone: {advice}"
    )


def _check_encoding(encoding: object, *, is_sqlite: bool) -> None:
    if str(encoding).replace("-", "") == ENCODING:
        return
    advice = "" if is_sqlite else ": CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 makes such a one"
    raise UnavailableError(f"the database's encoding is {encoding}, and must be UTF8{advice}")


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
