"""Reads of tags."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries.prefixes import end_of
from persistence.sql.queries.where import TEXT
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import tag_counts
from runindex.domain.json_text import is_plain_text


class TagReads(StatementRunner):
    """Lists tags."""

    async def list_tags(self, prefix: str, limit: int) -> Sequence[tuple[str, int]]:
        """Return tags of runs that are not archived, with how many have them, in code-point order."""
        if not is_plain_text(prefix):
            return ()
        end = end_of(prefix)
        rows = await self._fetch(_list(limit, has_end=end is not None), {"prefix": prefix, "end": end})
        return [(row["tag"], row["n"]) for row in rows]


@lru_cache(maxsize=64)
def _list(limit: int, *, has_end: bool) -> Select[Any]:
    tag = tag_counts.c.tag
    found = select(tag, tag_counts.c.n).where(tag >= bindparam("prefix", type_=TEXT), tag_counts.c.n > literal("0"))
    if has_end:
        found = found.where(tag < bindparam("end", type_=TEXT))
    return found.order_by(tag).limit(literal(str(limit)))
