"""Free-text search; `runindex.domain.runs.search` defines matches and scores."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy import literal as bound
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.run_pages import run_columns
from persistence.sql.queries.shape import Condition, split_filter
from persistence.sql.queries.tag_index import is_narrow
from persistence.sql.queries.targets import one_of_statuses
from persistence.sql.queries.where import INSTANT, TEXT, matching
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.runs import runs
from persistence.sql.tables.words import unindexed_runs
from persistence.sql.words.asking import values_asking
from persistence.sql.words.few import FewRuns, few_runs, only_if
from persistence.sql.words.matches import join_runs, named_by_index
from runindex.domain.json_text import dumps, is_plain_text
from runindex.domain.lifecycle import RunStatus
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
    status_texts,
)
from runindex.domain.runs.words import MOST_RANKED, WordEntry, entries_for_token
from runindex.ports.queries import Columns, Row

PARTS: Final = Needle._fields
# A search of more words reads every run.
MOST_LOOKED_UP: Final = 32
_JUDGED_BY: Final = [runs.c[name] for name in ("id", "status", "created_at", "search_text", "search_words")]
MOST_OF_EACH: Final[ColumnElement[int]] = literal(str(MOST_RANKED))


class SearchReads(StatementRunner):
    """Searches runs."""

    async def search_runs(
        self, tokens: Sequence[str], run_filter: RunFilter, limit: int, columns: Columns
    ) -> Sequence[tuple[Row, float]]:
        """Return the best matches and their scores (`domain.runs.search`), best first, then newest, then largest id.

        Of a word that more than MOST_RANKED of the filter's runs have, at least the newest of them are ranked.
        """
        known = [(token, needle_of(token)) for token in tokens]
        known = [(token, needle) for token, needle in known if is_plain_text(needle.part)]
        if not known:
            return ()
        conditions, values = split_filter(run_filter)
        needles = [needle for _, needle in known]
        values |= {"needles": dumps([needle._asdict() for needle in needles]), "tokens": len(tokens)}
        lookup = None if is_narrow(conditions) else _lookup_of(needles, entries := _entries_for(known))
        if lookup is not None:
            values |= _values_of(needles, entries)
        has_sigma = any(SIGMA in needle.part for needle in needles)
        rows = await self._fetch(search_statement(conditions, columns, limit, lookup, has_sigma=has_sigma), values)
        return [(row, score(row["matched"], len(tokens), row["words"])) for row in rows]


class _Lookup(NamedTuple):
    """How the index is asked: for so many tokens, and beside it for runs of statuses that some of them match."""

    tokens: int
    statuses: tuple[RunStatus, ...]


def _entries_for(known: Sequence[tuple[str, Needle]]) -> list[tuple[WordEntry, ...]]:
    return [entries_for_token(token) for token, _ in known]


def _lookup_of(needles: Sequence[Needle], entries: Sequence[tuple[WordEntry, ...]]) -> _Lookup | None:
    """Return how the index is asked, None when every run must be read: the index does not tell of some token."""
    if len(entries) > MOST_LOOKED_UP or not all(entries):
        return None
    statuses = [status for status, text in status_texts().items() if any(needle.start in text for needle in needles)]
    return _Lookup(len(entries), tuple(statuses))


def _values_of(needles: Sequence[Needle], entries: Sequence[tuple[WordEntry, ...]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place, (needle, wanted) in enumerate(zip(needles, entries, strict=True)):
        values |= values_asking(place, wanted)
        values |= {f"{name}_{place}": value for name, value in needle._asdict().items()}
    return values


@lru_cache(maxsize=256)
def search_statement(
    conditions: tuple[Condition, ...], columns: Columns, limit: int, lookup: _Lookup | None, *, has_sigma: bool
) -> Select[Any]:
    """Return the statement for the best matches, best first, among runs that meet the conditions."""
    if lookup is None:
        hits = _judged(runs, has_sigma=has_sigma).where(matching(conditions))
    else:
        found = _candidates(conditions, _text_of(runs, has_sigma=has_sigma), lookup)
        # By their ids whatever the planner expects: they are never more than are ranked.
        joined, run = expressions.found_from_left(found, _JUDGED_BY, lambda run: run.c.id == found.c.id, "judged")
        hits = _judged(run, has_sigma=has_sigma).select_from(joined)
    # The offset keeps the planner from inlining this subquery, which would count three times.
    judged = hits.offset(literal("0")).subquery("hits")
    best = select(judged).where(judged.c.matched > literal("0")).order_by(*_best_first(judged))
    top = best.limit(literal(str(limit))).subquery("best")
    rows = select(top.c.matched, top.c.words, *run_columns(columns)).join_from(top, runs, runs.c.id == top.c.id)
    return rows.order_by(*_best_first(top))


def _candidates(conditions: tuple[Condition, ...], text: ColumnElement[Any], lookup: _Lookup) -> FromClause:
    """Return the ids of the filter's runs that may match: all when they are few.

    Otherwise the newest for each token, and those not in the index.
    """
    few = few_runs(conditions, lookup.tokens)
    parts = [_newest_with(place, conditions, text, few) for place in range(lookup.tokens)]
    parts += [_newest_that_are(status, conditions, few) for status in lookup.statuses]
    unread = select(runs.c.id).select_from(join_runs(unindexed_runs)).where(matching(conditions), *_unless(few))
    ids = [unread, *(() if few is None else few.ids)]
    parts += [each.subquery() for each in ids]
    return union(*(select(part.c.id) for part in parts)).subquery("found")


def _newest_with(
    place: int, conditions: tuple[Condition, ...], text: ColumnElement[Any], few: FewRuns | None
) -> Subquery:
    named = named_by_index(place, f"named_{place}", *_unless(few))
    found = select(runs.c.id).select_from(join_runs(named)).where(matching(conditions), *_unless(few))
    found = found.where(_has(text, *(bindparam(f"{part}_{place}", type_=TEXT) for part in PARTS)))
    return found.order_by(named.c.incarnation.desc()).limit(MOST_OF_EACH).subquery()


def _newest_that_are(status: RunStatus, conditions: tuple[Condition, ...], few: FewRuns | None) -> Subquery:
    found = select(runs.c.id).where(one_of_statuses(runs.c.status, {status}), matching(conditions))
    if few is not None:
        joined = expressions.join_from_left(few.source, runs, true())
        found = found.select_from(joined).where(only_if(few.source, few.is_other))
    return found.order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(MOST_OF_EACH).subquery()


def _unless(few: FewRuns | None) -> tuple[ColumnElement[bool], ...]:
    return () if few is None else (select(few.is_other).select_from(few.source).scalar_subquery(),)


def _judged(run: FromClause, *, has_sigma: bool) -> Select[Any]:
    """Select runs with how many needles each matches and how many words it has."""
    needles = expressions.each(bindparam("needles", type_=TEXT), "each_needle")
    parts = (expressions.member(needles.c.value, name).label(name) for name in PARTS)
    # Taken apart once, not for each run.
    needle = select(*parts).select_from(needles).cte("needles").prefix_with("MATERIALIZED")
    # A status is one word, so it is marked text with one mark.
    status_text = bound(WORD_MARK, TEXT) + func.lower(run.c.status)
    found = or_(
        expressions.contains_text(status_text, needle.c.start),
        _has(_text_of(run, has_sigma=has_sigma), needle.c.part, needle.c.start, needle.c.pattern),
    )
    matched = select(func.count()).select_from(needle).where(found).correlate(run).scalar_subquery()
    words = run.c.search_words + literal("1")
    return select(run.c.id, run.c.created_at, words.label("words"), matched.label("matched"))


def _text_of(run: FromClause, *, has_sigma: bool) -> ColumnElement[Any]:
    text: ColumnElement[Any] = run.c.search_text
    return func.replace(text, literal(f"'{FINAL_SIGMA}'"), literal(f"'{SIGMA}'")) if has_sigma else text


def _has(
    text: ColumnElement[Any], part: ColumnElement[str], start: ColumnElement[str], pattern: ColumnElement[str]
) -> ColumnElement[bool]:
    """Tell whether a run's text matches a needle."""
    begins = expressions.contains_text(text, start) | expressions.is_like(text, pattern)
    return expressions.contains_text(text, part) & begins


def _best_first(hits: FromClause) -> list[ColumnElement[Any]]:
    return [_score(hits).desc(), hits.c.created_at.desc(), hits.c.id.desc()]


def _score(hits: FromClause) -> ColumnElement[float]:
    """Return the score of `domain.runs.search.score` in the same steps, so that both are equal to the last bit."""
    share = cast(hits.c.matched, Double) / cast(bindparam("tokens", type_=INSTANT), Double)
    exact = share / (literal("1") + cast(hits.c.words, Double) / literal(str(WORDS_PER_HALVING)))
    lowest: ColumnElement[float] = literal(str(LOWEST_SCORE), Double)
    return case((exact < lowest, lowest), else_=exact)
