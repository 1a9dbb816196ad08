"""Which revisions there are, which one a database is at, and the way to the newest, over an open connection."""

import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from persistence.migrations.ownership import VERSIONS, check_ownership
from persistence.sql.tables import records as _records  # noqa: F401 - adds its tables to those of the runs
from persistence.sql.tables import runs as tables
from persistence.sql.tables import tokens as _tokens  # noqa: F401 - adds its table too
from persistence.sql.tables import words
from persistence.sql.tables import writers as _writers  # noqa: F401 - adds its table too
from runindex.domain.errors import UnavailableError

LOGGER: Final = logging.getLogger("runindex.migrations")
IN_USE: Final = "a server uses this storage: stop it first"
PRESENT: Final = f"SELECT version_num FROM {VERSIONS}"  # noqa: S608 - a constant
_HOME: Final = Path(__file__).parent


@cache
def revisions() -> tuple[str, ...]:
    """Return all revisions, oldest first, as the files' names tell: Alembic would load each file to ask it."""
    return tuple(sorted(file.name.partition("_")[0] for file in (_HOME / "versions").glob("[0-9]*_*.py")))


def is_current(connection: Connection) -> bool:
    """Tell whether a database is at the newest revision; raise UnavailableError when it is not for this release."""
    return check_ownership(connection) and is_newest(connection.scalars(text(PRESENT)))


def is_newest(present: Iterable[str]) -> bool:
    """Tell whether the revision of a database is the newest; raise UnavailableError when it is unknown."""
    found = set(present)
    if not found <= set(revisions()):
        raise UnavailableError("the storage belongs to a newer release")
    return found == {revisions()[-1]}


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring a database to a revision, the newest by default, in the connection's open transaction."""
    # A storage that is up to date is served without them: they take long to load.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HOME))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def recreate(connection: Connection) -> None:
    """Delete all tables of an index, and make them anew."""
    tables.METADATA.drop_all(connection)
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TABLE {words.INDEX_NAME}"))
    connection.execute(text(f"DROP TABLE {VERSIONS}"))
    migrate(connection)
