"""Finding, listing and searching runs, and the log of their changes."""

from collections.abc import Sequence
from typing import Final

from resolvers.execution.context import Context
from resolvers.paging.filters import filter_of, order_of, plain
from resolvers.paging.lists import RUNS, log_listing, run_listing
from resolvers.paging.pages import LARGEST_PAGE, check_size
from resolvers.runs.change_rows import change_row
from runindex.domain.errors import BadRequestError
from runindex.domain.ids import find_run_id
from runindex.domain.runs.filters import visible
from runindex.domain.runs.search import tokens_of
from runindex.ports.queries import Columns, Row, RunQuery, Window
from runindex.ports.store import ChangeQuery
from runindex.streams.change_filter import ChangeFilter
from schema.filters import RunFilter, RunOrder
from schema.runs.changes import RunChangeConnection
from schema.runs.run import Run, RunConnection
from schema.runs.search import RunSearchHit
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

MOST_HITS: Final = 100
DEFAULT_HITS: Final = 10
MOST_TOKENS: Final = 100


async def find_run(context: Context, text: str, columns: Columns) -> Run | None:
    """Return a run, None when there is none or when the text is no id."""
    run_id = find_run_id(text)
    return None if run_id is None else await context.loads.run(run_id, columns)


def check_ids(texts: Sequence[str], name: str) -> None:
    """Refuse more ids than a page has places."""
    if len(texts) > LARGEST_PAGE:
        raise BadRequestError(f"`{name}` has at most {LARGEST_PAGE} entries")


async def list_runs(
    context: Context,
    run_filter: RunFilter | None,
    order: RunOrder | None,
    page: PageArguments,
    wanted: Wanted,
    *,
    offset: int,
) -> RunConnection:
    """Return a page of the runs that the filter lists."""
    store = context.index.store
    asked, ordered = visible(filter_of(run_filter)), order_of(order)

    async def fetch(window: Window, columns: Columns) -> Sequence[Row]:
        return await store.list_runs(RunQuery(asked, window, columns, ordered))

    async def count() -> int:
        return await store.count_runs(asked)

    listing = run_listing(fetch, asked, ordered, RUNS)
    return RunConnection(page=await listing.page(page, wanted, count, offset))


async def count_runs(context: Context, run_filter: RunFilter | None) -> int:
    """Return how many runs the filter lists."""
    return await context.index.store.count_runs(visible(filter_of(run_filter)))


async def search_runs(
    context: Context, query: str, run_filter: RunFilter | None, first: int | None, columns: Columns
) -> list[RunSearchHit]:
    """Return the runs that fit best, best first."""
    limit = check_size(first, "first", MOST_HITS, DEFAULT_HITS)
    tokens = tokens_of(plain(query, "query") or "")
    if len(tokens) > MOST_TOKENS:
        raise BadRequestError(f"`query` has at most {MOST_TOKENS} words")
    asked = visible(filter_of(run_filter))
    hits = await context.index.store.search_runs(tokens, asked, limit, columns) if tokens else ()
    return [RunSearchHit(run=Run(row=row), score=score, rank=rank) for rank, (row, score) in enumerate(hits, start=1)]


async def list_changes(
    context: Context, run_filter: RunFilter | None, page: PageArguments, wanted: Wanted
) -> RunChangeConnection:
    """Return a page of the log; with a filter, of the changes of runs that it lists before or after them."""
    lens = ChangeFilter(filter_of(run_filter))
    store = context.index.store

    async def fetch(window: Window, _: Columns) -> Sequence[Row]:
        (after,) = window.after or (0,)
        changes = await store.list_changes(ChangeQuery(after, window.limit, lens.filter))
        rows = [change_row(seen.change, seen.membership) for seen in lens.look(changes)]
        return rows if window.before is None else [row for row in rows if row["seq"] < window.before[0]]

    listing = log_listing(fetch, await store.log_state())
    return RunChangeConnection(page=await listing.page(page, wanted))
