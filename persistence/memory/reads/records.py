"""Reads of records: by key, and as lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from statistics import fmean
from typing import Any

from persistence.memory.reads.pages import Order, page_of
from persistence.memory.tables.records import RecordTables
from persistence.memory.tables.runs import RunTable
from runindex.domain import json_text
from runindex.domain.json_text import JsonText
from runindex.domain.records.results import Item, Result, Score, decode_scores
from runindex.domain.records.runtimes import Receipt
from runindex.domain.runs.filters import InstantRange
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import (
    NO_OWNER,
    Condition,
    Contains,
    Equals,
    HasText,
    IsNull,
    ListQuery,
    OneOf,
    Owner,
    RecordList,
    ScoreBelow,
    StartsWith,
    Within,
)
from runindex.ports.rows import record_row
from runindex.ports.statistics import ResultStatistics, ScoreStatistics

Record = Any


class MemoryRecordReads:
    """Reads records; rows always hold all columns."""

    _runs: RunTable
    _records: RecordTables

    async def find_records(self, kind: type, keys: Sequence[tuple[object, ...]], columns: Columns) -> Sequence[Row]:
        """Return the records of those keys that exist, in any order."""
        del columns
        table = self._records.by_kind[kind]
        return [record_row(table[key]) for key in keys if key in table and self._is_live(table[key])]

    async def list_records(
        self, query: ListQuery, owners: Sequence[Owner], columns: Columns
    ) -> Mapping[Owner, Sequence[Row]]:
        """Return for each owner a window of the list."""
        del columns
        order = _order(query.listing)
        return {
            owner: [record_row(record) for record in page_of(records, query.window, order)]
            for owner, records in self._listed(query.listing, owners)
        }

    async def count_records(self, listing: RecordList, owners: Sequence[Owner]) -> Mapping[Owner, int]:
        """Return for each owner how many records the list has."""
        return {owner: len(records) for owner, records in self._listed(listing, owners)}

    async def find_results(self, result_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the results of those ids."""
        del columns
        found = ((result_id, self._records.find_result(result_id)) for result_id in result_ids)
        return {result_id: record_row(result) for result_id, result in found if result is not None}

    async def summarize_results(self, owners: Sequence[int]) -> Mapping[int, ResultStatistics]:
        """Return the statistics of each run's present results."""
        listed = ((owner, list(self._records.of_owner(Result, owner).values())) for owner in owners)
        return {owner: _statistics(results) for owner, results in listed if results}

    async def list_compared_items(self, owners: Sequence[int], after: str | None, limit: int) -> Sequence[str]:
        """Return the ids of the items that any of the runs has, in code-point order, after `after`."""
        ids = {item.item_id for owner in owners for item in self._records.of_owner(Item, owner).values()}
        return sorted(item_id for item_id in ids if after is None or item_id > after)[:limit]

    async def find_last_results(
        self, owners: Sequence[int], item_ids: Sequence[str], columns: Columns
    ) -> Sequence[Row]:
        """Return the last attempt at each of the items in each of the runs."""
        del columns
        wanted = set(item_ids)
        results = (result for owner in owners for result in self._last_results(owner))
        return [record_row(result) for result in results if result.item_id in wanted]

    async def average_last_scores(self, owners: Sequence[int]) -> Mapping[int, Sequence[ScoreStatistics]]:
        """Return the statistics of each run's scores, taken from the last attempt at each item."""
        return {owner: _score_statistics(self._last_results(owner)) for owner in owners}

    def _select_records(self, listing: RecordList, limit: int) -> list[str]:
        """Return the ids of the first records of a list."""
        ((_, records),) = self._listed(listing, ())
        return [record.key[0] for record in page_of(records, Window(limit), _order(listing))]

    def _last_results(self, owner: int) -> list[Result]:
        results = self._records.by_kind[Result]
        return [results[(*item.key, item.last_retry)] for item in self._records.of_owner(Item, owner).values()]

    def _listed(self, listing: RecordList, owners: Sequence[Owner]) -> Iterator[tuple[Owner, list[Record]]]:
        if listing.owner_field is None:
            yield NO_OWNER, self._matching(self._records.by_kind[listing.kind].values(), listing)
            return
        for owner in dict.fromkeys(owners):
            yield owner, self._matching(self._of(listing, owner), listing)

    def _of(self, listing: RecordList, owner: Owner) -> Iterable[Record]:
        values = owner if isinstance(owner, tuple) else (owner,)
        wanted = dict(zip(listing.owner_fields, values, strict=True))
        incarnation = wanted.pop("owner", None)
        if incarnation is None:
            records = self._records.by_kind[listing.kind].values()
        else:
            records = self._records.of_owner(listing.kind, int(incarnation)).values()
        return (record for record in records if all(getattr(record, name) == wanted[name] for name in wanted))

    def _matching(self, records: Iterable[Record], listing: RecordList) -> list[Record]:
        return [
            record
            for record in records
            if self._is_live(record) and all(_holds(condition, record) for condition in listing.conditions)
        ]

    def _is_live(self, record: Record) -> bool:
        """Tell whether a receipt's run exists; all other records of a deleted run are out of reach at once."""
        if not isinstance(record, Receipt):
            return True
        run = self._runs.by_id.get(record.run_id)
        return run is not None and run.incarnation == record.owner


def _order(listing: RecordList) -> Order[Record]:
    return Order(
        lambda record: tuple(getattr(record, field) for field in listing.order),
        lambda position: position,
        listing.descending,
    )


def _holds(condition: Condition, record: Record) -> bool:  # noqa: PLR0911 - one answer for each kind of condition
    value = getattr(record, condition.field)
    match condition:
        case Equals(_, wanted):
            return bool(value == wanted)
        case OneOf(_, several):
            return value in several
        case StartsWith(_, prefix):
            return bool(value.startswith(prefix))
        case Contains(_, part):
            return part in value
        case IsNull(_, is_null):
            return (value is None) is is_null
        case Within(_, start, end):
            return value in InstantRange(start, end)
        case HasText() | ScoreBelow():
            return value is not None and _has(condition, value)


def _has(condition: HasText | ScoreBelow, text: JsonText) -> bool:
    if isinstance(condition, HasText):
        return condition.text in json_text.loads(text)
    scores = (score for score in decode_scores(text) if score.scorer_id == condition.scorer_id)
    return any(score.value is not None and score.value < condition.value for score in scores)


def _statistics(results: Sequence[Result]) -> ResultStatistics:
    latencies = sorted(result.latency for result in results)
    return ResultStatistics(
        latency_p50=_percentile(latencies, 50),
        latency_p95=_percentile(latencies, 95),
        latency_mean=fmean(latencies),
        scores=_score_statistics(results),
    )


def _score_statistics(results: Sequence[Result]) -> tuple[ScoreStatistics, ...]:
    scores = sorted(
        (score for result in results for score in decode_scores(result.scores)), key=lambda score: score.scorer_id
    )
    by_scorer = groupby(scores, key=lambda score: score.scorer_id)
    return tuple(_statistics_of(scorer_id, list(group)) for scorer_id, group in by_scorer)


def _statistics_of(scorer_id: str, scores: Sequence[Score]) -> ScoreStatistics:
    values = [score.value for score in scores if score.value is not None]
    if not values:
        return ScoreStatistics(scorer_id, 0, None, None, None)
    return ScoreStatistics(scorer_id, len(values), fmean(values), min(values), max(values))


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """Interpolate linearly between the two nearest values."""
    rank, hundredths = divmod((len(ordered) - 1) * percent, 100)
    lower = ordered[rank]
    return lower + (ordered[rank + 1] - lower) * hundredths / 100 if hundredths else lower
