"""What nested fields call for results and for what is counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import compared_listing
from resolvers.paging.pages import NO_COLUMNS
from runindex.domain.records.results import Result, scorer_text
from runindex.domain.records.totals import Totals
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import Condition, Contains, Equals, IsNull, RecordList
from runindex.ports.statistics import ResultStatistics, ScoreStatistics
from schema.results.comparison import ComparisonRowConnection, ScoreDelta
from schema.results.types import ResultSummary, RunResult, RunResultConnection, RunResultFilter
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

ORDER: Final = ("started_at", "created_at", "id")
NOTHING: Final[Row] = {field.name: field.default for field in fields(Totals) if field.name not in {"owner", "run_id"}}
# The fields of a `ResultSummary` that are read, each by its column; all others are figured out.
COUNTS: Final = {"total": "result_count", "items": "item_count", "succeeded": "succeeded", "failed": "failed"}
_UNCOUNTED: Final = frozenset({"__typename"})


class ResultLoads(RecordLoader):
    """Loads results and what is counted of them."""

    async def totals(self, owner: int, columns: Columns) -> Row:
        """Return what is counted of a run's records, zeros for a run without any."""
        row = await self._find(Totals, (owner,), columns)
        return NOTHING if row is None else row

    async def result(self, result_id: str, columns: Columns) -> RunResult | None:
        """Return a result, None when there is none."""
        row = await self._gathering.load("result", result_id, columns, self._store.find_results)
        return None if row is None else RunResult(row=row)

    async def results(
        self, owner: int, result_filter: RunResultFilter | None, page: PageArguments, wanted: Wanted
    ) -> RunResultConnection:
        """Return a page of a run's results that pass the filter, by startedAt, createdAt, id."""
        listing = RecordList(Result, ORDER, conditions=_conditions(result_filter), owner_field="owner")
        return RunResultConnection(page=await self._page(listing, page, wanted, owner))

    async def result_summary(self, owner: int, fields: frozenset[str]) -> ResultSummary:
        """Return the figures of a run's results that the fields of a `ResultSummary` need."""
        counts = frozenset(COUNTS[field] for field in fields & COUNTS.keys())
        totals = await self.totals(owner, counts) if counts else NOTHING
        figures = await self._figures(owner) if fields - COUNTS.keys() - _UNCOUNTED else None
        return ResultSummary(totals=totals, figures=figures)

    async def last_results(self, owners: tuple[int, ...], item_id: str, columns: Columns) -> Sequence[RunResult | None]:
        """Return the last attempt of each run at an item, None where there is none."""

        async def ask(item_ids: Sequence[str], columns: Columns) -> Mapping[str, Mapping[int, Row]]:
            rows = await self._store.find_last_results(owners, item_ids, columns)
            found: dict[str, dict[int, Row]] = {item: {} for item in item_ids}
            for row in rows:
                found[row["item_id"]][row["owner"]] = row
            return found

        found = await self._gathering.load(("last", owners), item_id, columns, ask) or {}
        return [RunResult(row=found[owner]) if owner in found else None for owner in owners]

    async def compared_items(
        self, owners: tuple[int, ...], page: PageArguments, wanted: Wanted
    ) -> ComparisonRowConnection:
        """Return a page of the items that any of the runs has, by id."""

        async def fetch(window: Window, _: Columns) -> Sequence[Row]:
            (after,) = window.after or (None,)
            # Backwards it is only asked whether anything precedes the page: if so, then the very first item.
            found = await self._store.list_compared_items(owners, None if window.backward else after, window.limit)
            before = window.before
            return [{"item_id": item, "owners": owners} for item in found if before is None or item < before[0]]

        return ComparisonRowConnection(page=await compared_listing(fetch, owners).page(page, wanted))

    async def score_deltas(self, owners: tuple[int, ...]) -> Sequence[ScoreDelta]:
        """Return the runs' means over the last attempts, by scorer id."""
        scores = await self._store.average_last_scores(owners)
        means = [_means(scores.get(owner, ())) for owner in owners]
        scorers = sorted({scorer for by_scorer in means for scorer in by_scorer})
        return [_delta(scorer, [by_scorer.get(scorer) for by_scorer in means]) for scorer in scorers]

    async def _figures(self, owner: int) -> ResultStatistics | None:
        async def ask(owners: Sequence[int], _: Columns) -> Mapping[int, ResultStatistics]:
            return await self._store.summarize_results(owners)

        return await self._gathering.load("figures", owner, NO_COLUMNS, ask)


def _conditions(asked: RunResultFilter | None) -> tuple[Condition, ...]:
    if asked is None:
        return ()
    conditions: list[Condition] = []
    if asked.item_id is not None:
        conditions.append(Equals("item_id", plain(asked.item_id, "filter.itemId")))
    if asked.succeeded is not None:
        conditions.append(IsNull("error", asked.succeeded))
    if asked.scorer_id is not None:
        scorer_id = plain(asked.scorer_id, "filter.scorerId") or ""
        conditions.append(Contains("scores", scorer_text(scorer_id)))
    return tuple(conditions)


def _means(scores: Iterable[ScoreStatistics]) -> dict[str, float | None]:
    return {score.scorer_id: score.mean for score in scores}


def _delta(scorer_id: str, means: list[float | None]) -> ScoreDelta:
    first = means[0]
    deltas = [None if mean is None or first is None else mean - first for mean in means]
    return ScoreDelta(scorer_id=scorer_id, means=means, deltas=deltas)
