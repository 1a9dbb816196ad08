"""The mark of a connection that writes: the number of its last batch that was one statement.

A statement that commits by itself has no transaction whose id could be known beforehand. It therefore sets the mark,
and does nothing when that is not what it was. So whoever waits for an answer in vain can read whether the statement
took place, and keep it from taking place later by deleting the mark.
"""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from persistence.postgres.connection import Timeouts, begin, command, roll_back, run
from persistence.postgres.login import Connection
from persistence.postgres.statements import NOW
from persistence.sql.batch.writes import CHANGE_COLUMNS
from persistence.sql.statements import Statement
from runindex.domain.runs.changes import Change
from runindex.ports.change_rows import change_of

# A connection that has not written for so long needs a new mark; microseconds.
_KEPT_FOR: Final = 3600 * 1_000_000
_MAKE: Final = f"""
WITH dropped AS (
    DELETE FROM writers WHERE id IN (SELECT id FROM writers WHERE at < {NOW} - {_KEPT_FOR} FOR UPDATE SKIP LOCKED)
) INSERT INTO writers (id, batch, at) VALUES ($1, 0, {NOW})
"""
# Waits for the statement that is setting it.
_READ: Final = "SELECT batch FROM writers WHERE id = $1 FOR UPDATE"
_DROP: Final = "DELETE FROM writers WHERE id = $1"
_COLUMNS: Final = ", ".join("run_id AS id" if name == "run_id" else name for name in CHANGE_COLUMNS)
# What one transaction wrote has its id, as the mark has.
_WRITTEN: Final = f"""
SELECT {_COLUMNS} FROM changes
WHERE run_id = ANY($2::text[]) AND xmin = (SELECT xmin FROM writers WHERE id = $1) ORDER BY seq
"""


@dataclass(slots=True)
class Mark:
    """The mark of one connection; `number` is that of its last batch."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    number: int = 0

    async def make(self, connection: Connection, seconds: float) -> None:
        """Write it down, on the connection whose it is."""
        await run(connection, Statement(_MAKE, (self.id,)), seconds)

    async def find_changes(
        self, connection: Connection, run_ids: Sequence[str], timeouts: Timeouts
    ) -> Sequence[Change] | None:
        """Return what the last batch added to the log, on another connection; None when it did not and will not."""
        await begin(connection, timeouts.statement)
        try:
            rows = await run(connection, Statement(_READ, (self.id,)), timeouts.statement)
            if rows and rows[0]["batch"] == self.number:
                rows = await run(connection, Statement(_WRITTEN, (self.id, run_ids)), timeouts.statement)
                return [change_of(row) for row in rows]
            await run(connection, Statement(_DROP, (self.id,)), timeouts.statement)
            await command(connection, "COMMIT", timeouts.statement)
        finally:
            await roll_back(connection, timeouts)
        return None
