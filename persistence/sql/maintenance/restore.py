"""Inserts rows as they are, without decisions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, update

from persistence.sql.batch.transactions import drive
from persistence.sql.batch.writes import Values, Writes, change_values, record_values, run_values, words_values
from persistence.sql.maintenance.snapshot import SqlSnapshot
from persistence.sql.queries.where import INSTANT, TEXT
from persistence.sql.tables.runs import SHARD, changes, feed_head
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run
from runindex.ports.maintenance import Restored
from runindex.ports.rows import run_of
from runindex.ports.store import LogState


class SqlRestoration(SqlSnapshot):
    """Inserts rows in a transaction that holds the log's head."""

    async def log_state(self) -> LogState:
        """Lock the log's head, and return the log's epoch, head and floor."""
        await self._execute(self._dialect.lock_head((), None))
        return await super().log_state()

    async def find_taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Return the ids that plans, jobs, or results of existing runs and generations have."""
        nodes = await self._execute(self._dialect.find_nodes(ids))
        results = await self._execute(self._dialect.find_results(ids))
        return frozenset([row["id"] for row in nodes] + [row["id"] for row in results if row["is_live"]])

    async def drop_default_run(self, *, with_log: bool) -> None:
        """Remove the default run and, `with_log`, its log entries."""
        for row in await self._execute(self._dialect.lock_runs([DEFAULT_RUN], wait=True)):
            run = run_of(row)
            await self._write(_writes_of_dropped(run))
            if with_log:
                mine = {"id": run.id, "mine": run.incarnation}
                await self._execute(self._dialect.query(_FORGET_CHANGES, mine))

    async def write(self, rows: Restored) -> None:
        """Insert rows and update the counts of runs."""
        await self._write(_writes_of(rows))

    async def set_log(self, head: int, floor: int) -> None:
        """Set the log's head, and the floor up to which compaction removed entries."""
        await self._execute(self._dialect.query(_SET_LOG, {"head": head, "lowest": floor}))

    async def _write(self, writes: Writes) -> None:
        await drive(self._dialect.write(writes), self._execute)


def _writes_of(rows: Restored) -> Writes:
    """Return rows to insert, with the steps of the counts of runs."""
    records: dict[type, list[Values]] = defaultdict(list)
    for record in rows.records:
        records[type(record)].append(record_values(record))
    inserted = [run_values(run) for run in rows.runs]
    return Writes(
        inserted=inserted,
        words=[words for row in inserted for words in words_values(row)],
        tags_added=sorted(_tag_rows(rows.runs)),
        changes=[change_values(change) for change in rows.changes],
        status_steps=sorted(Counter(run.status.value for run in rows.runs).items()),
        tag_steps=sorted(_tag_steps(rows.runs, 1)),
        records={("insert", kind): values for kind, values in records.items()},
    )


def _writes_of_dropped(run: Run) -> Writes:
    """Return the rows that remove a run, but not its log entries."""
    steps = sorted(_tag_steps([run], -1))
    return Writes(
        deleted=[(run.id,)],
        tags_removed=sorted(_tag_rows([run])),
        status_steps=[(run.status.value, -1)],
        tag_steps=steps,
        tags_dropped=steps,
    )


def _tag_rows(runs: Iterable[Run]) -> set[Values]:
    return {(tag, run.created_at, run.id) for run in runs for tag in run.tags}


def _tag_steps(runs: Iterable[Run], step: int) -> Iterable[tuple[str, int]]:
    counted = Counter(tag for run in runs if run.status is not RunStatus.ARCHIVED for tag in run.tags)
    return ((tag, step * count) for tag, count in counted.items())


_MINE: Final = (
    changes.c.run_id == bindparam("id", type_=TEXT),
    changes.c.incarnation == bindparam("mine", type_=INSTANT),
)
_FORGET_CHANGES: Final = delete(changes).where(*_MINE)
_SET_LOG: Final = (
    update(feed_head)
    .where(feed_head.c.shard == SHARD)
    .values(n=bindparam("head", type_=INSTANT), floor=bindparam("lowest", type_=INSTANT))
)
