"""Which of MLflow's stores a name means."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from runindex.domain.errors import BadRequestError
from runindex.maintenance.sources.mlflow.database import open_database
from runindex.maintenance.sources.mlflow.files import META, TRASH, FileStore
from runindex.maintenance.sources.source import RunSource

FOLDER: Final = "mlruns"
FILE: Final = "mlflow.db"
_SQLITE: Final = b"SQLite format 3\0"
_PREFIXES: Final = ("sqlite:///", "file://")


@contextmanager
def open_store(name: str) -> Iterator[RunSource]:
    """Open a folder or a file, also named as MLflow names it (`sqlite:///…`, `file://…`), or the folder around one.

    Raise BadRequestError for what is no store.
    """
    path = _inner(Path(_bare(name)))
    if path.is_dir():
        if not any(path.glob(f"*/{META}")) and not (path / TRASH).is_dir():
            raise BadRequestError(f"{path} is no store of MLflow: no folder in it has a {META}")
        yield FileStore(path)
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
    except OSError as error:
        raise BadRequestError(f"{path} cannot be read: {error.strerror}") from None
    if start != _SQLITE:
        raise BadRequestError(f"{path} is no store of MLflow: it is no database of SQLite")
    with open_database(path) as store:
        yield store


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _inner(path: Path) -> Path:
    """Return the store in a folder that has one, as a project's has it; else the path."""
    found = [path / inner for inner in (FOLDER, FILE) if path.is_dir() and (path / inner).exists()]
    if len(found) > 1:
        raise BadRequestError(f"{path} has two stores of MLflow: name {found[0]} or {found[1]}")
    return found[0] if found else path
