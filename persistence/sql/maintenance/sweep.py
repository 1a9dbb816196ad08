"""Deletes the rows behind tombstones, a few at a time."""

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, any_, bindparam, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import ReturningDelete

from persistence.sql.batch.dialect import Dialect
from persistence.sql.queries.expressions import PerDialect
from persistence.sql.queries.where import INSTANT
from persistence.sql.statements import Flow
from persistence.sql.tables.records import (
    TABLES,
    items,
    receipt_heads,
    receipts,
    result_scores,
    results,
    tombstones,
    totals,
)
from runindex.domain.records.kinds import OWNED
from runindex.domain.records.totals import ALL_GENERATIONS
from runindex.ports.maintenance import ChunkSize

_QUICK: Final = 0.125  # of the time for all steps
_OWNER: Final = bindparam("owner", type_=INSTANT)
_GENERATION: Final = bindparam("generation", type_=INSTANT)
_OF_GENERATION: Final = (results, items, result_scores)
# The totals go last: until then they name the run that had the rows.
_ALL: Final[Sequence[Table]] = (*(TABLES[kind] for kind in OWNED), totals)
# An order that has an index: otherwise the planner may read the whole table for each chunk. Results go in the order
# in which they were written, which is how they lie in the file.
_ORDERS: Final = {
    results: (results.c.owner, results.c.seq),
    receipts: (receipts.c.owner, receipts.c.runtime_id, receipts.c.sequence),
    receipt_heads: (receipt_heads.c.owner, receipt_heads.c.runtime_id),
}


def sweep(
    limit: int, step: int, seconds: float, dialect: Dialect, clock: Callable[[], float] = time.monotonic
) -> Flow[int]:
    """Delete at most `limit` rows behind the oldest tombstone, up to `step` in a statement, for some `seconds`."""
    ends = clock() + seconds
    found = yield dialect.query(_NEXT, {})
    if not found:
        return 0
    tombstone = {"owner": found[0]["owner"], "generation": found[0]["generation"]}
    is_whole = tombstone["generation"] == ALL_GENERATIONS
    values = {"owner": tombstone["owner"]} if is_whole else tombstone
    swept = 0
    for table in _ALL if is_whole else _OF_GENERATION:
        chunk = ChunkSize(1, step, seconds * _QUICK)
        while True:
            began = clock()
            # Time ends a sweep only once it has deleted something: 0 means that nothing is left.
            if swept >= limit or (swept and began >= ends):
                return swept
            gone = yield dialect.query(_delete(table, min(chunk.size, limit - swept), is_whole=is_whole), values)
            chunk.took(clock() - began)
            swept += len(gone)
            if not gone:
                break
    # Rows that other transactions had locked were left out.
    if not (yield dialect.query(_left(is_whole=is_whole), values)):
        yield dialect.query(_DONE, tombstone)
        swept += 1
    return swept


def _next() -> Select[Any]:
    oldest = select(tombstones.c.owner, tombstones.c.generation).order_by(tombstones.c.owner, tombstones.c.generation)
    return oldest.limit(literal_column("1")).with_for_update(skip_locked=True)


@lru_cache(maxsize=256)
def _delete(table: Table, number: int, *, is_whole: bool) -> ReturningDelete[Any]:
    here = PerDialect(postgresql=literal_column(f"{table.name}.ctid"), sqlite=literal_column(f"{table.name}.rowid"))
    rows = select(here).select_from(table).where(*_is_gone(table, is_whole=is_whole)).correlate(None)
    rows = rows.order_by(*_ORDERS.get(table, table.primary_key)).limit(literal_column(str(number)))
    rows = rows.with_for_update(skip_locked=True)
    listed = any_(func.array(rows.scalar_subquery(), type_=ARRAY(INSTANT)))
    chosen = PerDialect(postgresql=here == listed, sqlite=here.in_(rows))
    return delete(table).where(chosen).returning(literal_column("1").label("one"))


@lru_cache
def _left(*, is_whole: bool) -> Select[Any]:
    there = (
        select(literal_column("1")).select_from(table).where(*_is_gone(table, is_whole=is_whole)).exists()
        for table in (_ALL if is_whole else _OF_GENERATION)
    )
    return select(literal_column("1").label("one")).where(or_(*there))


def _is_gone(table: Table, *, is_whole: bool) -> list[ColumnElement[bool]]:
    return [table.c.owner == _OWNER, *([] if is_whole else [table.c.generation == _GENERATION])]


_NEXT: Final = _next()
_DONE: Final = delete(tombstones).where(tombstones.c.owner == _OWNER, tombstones.c.generation == _GENERATION)
