"""The lists of the API: what the place of an entry is, and what a cursor is bound to."""

from typing import Final

from resolvers.pages import Fetch, Listing, Position, keyset_listing
from runindex.cursors import binding_of, log_cursor, read_log_cursor
from runindex.domain.filters import RunFilter
from runindex.ports import LogState
from runindex.queries import Row, RunOrder

RUNS: Final = "runs"
CHILDREN: Final = "children"
DESCENDANTS: Final = "descendants"
# What the place of a descendant is made of, beside its depth and its id, which are always answered.
PLACE_COLUMNS: Final = frozenset({"created_at"})


def run_listing(fetch: Fetch, run_filter: RunFilter, order: RunOrder, *owner: str) -> Listing:
    """Return a list of runs; `owner` names the list and, if there is one, the run that it belongs to."""
    column = order.field.column

    def position(row: Row) -> Position:
        return row[column], row["id"]

    return keyset_listing(fetch, position, binding_of(*owner, run_filter, order))


def descendant_listing(fetch: Fetch, run_filter: RunFilter, max_depth: int | None, run_id: str) -> Listing:
    """Return the list of a run's descendants."""

    def position(row: Row) -> Position:
        return row["depth"], row["created_at"], row["id"]

    return keyset_listing(fetch, position, binding_of(DESCENDANTS, run_id, run_filter, max_depth))


def log_listing(fetch: Fetch, state: LogState) -> Listing:
    """Return a list of entries of the change log: the same cursors as those of streams, whatever the filter."""
    return Listing(
        fetch,
        position=_seq,
        cursor=lambda place: log_cursor(state.epoch, place[0]),
        read_cursor=lambda text, name: (read_log_cursor(text, state, name),),
    )


def _seq(row: Row) -> Position:
    return (row["seq"],)
