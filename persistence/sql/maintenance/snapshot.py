"""A SQL storage as one transaction sees it."""

from collections.abc import Sequence

from persistence.sql.batch.dialect import Dialect
from persistence.sql.batch.transactions import Execute
from persistence.sql.maintenance.scan import CYCLE, by_key, ids_matching, page, position_values
from persistence.sql.queries.keys import MOST_KEYS, key_parameters, padded
from persistence.sql.queries.shape import split_filter
from persistence.sql.reads.log import STATE
from runindex.domain.errors import CorruptStoreError
from runindex.domain.runs.filters import RunFilter
from runindex.ports.maintenance import Key, Scan
from runindex.ports.queries import Columns, Row
from runindex.ports.store import LogState


class SqlSnapshot:
    """Reads in a transaction."""

    def __init__(self, execute: Execute, dialect: Dialect) -> None:
        """Take the function that runs a statement in the transaction."""
        self._execute = execute
        self._dialect = dialect

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor."""
        rows = await self._execute(self._dialect.query(STATE, {}))
        if not rows:
            raise CorruptStoreError("log: where it stands is nowhere to be found")
        return LogState(rows[0]["epoch"], rows[0]["n"], rows[0]["floor"])

    async def read(self, scan: Scan, after: Key | None = None, *, within: bool = False) -> Sequence[Row]:
        """Return the next rows after a position."""
        statement = page(scan, is_behind=after is not None, within=within)
        return await self._execute(self._dialect.query(statement, position_values(after)))

    async def list_ids(self, run_filter: RunFilter) -> Sequence[str]:
        """Return the ids of all runs that a filter matches, in order."""
        conditions, values = split_filter(run_filter)
        return [row["id"] for row in await self._execute(self._dialect.query(ids_matching(conditions), values))]

    async def find(self, kind: type, keys: Sequence[Key], columns: Columns | None = None) -> Sequence[Row]:
        """Return the rows that exist under those primary keys."""
        found: list[Row] = []
        for start in range(0, len(keys), MOST_KEYS):
            some = keys[start : start + MOST_KEYS]
            statement = by_key(kind, columns, padded(len(some)))
            found += await self._execute(self._dialect.query(statement, key_parameters(some)))
        return found

    async def find_cycle(self) -> str | None:
        """Return the id of a run that is its own ancestor, None when there is none."""
        rows = await self._execute(self._dialect.query(CYCLE, {}))
        return rows[0]["id"] if rows else None
