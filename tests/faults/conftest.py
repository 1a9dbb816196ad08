"""Fixtures of the fault tests."""

from pathlib import Path

import pytest

from tests.faults.truth import PostgresStorage, SqliteStorage, Storage


@pytest.fixture
def sqlite_storage(tmp_path: Path) -> SqliteStorage:
    """Return the path of a file that the first server makes."""
    return SqliteStorage(tmp_path / "runindex.db")


@pytest.fixture
def postgres_storage(postgres_url: str) -> PostgresStorage:
    """Make a migrated database."""
    return PostgresStorage(postgres_url)


@pytest.fixture(params=["sqlite_storage", "postgres_storage"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Give one storage after the other."""
    storage: Storage = request.getfixturevalue(request.param)
    return storage
