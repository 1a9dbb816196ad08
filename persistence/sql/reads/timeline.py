"""Counts of runs created and finished, by time bucket."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all
from sqlalchemy import literal_column as literal

from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.where import INSTANT, TEXT, matching
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.timeline import TimelineInterval, length_of, origin_of
from runindex.ports.statistics import TimelineRow

_OUTCOMES = {"completed": RunStatus.COMPLETED, "failed": RunStatus.FAILED, "cancelled": RunStatus.CANCELLED}


class TimelineReads(StatementRunner):
    """Counts runs by time bucket."""

    async def count_timeline(
        self, run_filter: RunFilter, interval: TimelineInterval, start: Micros, end: Micros
    ) -> Sequence[TimelineRow]:
        """Return the buckets of [start, end) that are not empty, oldest first; only events in it count."""
        conditions, values = split_filter(run_filter)
        values |= {"start": start, "end": end, "origin": origin_of(interval), "length": length_of(interval)}
        return [TimelineRow(**row) for row in await self._fetch(_count(conditions), values)]


@lru_cache(maxsize=256)
def _count(conditions: tuple[Condition, ...]) -> Select[Any]:
    created = _events(runs.c.created_at, literal("'CREATED'", TEXT), conditions)
    finished = _events(runs.c.finished_at, runs.c.outcome, conditions).where(runs.c.outcome.is_not(None))
    events = union_all(created, finished).subquery("events")
    sums = [_count_of(events.c.event, "CREATED").label("created")]
    sums += [_count_of(events.c.event, outcome).label(name) for name, outcome in _OUTCOMES.items()]
    return select(events.c.start, *sums).group_by(events.c.start).order_by(events.c.start)


def _events(instant: ColumnElement[Any], event: ColumnElement[Any], conditions: tuple[Condition, ...]) -> Select[Any]:
    start, end = bindparam("start", type_=INSTANT), bindparam("end", type_=INSTANT)
    found = select(_bucket(instant).label("start"), event.label("event"))
    return found.where(matching(conditions), instant >= start, instant < end)


def _bucket(instant: ColumnElement[Any]) -> ColumnElement[int]:
    origin, length = bindparam("origin", type_=INSTANT), bindparam("length", type_=INSTANT)
    # In SQL a remainder has the dividend's sign, in Python the divisor's.
    return instant - ((instant - origin) % length + length) % length


def _count_of(event: ColumnElement[Any], wanted: str) -> ColumnElement[int]:
    return func.count().filter(event == literal(f"'{wanted}'"))
