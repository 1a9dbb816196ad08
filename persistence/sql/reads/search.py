"""Free-text search; `runindex.domain.runs.search` defines matches and scores."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, FromClause, Select, bindparam, case, cast, func, or_, select
from sqlalchemy import literal as bound
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.run_pages import run_columns
from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.where import INSTANT, TEXT, matching
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from runindex.domain.json_text import dumps, is_plain_text
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.search import (
    FINAL_SIGMA,
    LOWEST_SCORE,
    SIGMA,
    WORD_MARK,
    WORDS_PER_HALVING,
    Needle,
    needle_of,
    score,
)
from runindex.ports.queries import Columns, Row

# A status is one word, so it is marked text with one mark.
STATUS_TEXT: Final = bound(WORD_MARK, TEXT) + func.lower(runs.c.status)
_FOLDED_TEXT: Final = func.replace(runs.c.search_text, literal(f"'{FINAL_SIGMA}'"), literal(f"'{SIGMA}'"))


class SearchReads(StatementRunner):
    """Searches runs."""

    async def search_runs(
        self, tokens: Sequence[str], run_filter: RunFilter, limit: int, columns: Columns
    ) -> Sequence[tuple[Row, float]]:
        """Return the best matches and their scores (`domain.runs.search`), best first, then newest, then largest id."""
        needles = [needle for needle in map(needle_of, tokens) if is_plain_text(needle.part)]
        if not needles:
            return ()
        conditions, values = split_filter(run_filter)
        values |= {"needles": dumps([needle._asdict() for needle in needles]), "tokens": len(tokens)}
        has_sigma = any(SIGMA in needle.part for needle in needles)
        rows = await self._fetch(_search(conditions, columns, limit, has_sigma=has_sigma), values)
        return [(row, score(row["matched"], len(tokens), row["words"])) for row in rows]


@lru_cache(maxsize=256)
def _search(conditions: tuple[Condition, ...], columns: Columns, limit: int, *, has_sigma: bool) -> Select[Any]:
    hits = _hits(conditions, _FOLDED_TEXT if has_sigma else runs.c.search_text)
    best = select(hits).where(hits.c.matched > literal("0")).order_by(*_best_first(hits))
    top = best.limit(literal(str(limit))).subquery("best")
    rows = select(top.c.matched, top.c.words, *run_columns(columns)).join_from(top, runs, runs.c.id == top.c.id)
    return rows.order_by(*_best_first(top))


def _hits(conditions: tuple[Condition, ...], text: ColumnElement[Any]) -> FromClause:
    """Return the filtered runs, with how many needles each matches and how many words it has."""
    needles = expressions.each(bindparam("needles", type_=TEXT), "each_needle")
    parts = (expressions.member(needles.c.value, name).label(name) for name in Needle._fields)
    # Taken apart once, not for each run.
    needle = select(*parts).select_from(needles).cte("needles").prefix_with("MATERIALIZED")
    found = or_(
        expressions.contains_text(STATUS_TEXT, needle.c.start),
        expressions.contains_text(text, needle.c.part)
        & (expressions.contains_text(text, needle.c.start) | expressions.is_like(text, needle.c.pattern)),
    )
    matched = select(func.count()).select_from(needle).where(found).correlate(runs).scalar_subquery()
    words = runs.c.search_words + literal("1")
    judged = select(runs.c.id, runs.c.created_at, words.label("words"), matched.label("matched"))
    # The offset keeps the planner from inlining this subquery, which would count three times.
    return judged.where(matching(conditions)).offset(literal("0")).subquery("hits")


def _best_first(hits: FromClause) -> list[ColumnElement[Any]]:
    return [_score(hits).desc(), hits.c.created_at.desc(), hits.c.id.desc()]


def _score(hits: FromClause) -> ColumnElement[float]:
    """Return the score of `domain.runs.search.score` in the same steps, so that both are equal to the last bit."""
    share = cast(hits.c.matched, Double) / cast(bindparam("tokens", type_=INSTANT), Double)
    exact = share / (literal("1") + cast(hits.c.words, Double) / literal(str(WORDS_PER_HALVING)))
    lowest: ColumnElement[float] = literal(str(LOWEST_SCORE), Double)
    return case((exact < lowest, lowest), else_=exact)
