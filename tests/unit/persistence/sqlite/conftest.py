"""A file of an index, and a store that has it open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from persistence import migrations
from persistence.sqlite.store import SqliteStore
from tests.support.commands import A, create
from tests.support.stores import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a file of the present schema."""
    path = tmp_path / "index.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """Open the file, and record a run in it."""
    async with SqliteStore.open(path) as store:
        await made(store, create(A))
        yield store
