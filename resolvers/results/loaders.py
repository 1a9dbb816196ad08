"""Loaders of results, and of counts and statistics of a run's records."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from resolvers.paging.lists import compared_pager
from resolvers.paging.pager import NO_COLUMNS
from runindex.domain.records.results import Result, ResultScore, scorer_text
from runindex.domain.records.totals import Totals
from runindex.ports.queries import Columns, Row, Window
from runindex.ports.record_lists import Condition, Contains, Equals, HasText, IsNull, RecordList, ScoreBelow
from runindex.ports.statistics import ResultStatistics
from schema.filters import RunResultFilter
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

ORDER: Final = ("started_at", "created_at", "id")
_REVISIONS: Final = RecordList(ResultScore, ("scorer_id", "revision"), owner_field=ResultScore.KEY[:4])
NO_TOTALS: Final[Row] = {field.name: field.default for field in fields(Totals) if field.name not in {"owner", "run_id"}}
NO_STATISTICS: Final = ResultStatistics(None, None, None, ())


class StoreResultLoaders(RecordLoader):
    """Loads results; see `schema.loaders.ResultLoaders`."""

    async def totals(self, owner: int, columns: Columns) -> Row:
        """Return the counts of a run's records, zeros for a run without any."""
        row = await self._find(Totals, (owner,), columns)
        return NO_TOTALS if row is None else row

    async def result(self, result_id: str, columns: Columns) -> Row | None:
        """Return a result, None when there is none."""
        return await self._batches.load("result", result_id, columns, self._store.find_results)

    async def results(
        self,
        owner: int,
        result_filter: RunResultFilter | None,
        page: PageArguments,
        selected: PageSelection,
        *,
        offset: int | None = None,
    ) -> Page:
        """Return a page of a run's results that pass the filter, by startedAt, createdAt, id, so many skipped."""
        conditions = () if result_filter is None else _conditions(result_filter)
        records = RecordList(Result, ORDER, conditions=conditions, owner_field="owner")
        return await self._page(records, page, selected, owner, offset=offset)

    async def score_revisions(self, key: tuple[Any, ...], page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the revisions of a result's scores."""
        return await self._page(_REVISIONS, page, selected, key)

    async def result_summary(self, owner: int, columns: Columns) -> Row:
        """Return columns of a run's totals and fields of its `ResultStatistics` as one row."""
        counts = columns & set(NO_TOTALS.keys())
        totals = await self.totals(owner, counts) if counts else NO_TOTALS
        computed = columns - counts
        if not computed:
            return totals
        statistics = await self._statistics(owner)
        return {**totals, **{name: getattr(statistics, name) for name in computed}}

    async def last_results(self, owners: tuple[int, ...], item_id: str, columns: Columns) -> Sequence[Row | None]:
        """Return the last attempt of each run at an item, None where there is none."""

        async def find_all(item_ids: Sequence[str], columns: Columns) -> Mapping[str, Mapping[int, Row]]:
            rows = await self._store.find_last_results(owners, item_ids, columns)
            found: dict[str, dict[int, Row]] = {item: {} for item in item_ids}
            for row in rows:
                found[row["item_id"]][row["owner"]] = row
            return found

        by_owner = await self._batches.load(("last", owners), item_id, columns, find_all) or {}
        return [by_owner.get(owner) for owner in owners]

    async def last_result(self, owner: int, item_id: str, columns: Columns) -> Row | None:
        """Return the last attempt of a run at an item, None when there is none."""

        async def find_all(owners: Sequence[int], columns: Columns) -> Mapping[int, Row]:
            rows = await self._store.find_last_results(owners, [item_id], columns)
            return {row["owner"]: row for row in rows}

        return await self._batches.load(("last of item", item_id), owner, columns, find_all)

    async def compared_items(self, owners: tuple[int, ...], page: PageArguments, selected: PageSelection) -> Page:
        """Return a page of the items that any of the runs has, by id."""

        async def fetch(window: Window, _: Columns) -> Sequence[Row]:
            (after,) = window.after or (None,)
            # A backward window only asks whether anything precedes the page: if so, then the very first item.
            items = await self._store.list_compared_items(owners, None if window.backward else after, window.limit)
            before = window.before
            return [{"item_id": item, "owners": owners} for item in items if before is None or item < before[0]]

        return await compared_pager(fetch, owners).page(page, selected)

    async def score_means(self, owners: tuple[int, ...]) -> Sequence[Row]:
        """Return the runs' means over the last attempts, one row per scorer, by scorer id."""
        scores = await self._store.average_last_scores(owners)
        means = [{score.scorer_id: score.mean for score in scores.get(owner, ())} for owner in owners]
        scorers = sorted({scorer for by_scorer in means for scorer in by_scorer})
        return [{"scorer_id": scorer, "means": [by_scorer.get(scorer) for by_scorer in means]} for scorer in scorers]

    async def _statistics(self, owner: int) -> ResultStatistics:
        async def summarize(owners: Sequence[int], _: Columns) -> Mapping[int, ResultStatistics]:
            return await self._store.summarize_results(owners)

        return await self._batches.load("statistics", owner, NO_COLUMNS, summarize) or NO_STATISTICS


def _conditions(result_filter: RunResultFilter) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    if result_filter.item_id is not None:
        conditions.append(Equals("item_id", plain(result_filter.item_id, "filter.itemId")))
    if result_filter.succeeded is not None:
        conditions.append(IsNull("error", result_filter.succeeded))
    if result_filter.scorer_id is not None:
        scorer_id = plain(result_filter.scorer_id, "filter.scorerId") or ""
        conditions.append(Contains("scores", scorer_text(scorer_id)))
    if result_filter.trace_id is not None:
        conditions.append(Equals("trace_id", plain(result_filter.trace_id, "filter.traceId")))
    if result_filter.late is not None:
        conditions.append(Equals("late", int(result_filter.late)))
    if result_filter.label is not None:
        conditions.append(HasText("labels", plain(result_filter.label, "filter.label") or ""))
    if result_filter.score_below is not None:
        scorer_id = plain(result_filter.score_below.scorer_id, "filter.scoreBelow.scorerId") or ""
        conditions.append(Contains("scores", scorer_text(scorer_id)))
        conditions.append(ScoreBelow("scores", scorer_id, result_filter.score_below.value))
    return tuple(conditions)
