"""Finding, listing, searching and comparing runs, and the log of their changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from resolvers.execution.bounds.turns import SHARE
from resolvers.execution.context import Context
from resolvers.paging.filters import filter_of, listed_filter, order_of, plain
from resolvers.paging.lists import ITEM_HISTORY, RUNS, log_pager, run_pager
from resolvers.paging.pager import LARGEST_PAGE, check_size
from resolvers.runs.change_rows import change_row
from runindex.domain.errors import BadRequestError, NotFoundError
from runindex.domain.ids import find_run_id
from runindex.domain.runs.filters import RunFilter as CoreFilter
from runindex.domain.runs.search import tokens_of
from runindex.ports.queries import INCARNATION, NEWEST_FIRST, Columns, Row, RunQuery, Window
from runindex.ports.store import ChangeQuery
from runindex.streams.change_filter import ChangeFilter
from schema.filters import RunFilter, RunOrder
from schema.results.comparison import RunComparison
from schema.results.history import ItemHistoryConnection
from schema.runs.aggregates import RunSearchHit
from schema.runs.changes import RunChangeConnection
from schema.runs.run import Run, RunConnection
from schema.typesystem.connections import PageArguments, check_bound
from schema.typesystem.fields import wrap
from schema.typesystem.selection import PageSelection

MOST_HITS: Final = 100
DEFAULT_HITS: Final = 10
LONGEST_SEARCH: Final = 10_000  # characters
MOST_TOKENS: Final = 100
FEWEST_COMPARED: Final = 2
MOST_COMPARED: Final = 20


async def find_run(context: Context, text: str, columns: Columns) -> Run | None:
    """Return a run, None when there is none or when the text is no id."""
    run_id = find_run_id(text)
    if run_id is None:
        return None
    if SHARE.get() is None:
        # The operation asks for nothing else, so that there is nothing to load together with it.
        return wrap(Run, (await context.index.store.find_runs((run_id,), columns)).get(run_id))
    return wrap(Run, await context.loaders.run(run_id, columns))


def check_ids(texts: Sequence[str], name: str) -> None:
    """Raise BadRequestError for more ids than the largest page has entries."""
    if len(texts) > LARGEST_PAGE:
        raise BadRequestError(f"`{name}` has at most {LARGEST_PAGE} entries")


async def list_runs(
    context: Context,
    run_filter: RunFilter | None,
    order: RunOrder | None,
    page: PageArguments,
    selected: PageSelection,
    *,
    offset: int,
) -> RunConnection:
    """Return a page of the runs that the filter lists."""
    store = context.index.store
    listed, ordered = listed_filter(run_filter), order_of(order)

    async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
        return await store.list_runs(RunQuery(listed, window, columns, ordered))

    async def count(at_most: int | None) -> int:
        return await store.count_runs(listed, at_most)

    return RunConnection(page=await run_pager(fetch, listed, ordered, RUNS).page(page, selected, count, offset))


async def count_runs(context: Context, run_filter: RunFilter | None, at_most: int | None) -> int:
    """Return the number of runs that the filter lists, at most so many."""
    return await context.index.store.count_runs(listed_filter(run_filter), check_bound(at_most))


async def search_runs(
    context: Context, query: str, run_filter: RunFilter | None, first: int | None, columns: Columns
) -> list[RunSearchHit]:
    """Return the runs that match the query best, best first."""
    limit = check_size(first, "first", MOST_HITS, DEFAULT_HITS)
    if len(query) > LONGEST_SEARCH:
        raise BadRequestError(f"`query` has at most {LONGEST_SEARCH} characters")
    tokens = tokens_of(plain(query, "query") or "")
    if len(tokens) > MOST_TOKENS:
        raise BadRequestError(f"`query` has at most {MOST_TOKENS} words")
    listed = listed_filter(run_filter)
    hits = await context.index.store.search_runs(tokens, listed, limit, columns) if tokens else ()
    return [RunSearchHit(run=Run(row=row), score=score, rank=rank) for rank, (row, score) in enumerate(hits, start=1)]


async def compare_runs(context: Context, texts: Sequence[str], columns: Columns) -> RunComparison:
    """Return a comparison of existing runs; raise BadRequestError for too few, too many, or one run twice."""
    if not FEWEST_COMPARED <= len(texts) <= MOST_COMPARED:
        raise BadRequestError(f"`ids` has {FEWEST_COMPARED} to {MOST_COMPARED} entries")
    ids = [find_run_id(text) for text in texts]
    known = [run_id for run_id in ids if run_id is not None]
    if len(set(known)) < len(known):
        raise BadRequestError("`ids` names a run twice")
    rows = await context.index.store.find_runs(known, columns | INCARNATION)
    for run_id in ids:
        if run_id is None or run_id not in rows:
            raise NotFoundError("one of the runs does not exist" if run_id is None else f"run {run_id} does not exist")
    return RunComparison(run_rows=[rows[run_id] for run_id in known])


async def list_item_history(
    context: Context,
    dataset_id: str,
    item_id: str,
    run_filter: RunFilter | None,
    *,
    page: PageArguments,
    selected: PageSelection,
) -> ItemHistoryConnection:
    """Return a page of what runs of a dataset that the filter lists say of an item, the newest run first."""
    plain(dataset_id, "datasetId")
    plain(item_id, "itemId")
    listed = CoreFilter(dataset_id=dataset_id, and_=(listed_filter(run_filter),))
    needed = replace(selected, columns=selected.columns - {"item_id"} | INCARNATION)

    async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
        rows = await context.index.store.list_runs(RunQuery(listed, window, columns, NEWEST_FIRST))
        return [{**row, "item_id": item_id} for row in rows]

    pager = run_pager(fetch, listed, NEWEST_FIRST, ITEM_HISTORY, item_id)
    return ItemHistoryConnection(page=await pager.page(page, needed))


async def list_changes(
    context: Context, run_filter: RunFilter | None, page: PageArguments, selected: PageSelection
) -> RunChangeConnection:
    """Return a page of the log; with a filter, of the changes of runs that it lists before or after them."""
    change_filter = ChangeFilter(filter_of(run_filter))
    store = context.index.store

    async def fetch(window: Window, _: Columns) -> Sequence[Row]:
        (after,) = window.after or (0,)
        changes = await store.list_changes(ChangeQuery(after, window.limit, change_filter.filter))
        rows = [change_row(matched.change, matched.membership) for matched in change_filter.select(changes)]
        return rows if window.before is None else [row for row in rows if row["seq"] < window.before[0]]

    return RunChangeConnection(page=await log_pager(fetch, await store.log_state()).page(page, selected))
