"""The pagers of the API's lists: the position of an entry, and what a cursor is bound to."""

from typing import Final

from resolvers.paging.pager import Fetch, Pager, Position, keyset_pager
from runindex.domain.errors import BadRequestError
from runindex.domain.runs.filters import RunFilter
from runindex.ports.queries import OrderDirection, Row, RunOrder
from runindex.ports.record_lists import Owner, RecordList
from runindex.ports.store import LogState
from runindex.streams.cursors import binding_of, list_cursor, log_cursor, read_list_cursor, read_log_cursor
from schema.filters import JobOrder, PlanOrder

RUNS: Final = "runs"
CHILDREN: Final = "children"
DESCENDANTS: Final = "descendants"
PLAN_RUNS: Final = "planRuns"
ITEM_HISTORY: Final = "itemHistory"
EVENTS: Final = "events"
COMPARED: Final = "compared"
RESULT_STREAM: Final = "resultRecorded"
# The order of plans and of jobs, descending.
NEWEST: Final = ("created_at", "id")
# The columns of a descendant's position that are not answered unless selected.
POSITION_COLUMNS: Final = frozenset({"created_at"})


def fields_of(order: PlanOrder | JobOrder | None) -> tuple[tuple[str, ...], bool]:
    """Return the fields of an order of plans or jobs, and whether it is descending; newest first for None."""
    if order is None:
        return NEWEST, True
    return (order.field.value.lower(), "id"), order.direction is OrderDirection.DESC


def run_pager(fetch: Fetch, run_filter: RunFilter, order: RunOrder, *owner: str) -> Pager:
    """Return the pager of a list of runs; `owner` names the list and, if it has one, its run or plan."""
    column = order.field.column

    def position(row: Row) -> Position:
        return row[column], row["id"]

    return keyset_pager(fetch, position, *owner, run_filter, order)


def descendant_pager(fetch: Fetch, run_filter: RunFilter, max_depth: int | None, run_id: str) -> Pager:
    """Return the pager of a run's descendants."""

    def position(row: Row) -> Position:
        return row["depth"], row["created_at"], row["id"]

    return keyset_pager(fetch, position, DESCENDANTS, run_id, run_filter, max_depth)


def record_pager(fetch: Fetch, records: RecordList, owner: Owner) -> Pager:
    """Return the pager of an owner's records."""
    parts = records.kind.__name__, owner, records.order, records.descending, records.conditions
    return keyset_pager(fetch, records.position, *parts)


def event_pager(fetch: Fetch, owner: int, stream: str | None) -> Pager:
    """Return the pager of a run's events, of one stream or of all; subscriptions accept its cursors."""

    def read_cursor(text: str, name: str) -> Position:
        sequence, cursor_stream = read_event_cursor(text, owner, name)
        if cursor_stream != stream:
            raise BadRequestError(f"`{name}` is not a cursor of this list, with this filter and this order")
        return (sequence,)

    return Pager(
        fetch,
        position=lambda row: (row["sequence"],),
        cursor=lambda position: event_cursor(owner, position[0], stream),
        read_cursor=read_cursor,
    )


def event_cursor(owner: int, sequence: int, stream: str | None) -> str:
    """Return the cursor of an event in the list or subscription of one stream, or of all."""
    return list_cursor(binding_of(EVENTS, owner), (sequence, stream))


def read_event_cursor(text: str, owner: int, name: str) -> tuple[int, str | None]:
    """Return the sequence in a cursor of a run's events, and the stream of its list."""
    sequence, stream = read_list_cursor(binding_of(EVENTS, owner), text, name)
    return sequence, stream


def compared_pager(fetch: Fetch, owners: tuple[int, ...]) -> Pager:
    """Return the pager of the items that runs are compared by."""
    return keyset_pager(fetch, lambda row: (row["item_id"],), COMPARED, owners)


def log_pager(fetch: Fetch, state: LogState) -> Pager:
    """Return a pager of the change log; its cursors are those of subscriptions, with any filter."""
    return Pager(
        fetch,
        position=lambda row: (row["seq"],),
        cursor=lambda position: log_cursor(state.epoch, position[0]),
        read_cursor=lambda text, name: (read_log_cursor(text, state, name),),
    )
