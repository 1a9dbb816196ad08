"""What an export asks of a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from persistence.sql.batch.transactions import Execute
from persistence.sql.statements import Rows, Statement
from persistence.sqlite.store import SqliteStore
from runindex.maintenance.transfer.export import export_lines, subtree
from tests.support.clock import StandingClock
from tests.support.commands import A, create
from tests.support.records import done

pytestmark = pytest.mark.asyncio


class Watched(SqliteStore):
    """A store that keeps what its snapshots ask."""

    @asynccontextmanager
    async def _session(self, *, writes: bool) -> AsyncIterator[Execute]:
        self.asked: list[str] = []
        async with super()._session(writes=writes) as run:

            async def watched(statement: Statement) -> Rows:
                self.asked.append(statement.text)
                return await run(statement)

            yield watched


async def test_a_subtree_is_found_once_however_large(sqlite_path: Path, clock: StandingClock) -> None:
    async with Watched.open(sqlite_path, clock) as store:
        await done(store, create(A), *(create(parent_id=A) for _ in range(160)))
        lines = [line async for line in export_lines(store, subtree(A))]
        assert sum(line.startswith(b'{"run":') for line in lines) == 161
        assert sum("RECURSIVE" in text for text in store.asked) == 1
