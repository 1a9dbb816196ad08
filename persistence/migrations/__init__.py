"""The schema's revisions, and the upgrade to the newest."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy.exc import DBAPIError

from runindex.domain.errors import UnavailableError

_Errors: TypeAlias = tuple[type[BaseException], ...]


def upgrade(url: str) -> None:
    """Bring a database (sqlite:///path, or an address of Postgres) to the newest revision.

    Any number of processes may do so at once; what is interrupted goes on the next time. Raise UnavailableError, whose
    message is for the operator, when the storage cannot be reached or used, belongs to a newer release, or to another
    application. Must not be called from within an event loop.
    """
    with _explained(url, "brought up to date"):
        if _is_sqlite(url):
            from persistence.migrations import sqlite

            sqlite.upgrade(url)
            return
        from persistence.migrations import postgres

        asyncio.run(postgres.upgrade(url, _place(url)))


def is_current(url: str) -> bool:
    """Tell whether a database is at the newest revision; raise, and be called, as `upgrade`."""
    with _explained(url, "read"):
        if _is_sqlite(url):
            from persistence.migrations import sqlite

            return sqlite.is_current(url)
        from persistence.migrations import postgres

        return asyncio.run(postgres.is_current(url))


def reset(url: str) -> None:
    """Delete everything in an index, which is at the newest revision; raise, and be called, as `upgrade`.

    Nobody else may be using it: servers would go on from what they remember.
    """
    with _explained(url, "emptied"):
        if _is_sqlite(url):
            from persistence.migrations import sqlite

            sqlite.reset(url)
            return
        from persistence.migrations import postgres

        asyncio.run(postgres.reset(url))


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


@contextmanager
def _explained(url: str, purpose: str) -> Iterator[None]:
    """Say in one line what fails, where and why."""
    driver_errors, is_lost = _driver(url)
    errors: _Errors = (DBAPIError, *driver_errors)
    try:
        yield
    except errors as error:
        # SQLAlchemy wraps the driver's error twice, or not at all.
        wrapped = error.orig if isinstance(error, DBAPIError) else error
        cause = getattr(wrapped, "__cause__", None) or wrapped
        if hasattr(cause, "sqlite_errorcode"):
            _check_damage(cause)
        if isinstance(cause, driver_errors) and is_lost(cause):
            purpose = "reached"
        raise UnavailableError(f"the storage at {_place(url)} cannot be {purpose}: {_cause(cause)}") from error


def _check_damage(error: BaseException) -> None:
    """Raise DamagedError for an error of SQLite's that tells of a file that is damaged."""
    from persistence.sqlite.connection import DAMAGED
    from persistence.sqlite.file import DamagedError

    if getattr(error, "sqlite_errorcode", None) in DAMAGED:
        raise DamagedError(f"the file is damaged, or no database ({error})") from error


def _driver(url: str) -> tuple[_Errors, Callable[[BaseException], bool]]:
    """Return the driver's own errors, and what tells those of a connection that was lost."""
    if _is_sqlite(url):
        return (), lambda _: False
    from persistence.postgres.connection import is_lost
    from persistence.postgres.login import DRIVER_ERRORS

    return DRIVER_ERRORS, is_lost


def _place(url: str) -> str:
    if _is_sqlite(url):
        return url.partition(":///")[2]
    from persistence.postgres.addresses.address import Address

    return str(Address.read(url))


def _cause(error: BaseException | None) -> str:
    """Return what the driver says, in one line, for the operator alone: no statement and none of its values."""
    text = next(iter(str(error).splitlines()), "")
    return " ".join(filter(None, (type(error).__name__, getattr(error, "sqlstate", None), text)))
