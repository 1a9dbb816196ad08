"""Removes history of a run that is still the incarnation, under the policy, that the removal was decided for."""

from typing import Final

from sqlalchemy import BigInteger, bindparam, case, cast, delete, select, update

from persistence.sql.batch.dialect import Dialect
from persistence.sql.queries import expressions
from persistence.sql.queries.where import INSTANT, TEXT
from persistence.sql.statements import Flow
from persistence.sql.tables.records import totals
from persistence.sql.tables.runs import SHARD, changes, feed_head
from runindex.domain import json_text
from runindex.domain.records.events import Event
from runindex.domain.records.run_data import ValueVersion
from runindex.domain.records.runtimes import Receipt
from runindex.domain.runs.retention import NOTHING_REMOVABLE, Removable
from runindex.ports.maintenance import Removal
from runindex.ports.rows import run_of


def remove(removal: Removal, dialect: Dialect) -> Flow[Removable]:
    """Remove history under the run's lock; the log's head is locked last and briefly, as in batches."""
    rows = yield dialect.lock_runs([removal.run_id], wait=True)
    run = run_of(rows[0]) if rows else None
    if run is None or (run.incarnation, run.retention) != (removal.incarnation, removal.retention):
        return NOTHING_REMOVABLE
    removed = dict.fromkeys((Event, Receipt, ValueVersion), 0)
    for kind, keys in removal.records.items():
        if keys:
            removed[kind] = len((yield dialect.take_records(kind, keys)))
    if removed[Event]:
        cut = {"mine": run.incarnation, "event_floor": removal.event_floor, "floor_hash": removal.floor_hash}
        yield dialect.query(_CUT_EVENTS, cut)
    if removed[Receipt]:
        yield dialect.query(_COUNT_RECEIPTS, {"mine": run.incarnation, "removed": removed[Receipt]})
    changed = yield from _remove_changes(removal, dialect)
    return Removable(changed, removed[Event], removed[Receipt], removed[ValueVersion])


def _remove_changes(removal: Removal, dialect: Dialect) -> Flow[int]:
    if not removal.changes:
        return 0
    gone = yield dialect.query(_REMOVE_CHANGES, {"seqs": json_text.dumps(list(removal.changes))})
    if gone:
        yield dialect.query(_RAISE_FLOOR, {"highest": max(row["seq"] for row in gone)})
    return len(gone)


_SEQS: Final = expressions.each(bindparam("seqs", type_=TEXT)).c.value
_REMOVE_CHANGES: Final = (
    delete(changes)
    .where(changes.c.shard == SHARD, changes.c.seq.in_(select(cast(_SEQS, BigInteger))))
    .returning(changes.c.seq)
)
_HIGHEST: Final = bindparam("highest", type_=INSTANT)
_RAISE_FLOOR: Final = (
    update(feed_head)
    .where(feed_head.c.shard == SHARD)
    .values(floor=case((feed_head.c.floor < _HIGHEST, _HIGHEST), else_=feed_head.c.floor))
)
_MINE: Final = totals.c.owner == bindparam("mine", type_=INSTANT)
_EVENT_FLOOR: Final = bindparam("event_floor", type_=INSTANT)
_CUT_EVENTS: Final = (
    update(totals)
    .where(_MINE, totals.c.event_floor < _EVENT_FLOOR)
    .values(event_floor=_EVENT_FLOOR, floor_hash=bindparam("floor_hash", type_=TEXT))
)
_COUNT_RECEIPTS: Final = (
    update(totals).where(_MINE).values(receipt_count=totals.c.receipt_count - bindparam("removed", type_=INSTANT))
)
