"""Statistics of results, and comparisons of runs by item."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Double, FromClause, Select, and_, bindparam, cast, func, or_, select
from sqlalchemy import literal_column as literal

from persistence.sql.queries import expressions
from persistence.sql.queries.where import TEXT
from persistence.sql.reads.runs import array_of
from persistence.sql.statements import StatementRunner
from persistence.sql.tables.records import items, results, totals
from runindex.domain import json_text
from runindex.ports.queries import Columns, Row
from runindex.ports.statistics import ResultStatistics, ScoreStatistics

MEDIAN: Final = 50
HIGH: Final = 95


class ResultReads(StatementRunner):
    """Reads statistics and comparisons of results."""

    async def summarize_results(self, owners: Sequence[int]) -> Mapping[int, ResultStatistics]:
        """Return the statistics of each run's present results."""
        requested = {"requested": json_text.dumps(list(owners))}
        latencies = _by_owner(await self._fetch(_LATENCIES, requested))
        scores = _by_owner(await self._fetch(_SCORES, requested))
        return {owner: _statistics(rows, scores.get(owner, ())) for owner, rows in latencies.items()}

    async def average_last_scores(self, owners: Sequence[int]) -> Mapping[int, Sequence[ScoreStatistics]]:
        """Return the statistics of each run's scores, taken from the last attempt at each item."""
        scores = _by_owner(await self._fetch(_LAST_SCORES, {"requested": json_text.dumps(list(owners))}))
        return {owner: _score_statistics(rows) for owner, rows in scores.items()}

    async def list_compared_items(self, owners: Sequence[int], after: str | None, limit: int) -> Sequence[str]:
        """Return the ids of the items that any of the runs has, in code-point order, after `after`."""
        values = {"requested": json_text.dumps(list(owners))} | ({} if after is None else {"after": after})
        rows = await self._fetch(_compared(limit, is_first=after is None), values)
        return [row["item_id"] for row in rows]

    async def find_last_results(
        self, owners: Sequence[int], item_ids: Sequence[str], columns: Columns
    ) -> Sequence[Row]:
        """Return the last attempt at each of the items in each of the runs."""
        values = {"requested": json_text.dumps(list(owners)), "items": array_of(item_ids)}
        return await self._fetch(_last(columns), values)


def _by_owner(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["owner"]].append(row)
    return grouped


def _statistics(latencies: Sequence[Row], scores: Sequence[Row]) -> ResultStatistics:
    by_rank = {row["rank"]: row["latency"] for row in latencies}
    number = latencies[0]["n"]
    return ResultStatistics(
        latency_p50=_percentile(by_rank, number, MEDIAN),
        latency_p95=_percentile(by_rank, number, HIGH),
        latency_mean=latencies[0]["mean"],
        scores=_score_statistics(scores),
    )


def _score_statistics(rows: Sequence[Row]) -> tuple[ScoreStatistics, ...]:
    return tuple(
        ScoreStatistics(row["scorer_id"], row["n"], row["mean"], row["smallest"], row["largest"]) for row in rows
    )


def _percentile(by_rank: Mapping[int, float], number: int, percent: int) -> float:
    """Interpolate linearly between the two nearest of `number` values, ranked from 0."""
    rank, hundredths = divmod((number - 1) * percent, 100)
    lower = by_rank[rank]
    return lower + (by_rank[rank + 1] - lower) * hundredths / 100 if hundredths else lower


def _is_requested(column: ColumnElement[Any]) -> ColumnElement[bool]:
    each = expressions.each(bindparam("requested", type_=TEXT))
    return column.in_(select(cast(each.c.value, BigInteger)))


def _present() -> ColumnElement[bool]:
    return and_(totals.c.owner == results.c.owner, totals.c.generation == results.c.generation)


def _latencies() -> Select[Any]:
    """Select for each run the latencies at the ranks between which the percentiles lie."""
    owner = results.c.owner
    ranked = (
        select(
            results.c.owner,
            results.c.latency,
            (func.row_number().over(order_by=results.c.latency, partition_by=owner) - literal("1")).label("rank"),
            func.count().over(partition_by=owner).label("n"),
            func.avg(results.c.latency).over(partition_by=owner).label("mean"),
        )
        .join(totals, _present())
        .where(_is_requested(results.c.owner))
        .subquery()
    )
    at = [
        ranked.c.rank == func.floor((ranked.c.n - literal("1")) * literal(f"{percent} / 100.0")) + literal(str(step))
        for percent in (MEDIAN, HIGH)
        for step in (0, 1)
    ]
    return select(ranked).where(or_(*at))


def _is_last() -> ColumnElement[bool]:
    """Tell whether a result is the last attempt at its item."""
    return and_(
        items.c.owner == results.c.owner,
        items.c.generation == results.c.generation,
        items.c.item_id == results.c.item_id,
        items.c.last_retry == results.c.retry_count,
    )


def _scores(source: FromClause) -> Select[Any]:
    """Select the statistics of the scores of the present results in a source."""
    each = expressions.each(results.c.scores, "score")
    value = cast(expressions.member(each.c.value, "value"), Double)
    scorer = expressions.member(each.c.value, "scorerId").label("scorer_id")
    return (
        select(
            results.c.owner,
            scorer,
            func.count(value).label("n"),
            func.avg(value).label("mean"),
            func.min(value).label("smallest"),
            func.max(value).label("largest"),
        )
        .select_from(source.join(totals, _present()).join(each, literal("true")))
        .where(_is_requested(results.c.owner))
        .group_by(results.c.owner, scorer)
        .order_by(results.c.owner, scorer)
    )


@lru_cache(maxsize=64)
def _compared(limit: int, *, is_first: bool) -> Select[Any]:
    same = and_(totals.c.owner == items.c.owner, totals.c.generation == items.c.generation)
    found = select(items.c.item_id).join(totals, same).where(_is_requested(items.c.owner))
    if not is_first:
        found = found.where(items.c.item_id > bindparam("after", type_=TEXT))
    return found.distinct().order_by(items.c.item_id).limit(literal(str(limit)))


@lru_cache(maxsize=64)
def _last(columns: Columns) -> Select[Any]:
    names = columns | {"owner", "item_id"}
    chosen = [column for column in results.columns if column.name in names]
    named = expressions.one_of(results.c.item_id, bindparam("items", type_=TEXT))
    return select(*chosen).join(items, _is_last()).join(totals, _present()).where(_is_requested(results.c.owner), named)


_LATENCIES: Final = _latencies()
_SCORES: Final = _scores(results)
_LAST_SCORES: Final = _scores(results.join(items, _is_last()))
