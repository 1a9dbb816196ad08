"""What the index of words asks of a database, done beforehand, a few runs in each transaction.

Nobody waits for longer than one of them takes. Whatever was interrupted goes on where it stood.
"""

from importlib import import_module
from typing import Any, Final

# The revision that is prepared, and the one before it.
_MODULE: Final = "persistence.migrations.versions.0010_words"
BEFORE: Final = "0008"


def module() -> Any:  # noqa: ANN401 - a module whose name is no identifier
    """Return the revision: it has `create`, and `fill_some`."""
    return import_module(_MODULE)
