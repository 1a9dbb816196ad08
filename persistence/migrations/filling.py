"""The revisions that fill tables from the rows that are there, done beforehand, a few rows in each transaction.

Nobody waits for longer than one of them takes. Whatever was interrupted goes on where it stood.
"""

from importlib import import_module
from typing import Any, Final

from sqlalchemy import Connection, text

from persistence.migrations.revisions import PRESENT

# In their order.
_MODULES: Final = ("0009_words",)


def pending(connection: Connection) -> list[Any]:
    """Return those that a database is not at yet, oldest first.

    Each has its `revision` and `down_revision`, `create`, which makes its tables unless they are there, and
    `fill_some`, which fills in what comes after a place, `""` at first, and returns the next place, None at the end.
    """
    present = max(connection.scalars(text(PRESENT)))
    modules: list[Any] = [import_module(f"persistence.migrations.versions.{name}") for name in _MODULES]
    return [module for module in modules if module.revision > present]
