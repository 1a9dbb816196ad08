"""The clock of a file: all processes that have it open share the machine's uptime, whatever their clocks are set to."""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

from typing import Final

from persistence.sql.statements import Flow, Rows, Statement
from persistence.sql.tables.runs import SHARD
from runindex.domain.instants import SECOND, Micros
from runindex.domain.records.jobs import MAX_LEASE_SECONDS
from runindex.ports.clock import Clock, Reading, read_machine

# What the clock stood at when that was last kept.
KEPT: Final = Statement(f"SELECT boot_id, uptime, clock_at FROM feed_head WHERE shard = {SHARD}")
_KEEP: Final = f"UPDATE feed_head SET boot_id = ?, uptime = ?, clock_at = ? WHERE shard = {SHARD}"
_MUCH: Final = SECOND
# A lease that is longer than any was given by a clock that was far ahead of this one.
_HELD: Final = "SELECT 1 AS one FROM jobs WHERE status = 'RUNNING' AND lease_expires_at BETWEEN ? + 1 AND ? LIMIT 1"


class FileClock:
    """Tells the time in the transaction of a batch."""

    def __init__(self, clock: Clock | None) -> None:
        """Tell the time of another clock, if one is given, as it is."""
        self._clock = clock
        self._to_keep: Reading | None = None

    def instant(self, rows: Rows) -> Micros:
        """Return the current instant, given what `KEPT` answered."""
        return read_machine().steadied(_reading_of(rows)).instant if self._clock is None else self._clock.now()

    def tell(self) -> Flow[Micros]:
        """Return the instant of a batch, and remember what `keep` has to keep."""
        if self._clock is not None:
            return self._clock.now()
        kept = _reading_of((yield KEPT))
        machine = read_machine()
        told = machine.steadied(kept)
        self._to_keep = told if told.is_worth_keeping(kept) else None
        if machine.instant - told.instant > _MUCH:
            # The machine's clock was set forward. The file's follows, unless that would end somebody's lease.
            held = yield Statement(_HELD, (told.instant, told.instant + MAX_LEASE_SECONDS * SECOND))
            if not held:
                self._to_keep = told = machine
        return told.instant

    def keep(self) -> Flow[None]:
        """Keep what was told, with what the batch writes."""
        if self._to_keep is not None:
            yield Statement(_KEEP, (self._to_keep.boot, self._to_keep.uptime, self._to_keep.instant))


def _reading_of(rows: Rows) -> Reading | None:
    if not rows or rows[0]["boot_id"] is None:
        return None
    return Reading(rows[0]["clock_at"], rows[0]["boot_id"], rows[0]["uptime"])
