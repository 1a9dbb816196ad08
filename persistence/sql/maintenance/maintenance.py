"""Maintenance of a SQL storage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from sqlalchemy import bindparam, update

from persistence.sql.batch.transactions import TransactionRunner
from persistence.sql.maintenance.remove import remove
from persistence.sql.maintenance.restore import SqlRestoration
from persistence.sql.maintenance.snapshot import SqlSnapshot
from persistence.sql.maintenance.sweep import sweep
from persistence.sql.queries.where import TEXT
from persistence.sql.statements import Flow
from persistence.sql.tables.runs import SHARD, feed_head
from runindex.domain.runs.retention import Removable
from runindex.ports.maintenance import Removal, Restoration, Snapshot


class SqlMaintenance(TransactionRunner):
    """Implements the Maintenance port; a storage inherits it and runs the transactions."""

    async def sweep(self, limit: int) -> int:
        """Delete at most so many rows that deletions left behind."""
        return await self._transact(lambda: sweep(limit, self.sweep_step, self.sweep_seconds, self.dialect))

    async def remove(self, removal: Removal) -> Removable:
        """Remove history and return how much was removed."""
        return await self._transact(lambda: remove(removal, self.dialect))

    async def renew_epoch(self) -> str:
        """Give the log a new epoch and return it."""
        epoch = uuid4().hex

        def flow() -> Flow[str]:
            yield self.dialect.query(_RENEW, {"renewed": epoch})
            return epoch

        return await self._transact(flow)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a snapshot of the storage as it is now."""
        async with self._session(writes=False) as execute:
            yield SqlSnapshot(execute, self.dialect)

    @asynccontextmanager
    async def restoration(self) -> AsyncIterator[Restoration]:
        """Open a transaction that inserts rows."""
        async with self._session(writes=True) as execute:
            yield SqlRestoration(execute, self.dialect)


_RENEW: Final = update(feed_head).where(feed_head.c.shard == SHARD).values(epoch=bindparam("renewed", type_=TEXT))
