"""The lists of the API: what the place of an entry is, and what a cursor is bound to."""

from typing import Final

from resolvers.paging.pages import Fetch, Pager, Position, keyset_listing
from runindex.domain.errors import BadRequestError
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import Row, RunOrder
from runindex.ports.record_lists import Owner, RecordList
from runindex.ports.store import LogState
from runindex.streams.cursors import binding_of, list_cursor, log_cursor, read_list_cursor, read_log_cursor

RUNS: Final = "runs"
CHILDREN: Final = "children"
DESCENDANTS: Final = "descendants"
PLAN_RUNS: Final = "planRuns"
EVENTS: Final = "events"
COMPARED: Final = "compared"
RESULT_STREAM: Final = "resultRecorded"
# What the place of a descendant is made of, beside its depth and its id, which are always answered.
PLACE_COLUMNS: Final = frozenset({"created_at"})


def run_listing(fetch: Fetch, run_filter: RunFilter, order: RunOrder, *owner: str) -> Pager:
    """Return a list of runs; `owner` names the list and, if there is one, the run that it belongs to."""
    column = order.field.column

    def position(row: Row) -> Position:
        return row[column], row["id"]

    return keyset_listing(fetch, position, binding_of(*owner, run_filter, order))


def descendant_listing(fetch: Fetch, run_filter: RunFilter, max_depth: int | None, run_id: str) -> Pager:
    """Return the list of a run's descendants."""

    def position(row: Row) -> Position:
        return row["depth"], row["created_at"], row["id"]

    return keyset_listing(fetch, position, binding_of(DESCENDANTS, run_id, run_filter, max_depth))


def record_listing(fetch: Fetch, listing: RecordList, owner: Owner) -> Pager:
    """Return a list of an owner's records."""
    binding = binding_of(listing.kind.__name__, owner, listing.order, listing.descending, listing.conditions)
    return keyset_listing(fetch, listing.position, binding)


def event_listing(fetch: Fetch, owner: int, stream: str | None) -> Pager:
    """Return the list of a run's events, of one stream or of all; streams of events go on from its cursors."""

    def read_cursor(text: str, name: str) -> Position:
        sequence, listed = read_event_cursor(text, owner, name)
        if listed != stream:
            raise BadRequestError(f"`{name}` is not a cursor of this list, with this filter and this order")
        return (sequence,)

    return Pager(
        fetch,
        position=lambda row: (row["sequence"],),
        cursor=lambda place: event_cursor(owner, place[0], stream),
        read_cursor=read_cursor,
    )


def event_cursor(owner: int, sequence: int, stream: str | None) -> str:
    """Return the cursor of an event in the list, or stream, of one stream or of all."""
    return list_cursor(binding_of(EVENTS, owner), (sequence, stream))


def read_event_cursor(text: str, owner: int, name: str) -> tuple[int, str | None]:
    """Return the sequence that a cursor of a run's events stands for, and the stream of its list."""
    sequence, stream = read_list_cursor(binding_of(EVENTS, owner), text, name)
    return sequence, stream


def compared_listing(fetch: Fetch, owners: tuple[int, ...]) -> Pager:
    """Return the list of the items that runs are compared by."""
    return keyset_listing(fetch, lambda row: (row["item_id"],), binding_of(COMPARED, owners))


def log_listing(fetch: Fetch, state: LogState) -> Pager:
    """Return a list of entries of the change log: the same cursors as those of streams, whatever the filter."""
    return Pager(
        fetch,
        position=_seq,
        cursor=lambda place: log_cursor(state.epoch, place[0]),
        read_cursor=lambda text, name: (read_log_cursor(text, state, name),),
    )


def _seq(row: Row) -> Position:
    return (row["seq"],)
