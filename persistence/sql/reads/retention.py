"""Counts the history that is beyond runs' retention policies."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, cast, func, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.where import INSTANT, TEXT
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.records import events, receipts, run_values, totals, value_versions
from persistence.sql.tables.runs import changes, runs
from runindex.domain.instants import SECOND, Micros
from runindex.domain.runs.retention import Removable, RetentionKind


class RetentionReads(StatementRunner):
    """Counts what compaction would remove."""

    async def count_removable(self, run_ids: Sequence[str], now: Micros) -> Mapping[str, Removable]:
        """Return for each run that exists how much of its history compaction would remove now."""
        rows = await self._fetch(_COUNT, {"requested": array_of(run_ids), "now": now})
        return {row["id"]: Removable(*(row[name] for name in _NAMES)) for row in rows}


_NAMES: Final = ("changes", "events", "receipts", "value_versions")
_ZERO: Final[ColumnElement[int]] = literal("0")
_KEPT: Final = cast(runs.c.retention_value, INSTANT)
# Entries of this time or older are beyond a policy of KEEP_DURATION.
_CUT: Final = bindparam("now", type_=INSTANT) - _KEPT * literal(str(SECOND))


def _by_policy(latest: ColumnElement[int], duration: ColumnElement[int]) -> ColumnElement[int]:
    kind = runs.c.retention_kind
    return case(
        (kind == literal(f"'{RetentionKind.KEEP_LATEST}'"), latest),
        (kind == literal(f"'{RetentionKind.KEEP_DURATION}'"), duration),
        else_=_ZERO,
    )


def _before_the_first_young(
    rows: Select[Any], at: ColumnElement[int], order: ColumnElement[int], partition: ColumnElement[Any] | None = None
) -> ColumnElement[int]:
    """Count the rows before the first young one: times may jump back, and all rows after that one stay."""
    youngest = func.max(case((at > _CUT, literal("1")), else_=_ZERO)).over(order_by=order, partition_by=partition)
    marked = rows.with_only_columns(youngest.label("is_young")).correlate(runs).subquery()
    return select(func.count()).where(marked.c.is_young == _ZERO).scalar_subquery()


def _changes() -> ColumnElement[int]:
    same = (changes.c.run_id == runs.c.id, changes.c.incarnation == runs.c.incarnation)
    history = select(changes.c.version).where(*same, changes.c.version < runs.c.version).correlate(runs)
    too_many = history.with_only_columns(func.count()).where(changes.c.version <= runs.c.version - _KEPT)
    return _by_policy(
        too_many.scalar_subquery(), _before_the_first_young(history, changes.c.updated_at, changes.c.version)
    )


def _events() -> ColumnElement[int]:
    mine = select(events.c.sequence).where(events.c.owner == runs.c.incarnation)
    return _by_policy(
        _beyond(totals.c.event_seq - totals.c.event_floor),
        _before_the_first_young(mine, events.c.at, events.c.sequence),
    )


def _receipts() -> ColumnElement[int]:
    old = select(func.count()).where(receipts.c.owner == runs.c.incarnation, receipts.c.created_at <= _CUT)
    return _by_policy(_beyond(totals.c.receipt_count), old.correlate(runs).scalar_subquery())


def _beyond(count: ColumnElement[int]) -> ColumnElement[int]:
    """Return by how many a run's entries exceed what its policy keeps."""
    surplus = case((count > _KEPT, count - _KEPT), else_=_ZERO)
    found = select(surplus).where(totals.c.owner == runs.c.incarnation).correlate(runs).scalar_subquery()
    return func.coalesce(found, _ZERO)


def _value_versions() -> ColumnElement[int]:
    version = value_versions.c
    same = and_(run_values.c.owner == version.owner, run_values.c.key_name == version.key_name)
    former = select(version.version).select_from(value_versions.join(run_values, same)).correlate(runs)
    former = former.where(version.owner == runs.c.incarnation, version.version < run_values.c.version)
    too_many = former.with_only_columns(func.count()).where(version.version <= run_values.c.version - _KEPT)
    return _by_policy(
        too_many.scalar_subquery(),
        _before_the_first_young(former, version.at, version.version, version.key_name),
    )


def _count() -> Select[Any]:
    counts = (_changes(), _events(), _receipts(), _value_versions())
    named = [count.label(name) for name, count in zip(_NAMES, counts, strict=True)]
    return select(runs.c.id, *named).where(expressions.one_of(runs.c.id, bindparam("requested", type_=TEXT)))


_COUNT: Final = _count()
