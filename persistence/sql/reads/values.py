"""Distinct values of fields of runs: each is one search in an index, however many runs have it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries.prefixes import end_of
from persistence.sql.queries.where import TEXT
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from runindex.domain.json_text import is_plain_text
from runindex.ports.queries import DistinctField


class ValueReads(StatementRunner):
    """Lists distinct values."""

    async def list_values(self, field: DistinctField, prefix: str, limit: int) -> Sequence[str]:
        """Return the distinct values of a field of all runs, archived ones too, in code-point order."""
        if not is_plain_text(prefix):
            return ()
        end = end_of(prefix)
        values = {"prefix": prefix} | ({} if end is None else {"end": end})
        rows = await self._fetch(_list(field, limit, has_end=end is not None), values)
        return [row["value"] for row in rows]


@lru_cache(maxsize=64)
def _list(field: DistinctField, limit: int, *, has_end: bool) -> Select[Any]:
    """Step from each value to the next, until there is none, or there are enough."""
    found = _least(field, lambda column: column >= bindparam("prefix", type_=TEXT), has_end=has_end)
    values = select(found.label("value"), literal("1").label("place")).cte("found", recursive=True)
    following = _least(field, lambda column: column > values.c.value, has_end=has_end)
    step = select(following, values.c.place + literal("1"))
    values = values.union_all(step.where(values.c.value.is_not(None), values.c.place < literal(str(limit))))
    return select(values.c.value).where(values.c.value.is_not(None)).order_by(values.c.place)


def _least(field: DistinctField, is_behind: Any, *, has_end: bool) -> ColumnElement[Any]:  # noqa: ANN401 - a condition
    column = runs.c[field]
    least = select(func.min(column)).where(is_behind(column))
    if has_end:
        least = least.where(column < bindparam("end", type_=TEXT))
    return least.correlate_except(runs).scalar_subquery()
